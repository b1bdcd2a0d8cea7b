/** View 7: a campaign of explored executions: its course, the protocol edges that it covered, and its failures. */
import { formatCount, formatRate, plural } from '../../base/units.ts';
import { findCampaigns, shrunkSize, type CampaignRun, type FailureRow } from '../campaign-runs.ts';
import { matrixOf } from '../edge-matrix.ts';
import { Chart, type Curve } from '../parts/chart.tsx';
import { DataTable, type Column } from '../parts/data-table.tsx';
import { formatSeconds, timeUnit } from '../../base/time-unit.ts';
import type { View } from '../view.ts';
import { EdgeMatrix } from './edge-matrix.tsx';

export const campaign: View<readonly CampaignRun[]> = {
  id: 'campaign',
  title: 'Campaign',
  about: 'Explored executions over time, each scenario with the protocol edges that it passed, and the failures. A flat curve of distinct interleavings means that the search finds nothing new; a hollow square is an edge that its scenario could pass and never did.',
  find: findCampaigns,
  Show: ({ data }) => <>{data.map((run, i) => <Run key={i} run={run} isOnly={data.length === 1} />)}</>,
};

/** Index of the colour of failures in the series' colours. */
const FAILURE_COLOR = 4;

const ENDINGS: Readonly<Record<NonNullable<CampaignRun['ending']>, string>> = {
  time: 'ended when its time was up',
  executions: 'ended after its executions',
  failure: 'ended at the first failure',
  exhausted: 'ended when every search was over',
  interrupted: 'interrupted',
  'worker lost': 'ended when a worker was lost',
  'log lost': 'ended when its log could not be written',
  running: 'ran still when this was made',
};

function Run({ run, isOnly }: { readonly run: CampaignRun; readonly isOnly: boolean }) {
  const { campaign: recorded, scenarios } = run;
  return (
    <>
      {!isOnly && <h3>{run.name}</h3>}
      <Facts run={run} />
      {recorded !== undefined && <Course run={run} />}
      <Failures run={run} />
      <DataTable
        caption="Scenarios"
        rows={scenarios}
        columns={[
          { name: 'scenario', value: ({ scenario }) => scenario },
          { name: 'executions', value: ({ executions }) => executions, show: ({ executions }) => formatCount(executions) },
          { name: 'a second', value: ({ executions, seconds }) => (seconds > 0 ? executions / seconds : undefined), show: ({ executions, seconds }) => (seconds > 0 ? formatRate(executions / seconds) : '–') },
          { name: 'distinct', value: ({ distinct }) => distinct, show: ({ distinct }) => formatCount(distinct) },
          { name: 'accesses', value: ({ steps }) => steps, show: ({ steps }) => formatCount(steps) },
          ...(recorded === undefined ? [] : [{ name: 'edges', value: ({ scenario }: { readonly scenario: string }) => recorded.scenarios.find((each) => each.scenario === scenario)?.passed.edge.length }]),
          { name: 'failures', value: ({ failures }) => failures },
          ...(scenarios.some(({ covered }) => covered !== '') ? [{ name: 'covered', value: ({ covered }: { readonly covered: string }) => covered }] : []),
        ]}
      />
      {recorded === undefined
        ? <p class="muted">The document has no course and no coverage: run the command with --record or --html.</p>
        : <EdgeMatrix matrix={matrixOf(recorded)} />}
    </>
  );
}

function Facts({ run }: { readonly run: CampaignRun }) {
  const { scenarios, seconds, jobs, seed, strategy, mutant, memories, ending, failures, campaign: recorded } = run;
  const sum = (of: (row: CampaignRun['scenarios'][number]) => number) => scenarios.reduce((total, each) => total + of(each), 0);
  const executions = sum((each) => each.executions);
  const closed = failures.filter(({ isClosed }) => isClosed).length;
  const facts = [
    `${plural(executions, 'execution')} in ${formatSeconds(seconds)}${seconds > 0 ? `, ${formatRate(executions / seconds)} a second` : ''}`,
    plural(sum(({ distinct }) => distinct), 'distinct interleaving'),
    recorded === undefined ? undefined : `${formatCount(recorded.series.edges.at(-1) ?? 0)} of ${plural(recorded.edges.length, 'protocol edge')}`,
    plural(failures.length, 'failure') + (closed === 0 ? '' : `, ${formatCount(closed)} of them closed`),
    plural(scenarios.length, 'scenario'),
    jobs === undefined ? undefined : plural(jobs, 'worker'),
    `strategy ${strategy}`,
    ...(memories.every(({ memory }) => memory === 'sc') ? [] : memories.map(({ memory, executions: under }) => `${plural(under, 'execution')} under ${memory}`)),
    `seed ${seed}`,
    mutant === null ? undefined : `${mutant} planted`,
    ending === undefined ? undefined : ENDINGS[ending],
  ];
  return <ul class="facts">{facts.filter((fact) => fact !== undefined).map((fact) => <li key={fact}>{fact}</li>)}</ul>;
}

