/** View 8: litmus tests, with what the memory models allow, what exploration reaches, and what threads had. */
import { useState } from 'preact/hooks';
import { formatCount, plural } from '../../base/units.ts';
import { VERDICTS, type LitmusVerdict } from '../../litmus/verdict.ts';
import { findLitmus, type LitmusRun, type Memory, type ResultRow, type TestRow } from '../litmus-rows.ts';
import { DataTable, type Column } from '../parts/data-table.tsx';
import type { View } from '../view.ts';

export const litmus: View<readonly LitmusRun[]> = {
  id: 'litmus',
  title: 'Litmus tests',
  about: 'Each test is a few accesses on a few threads, and a result that a weak memory may give. For each memory model the table says whether its axioms allow the result and whether exploration reaches it; seen counts the rounds on threads that had it. Click on a test for its program and all its results.',
  find: findLitmus,
  Show: ({ data }) => <>{data.map((run, i) => <Run key={i} run={run} isOnly={data.length === 1} />)}</>,
};

/** Rows that are shown at first: all of the catalog. */
const LIMIT = 100;

const MODELS: Readonly<Record<Memory, string>> = { sc: 'interleavings (sc)', tso: 'x86 (tso)', js: 'ECMAScript (js)' };

function Run({ run, isOnly }: { readonly run: LitmusRun; readonly isOnly: boolean }) {
  const { name, seed, processor, interrupted, memories, tests } = run;
  const [chosen, setChosen] = useState<TestRow>();
  const rounds = tests.reduce((sum, each) => sum + (each.rounds ?? 0), 0);
  const wrong = tests.filter(({ isWrong }) => isWrong).length;
  const used = new Set(tests.flatMap((test) => [test, ...test.results].flatMap(({ verdicts }) => Object.values(verdicts))));
  return (
    <>
      {!isOnly && <h3>{name}</h3>}
      <ul class="facts">
        <li>{plural(tests.length, 'test')}{interrupted ? ', interrupted' : ''}</li>
        <li>{plural(tests.reduce((sum, { executions }) => sum + executions, 0), 'execution')} explored</li>
        <li>{rounds === 0 ? 'not run on threads' : `${plural(rounds, 'round')} on threads, ${processor}`}</li>
        <li>seed {seed}</li>
        <li>{wrong === 0 ? 'no contradiction' : <b class="bad">{plural(wrong, 'test')} with a result that must not be</b>}</li>
      </ul>
      <DataTable
        caption="Litmus tests"
        rows={tests}
        columns={[{ name: 'test', value: (test) => test.name }, ...columnsOf<TestRow>(memories), { name: 'rounds', value: (test) => test.rounds, show: (test) => counted(test.rounds) }]}
        limit={LIMIT}
        onChoose={setChosen}
        isChosen={(test) => test === chosen}
      />
      <ul class="muted">{Object.entries(VERDICTS).filter(([word]) => word !== '-' && used.has(word as LitmusVerdict)).map(([word, meaning]) => <li key={word}>{word}: {meaning}</li>)}</ul>
      {chosen !== undefined && <Details test={chosen} memories={memories} />}
    </>
  );
}

function columnsOf<Row extends ResultRow>(memories: readonly Memory[]): Column<Row>[] {
  return [
    { name: 'result', value: ({ result }) => result, show: ({ result, isWrong }) => (isWrong ? <b class="bad">{result}</b> : result) },
    ...memories.map((memory): Column<Row> => ({ name: MODELS[memory], value: ({ verdicts }) => verdicts[memory], show: ({ verdicts }) => <Verdict word={verdicts[memory]} /> })),
    { name: 'seen', value: ({ seen }) => seen, show: ({ seen }) => counted(seen) },
  ];
}

function counted(count: number | undefined): string {
  return count === undefined ? '–' : formatCount(count);
}

function Verdict({ word }: { readonly word: LitmusVerdict | undefined }) {
  if (word === 'WRONG') return <b class="bad">{word}</b>;
  return word === '-' ? <span class="muted">forbidden</span> : <span>{word ?? '–'}</span>;
}

function Details({ test: { name, about, threads, results }, memories }: { readonly test: TestRow; readonly memories: readonly Memory[] }) {
  return (
    <div class="details" aria-live="polite">
      <h3>{name}</h3>
      <p>{about}</p>
      <pre>{threads.join('\n')}</pre>
      <DataTable caption={`Results of ${name}`} rows={results} columns={columnsOf<ResultRow>(memories)} limit={LIMIT} />
    </div>
  );
}
