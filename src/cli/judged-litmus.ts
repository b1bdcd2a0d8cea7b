/** The lines that `litmus` prints about its tests. */
import { formatCount } from '../base/units.ts';
import type { Memory } from '../explore/weak/memory.ts';
import { formatAsked, type LitmusTest } from '../litmus/catalog.ts';
import { countAsked, includesAsked, type Disagreement, type ModelSays } from '../litmus/judge.ts';
import { formatProgram, formatResult, resultOf } from '../litmus/program.ts';
import { VERDICTS, verdictOn, type LitmusVerdict } from '../litmus/verdict.ts';
import type { Seen } from '../litmus/real/test-threads.ts';
import { formatTable, type Column } from '../report/table.ts';

/** A test, and what all sides say. */
export interface Judged {
  readonly test: LitmusTest;
  readonly said: readonly ModelSays[];
  /** The results that the specification allows. */
  readonly allowedByJs: ReadonlySet<string>;
  /** Null if the test was not run on threads. */
  readonly seen: Seen | null;
  readonly found: readonly Disagreement[];
}

/** Returns what a model says of results. */
function verdict({ allowed, explored }: ModelSays, includes: (keys: ReadonlySet<string>) => boolean): LitmusVerdict {
  return verdictOn(includes(allowed), includes(explored.results), explored.isComplete);
}

/** Returns a table with a line for each test and the result that it asks about. */
export function testsTable(tests: readonly Judged[], memories: readonly Memory[], width?: number): string[] {
  const columns: Column[] = [
    { head: 'test', align: 'left' },
    { head: 'result', align: 'left' },
    ...memories.map((memory): Column => ({ head: memory, align: 'left' })),
    { head: 'seen', align: 'right' },
    { head: 'rounds', align: 'right' },
  ];
  const rows = tests.map(({ test, said, seen }) => [
    test.name,
    formatAsked(test),
    ...said.map((each) => verdict(each, (keys) => includesAsked(test, keys))),
    seen === null ? '' : formatCount(countAsked(test, seen.counts)),
    seen === null ? '' : formatCount(seen.rounds),
  ]);
  const used = new Set(rows.flat());
  const legend = Object.entries(VERDICTS).filter(([word]) => used.has(word)).map(([word, meaning]) => `${word}: ${meaning}`);
  return [...formatTable(columns, rows, width), '', ...legend];
}

/** Returns the program of a test, and a table with a line for each result. */
export function resultsTable({ test, said, allowedByJs, seen }: Judged, width?: number): string[] {
  const keys = [...new Set([...allowedByJs, ...said.flatMap(({ allowed, explored }) => [...allowed, ...explored.results]), ...(seen?.counts.keys() ?? [])])].toSorted();
  const columns: Column[] = [
    { head: 'result', align: 'left' },
    ...said.map(({ memory }): Column => ({ head: memory, align: 'left' })),
    { head: 'seen', align: 'right' },
  ];
  const rows = keys.map((key) => [
    `${formatResult(test, resultOf(key))}${Object.keys(test.asks).length > 0 && includesAsked(test, [key]) ? ' ?' : ''}`,
    ...said.map((each) => verdict(each, (results) => results.has(key))),
    seen === null ? '' : formatCount(seen.counts.get(key) ?? 0),
  ]);
  return [`${test.name}: ${test.about}`, ...formatProgram(test).map((line) => `  ${line}`), '', ...formatTable(columns, rows, width), ''];
}

/** Returns a line for each result that must not be. */
export function describeFound({ test, found, seen }: Judged): string[] {
  return found.map(({ kind, memory, key }) => {
    const result = `${test.name}: ${formatResult(test, resultOf(key))}`;
    if (kind === 'seen') return `${result} was seen ${formatCount(seen?.counts.get(key) ?? 0)} times on threads; the specification forbids it`;
    return kind === 'explored' ? `${result} is reached by exploration under ${memory}; the axioms forbid it` : `${result} is allowed under ${memory}; exploration does not reach it`;
  });
}

/** Returns a line for each result that threads had and x86 forbids: the compiler has reordered, or this is no x86. */
export function describeBeyond({ test, seen, said, found }: Judged): string[] {
  const tso = said.find(({ memory }) => memory === 'tso');
  if (seen === null || tso === undefined) return [];
  const forbidden = new Set(found.map(({ key }) => key));
  return [...seen.counts].filter(([key]) => !tso.allowed.has(key) && !forbidden.has(key)).map(([key, count]) => `${test.name}: ${formatResult(test, resultOf(key))} was seen ${formatCount(count)} times: more than x86 allows, and allowed by the specification`);
}
