/** View 1b: what the time of a prediction is made of, and what other costs would change. */
import { median } from '../../base/statistics.ts';
import { formatCount, formatNs, formatShare, plural } from '../../base/units.ts';
import type { PredictionDocument } from '../../report/prediction-document.ts';
import { DataTable, type Column } from '../parts/data-table.tsx';
import type { NamedDocument, View } from '../view.ts';

type Explanation = NonNullable<PredictionDocument['explanation']>;
type WhatIf = NonNullable<PredictionDocument['whatIf']>[number];
type Changed = WhatIf['changed'][number];

/** A named prediction, with what it says of its costs. */
interface Costs {
  readonly name: string;
  readonly explanation?: Explanation;
  readonly whatIf?: readonly WhatIf[];
  /** By number of threads: the time of all threads, by what it was spent on. Of phases other than marking. */
  readonly spent?: readonly { readonly procs: number; readonly spentNs: Readonly<Record<string, number>> }[];
}

export const costs: View<readonly Costs[]> = {
  id: 'costs',
  title: 'Costs of a prediction',
  about: 'The critical path is the chain of work that determines the time: each activity on it, and the shares of its time by cause. Contended words are those that threads wait for. A question of --what-if has an answer for each number of threads; “~” is a difference that chance explains.',
  find: findCosts,
  Show: ({ data }) => <>{data.map((each, i) => <CostsOf key={i} {...each} named={data.length > 1} />)}</>,
};

function findCosts(documents: readonly NamedDocument[]): Costs[] | undefined {
  const found = documents.flatMap(({ name, document }): Costs[] => {
    switch (document.command) {
      case 'scale --model':
        return document.explanation === undefined && document.whatIf === undefined ? [] : [{ name, explanation: document.explanation, whatIf: document.whatIf }];
      case 'scale --model --phase':
        return [{ name, whatIf: document.whatIf, spent: document.results }];
      default:
        return [];
    }
  });
  return found.length === 0 ? undefined : found;
}

function CostsOf({ name, explanation, whatIf, spent, named }: Costs & { readonly named: boolean }) {
  return (
    <>
      {named && <h3>{name}</h3>}
      {explanation !== undefined && <Path {...explanation} />}
      {explanation !== undefined && explanation.contention.length > 0 && <Contention {...explanation} />}
      {spent !== undefined && <Spent spent={spent} />}
      {whatIf !== undefined && whatIf.length > 0 && <Questions answers={whatIf} />}
    </>
  );
}

/** Returns a column for each cause, with its share of a row's time. */
function causes<Row>(names: readonly string[], spentOf: (row: Row) => Readonly<Record<string, number>>, wholeOf: (row: Row) => number): Column<Row>[] {
  return names.map((name) => {
    const share = (row: Row) => spentOf(row)[name] / (wholeOf(row) || 1);
    return { name, value: share, show: (row) => formatShare(share(row)) };
  });
}

function Path({ procs, path: { ns: whole, changes, parts } }: Explanation) {
  return (
    <>
      <DataTable
        caption={`Critical path of ${plural(procs, 'thread')}`}
        rows={parts}
        columns={[
          { name: 'activity', value: ({ activity }) => activity },
          { name: 'time', value: ({ ns }) => ns, show: ({ ns }) => formatNs(ns) },
          { name: 'share', value: ({ ns }) => ns, show: ({ ns }) => formatShare(ns / whole) },
          ...causes(Object.keys(parts[0]?.spentNs ?? {}), ({ spentNs }: (typeof parts)[number]) => spentNs, () => whole),
        ]}
      />
      <p class="muted">The path takes {formatNs(whole)} and changes threads {plural(changes, 'time')}. The causes of each row are shares of the whole path.</p>
    </>
  );
}

function Contention({ procs, contention }: Explanation) {
  return (
    <DataTable
      caption={`Contended words, ${plural(procs, 'thread')}`}
      rows={contention}
      columns={[
        { name: 'word', value: ({ word }) => word },
        { name: 'function', value: ({ fn }) => fn },
        { name: 'place', value: ({ place }) => place },
        { name: 'transfers', value: ({ transfers }) => transfers, show: ({ transfers }) => formatCount(transfers) },
        { name: 'in queue', value: ({ queued }) => queued, show: ({ queued }) => formatCount(queued) },
        { name: 'false sharing', value: ({ falseSharing }) => falseSharing, show: ({ falseSharing }) => formatCount(falseSharing) },
        { name: 'time', value: ({ transferNs }) => transferNs, show: ({ transferNs }) => formatNs(transferNs) },
        { name: 'lost CAS', value: ({ casFailed }) => casFailed, show: ({ casFailed }) => formatCount(casFailed) },
        { name: 'sleeps', value: ({ sleeps }) => sleeps, show: ({ sleeps }) => formatCount(sleeps) },
        { name: 'asleep', value: ({ sleptNs }) => sleptNs, show: ({ sleptNs }) => formatNs(sleptNs) },
      ]}
    />
  );
}

function Spent({ spent }: { readonly spent: NonNullable<Costs['spent']> }) {
  const allOf = ({ spentNs }: (typeof spent)[number]) => Object.values(spentNs).reduce((sum, ns) => sum + ns, 0);
  return (
    <DataTable
      caption="What the time of all threads is spent on"
      rows={spent}
      columns={[
        { name: 'threads', value: ({ procs }) => procs },
        { name: 'time of all threads', value: allOf, show: (row) => formatNs(allOf(row)) },
        ...causes(Object.keys(spent[0].spentNs), ({ spentNs }: (typeof spent)[number]) => spentNs, allOf),
      ]}
    />
  );
}

/** All numbers of threads have the same questions, in the same order. */
function Questions({ answers }: { readonly answers: readonly WhatIf[] }) {
  const rows = answers[0].changed.map(({ changes }, question) => ({ question: describe(changes), answers: answers.map(({ changed }) => changed[question]) }));
  return (
    <DataTable
      caption="What if: change of the time, by threads"
      rows={rows}
      columns={[
        { name: 'question', value: ({ question }) => question },
        ...answers.map(({ procs, ns }, i): Column<(typeof rows)[number]> => ({
          name: `${plural(procs, 'thread')}, now ${formatNs(median([...ns]))}`,
          value: (row) => row.answers[i].change,
          show: (row) => formatChange(row.answers[i]),
        })),
      ]}
    />
  );
}

function describe(changes: Changed['changes']): string {
  return changes.map(({ part, factor }) => `${part} × ${factor}`).join(', ');
}

function formatChange({ change, isSignificant }: Changed): string {
  return isSignificant ? `${change < 0 ? '' : '+'}${(change * 100).toFixed(1)} %` : '~';
}