function Course({ run: { campaign: recorded, failures, seconds } }: { readonly run: CampaignRun }) {
  const { atSeconds, executions, distinct, edges } = recorded!.series;
  const unit = timeUnit(seconds);
  const x = { name: unit.name, format: (value: number) => String(Number(value.toFixed(2))), range: [0, seconds / unit.seconds] as const };
  const curve = (name: string, color: number, values: readonly number[]): Curve => ({
    name, color, form: 'area', points: [{ x: 0, y: 0 }, ...values.map((y, i) => ({ x: atSeconds[i] / unit.seconds, y }))],
  });
  const seen = failures.filter(({ firstSeconds }) => firstSeconds !== undefined);
  const found: Curve[] = seen.length === 0 ? [] : [{ name: seen.length === 1 ? 'failure' : 'failures', color: FAILURE_COLOR, form: 'measured', points: seen.map(({ firstSeconds, executions: y }) => ({ x: firstSeconds! / unit.seconds, y: y! })) }];
  const last = (values: readonly number[]) => formatCount(values.at(-1) ?? 0);
  return (
    <div class="panels">
      <div>
        <h3>Executions</h3>
        <Chart
          label={`Executions over time: ${last(executions)} after ${formatSeconds(seconds)}, of which ${last(distinct)} are distinct interleavings.`}
          curves={[curve('executions', 0, executions), curve('distinct', 2, distinct), ...found]}
          x={x}
          y={{ name: 'executions', format: formatCount, range: [0, Math.max(1, ...executions) * 1.05] }}
        />
      </div>
      <div>
        <h3>Protocol edges passed</h3>
        <Chart
          label={`Protocol edges passed over time: ${last(edges)} after ${formatSeconds(seconds)}.`}
          curves={[curve('passed', 3, edges), { name: 'could be', form: 'bound', points: [0, seconds].map((at) => ({ x: at / unit.seconds, y: possibleEdges(recorded!) })) }]}
          x={x}
          y={{ name: 'edges', format: formatCount, range: [0, possibleEdges(recorded!) * 1.05] }}
        />
      </div>
    </div>
  );
}

/** Returns the number of edges that a scenario of the campaign could pass, or might. */
function possibleEdges(recorded: NonNullable<CampaignRun['campaign']>): number {
  return recorded.edges.length - matrixOf(recorded).impossible;
}

const PLAYER: Column<FailureRow> = { name: 'player', value: ({ anchor }) => anchor, show: ({ anchor }) => (anchor === undefined ? '–' : <a href={`#${anchor}`}>play it</a>) };

const CLOSED: Column<FailureRow> = { name: 'state', value: ({ isClosed }) => (isClosed ? 'closed: it was fixed' : 'open') };

function Failures({ run: { failures, ending } }: { readonly run: CampaignRun }) {
  if (failures.length === 0) return <p>{ending === 'worker lost' ? 'A worker was lost; no failure was found.' : 'No failure was found.'}</p>;
  return (
    <DataTable<FailureRow>
      caption="Failures"
      rows={failures}
      columns={[
        { name: 'failure', value: ({ failure: { key } }) => key },
        { name: 'kind', value: ({ failure: { verdict } }) => verdict },
        { name: 'first seen', value: ({ firstSeconds }) => firstSeconds, show: ({ firstSeconds }) => (firstSeconds === undefined ? '–' : formatSeconds(firstSeconds)) },
        { name: 'after executions', value: ({ executions }) => executions, show: ({ executions }) => (executions === undefined ? '–' : formatCount(executions)) },
        { name: 'times', value: ({ times }) => times, show: ({ times }) => (times === undefined ? '–' : formatCount(times)) },
        { name: 'shrunk to', value: (row) => shrunkSize(row) },
        ...(failures.some(({ isClosed }) => isClosed) ? [CLOSED] : []),
        { name: 'what', value: ({ failure: { facts } }) => facts[0] ?? '' },
        ...(failures.some(({ anchor }) => anchor !== undefined) ? [PLAYER] : []),
        { name: 'repeat', value: ({ failure: { repeat } }) => repeat, show: ({ failure: { repeat } }) => <code>{repeat}</code> },
      ]}
    />
  );
}
