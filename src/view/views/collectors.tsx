/** View 9: several collectors on the same workloads. */
import { useState } from 'preact/hooks';
import { formatBytes, formatCount, formatNs, formatShare, plural } from '../../base/units.ts';
import type { CompareDocument } from '../../report/compare-document.ts';
import { Chart, type Curve } from '../parts/chart.tsx';
import { DataTable, type Column } from '../parts/data-table.tsx';
import { useTheme } from '../theme.tsx';
import type { View } from '../view.ts';

type Workload = CompareDocument['workloads'][number];
type Collector = Workload['collectors'][number];

/** A workload, and the document that it is of. */
interface Compared {
  readonly name: string;
  readonly document: CompareDocument;
  readonly workload: Workload;
}

export const collectors: View<readonly Compared[]> = {
  id: 'collectors',
  title: 'Collectors',
  about: 'Several collectors ran the same workloads by turns. A pause is a time for which the world was stopped; a concurrent collection stops it twice. The minimum mutator utilization (MMU) is the least share of all processors that the program had in any window of a length: pauses take all of them, assists and background workers a part.',
  find(documents) {
    const found = documents.flatMap(({ name, document }) => (document.command !== 'compare' ? [] : document.workloads.filter((each) => each.collectors.length > 0).map((workload) => ({ name, document, workload }))));
    return found.length === 0 ? undefined : found;
  },
  Show: ({ data }) => <Comparisons data={data} />,
};

function Comparisons({ data }: { readonly data: readonly Compared[] }) {
  const [chosen, choose] = useState(0);
  const isOneDocument = data.every(({ document }) => document === data[0].document);
  return (
    <>
      {data.length > 1 && (
        <label class="row">Workload{' '}
          <select value={chosen} onChange={({ currentTarget }) => choose(Number(currentTarget.value))}>
            {data.map(({ name, workload }, i) => <option key={i} value={i}>{isOneDocument ? workload.name : `${name}: ${workload.name}`}</option>)}
          </select>
        </label>
      )}
      <Comparison key={chosen} compared={data[chosen]} />
    </>
  );
}

function Comparison({ compared: { document, workload } }: { readonly compared: Compared }) {
  const { procs, gogc, seed, cores, interrupted } = document;
  const { params, collectors: all } = workload;
  return (
    <>
      <ul class="facts">
        <li>{workload.name}{Object.entries(params).map(([name, value]) => `, ${name} ${formatCount(value)}`).join('')}</li>
        <li>{plural(procs, 'P')} on {plural(cores, 'core')}</li>
        <li>GOGC {gogc}, seed {seed}</li>
        <li>{plural(all[0].elapsedNs.length, 'run')} each{interrupted ? ', interrupted' : ''}</li>
      </ul>
      <DataTable caption="Collectors" rows={all} columns={columnsOf(all[0])} />
      <Key all={all} />
      <div class="panels">
        <div>
          <h3>Pauses</h3>
          <Pauses all={all} />
        </div>
        <div>
          <h3>Minimum mutator utilization</h3>
          <Utilization all={all} />
        </div>
      </div>
      <h3>Heap over the last run</h3>
      <div class="panels">{all.map((each, i) => <Heap key={each.collector} figures={each} color={i} all={all} />)}</div>
      <DataTable
        caption="Minimum mutator utilization by window"
        rows={all}
        columns={[NAME, ...windowsOf(all).map((windowNs): Column<Collector> => ({ name: formatNs(windowNs), value: (each) => shareAt(each, windowNs), show: (each) => shown(shareAt(each, windowNs)) }))]}
      />
    </>
  );
}

/** The colours of the collectors. */
function Key({ all }: { readonly all: readonly Collector[] }) {
  const { series } = useTheme();
  return (
    <ul class="facts key curves" aria-label="Curves">
      {all.map(({ collector }, i) => <li key={collector}><i class="stroke" style={{ borderTop: `2px solid ${series[i % series.length]}` }} /> {collector}</li>)}
    </ul>
  );
}

const NAME: Column<Collector> = { name: 'collector', value: ({ collector }) => collector };

function time(name: string, ns: (figures: Collector) => number): Column<Collector> {
  return { name, value: ns, show: (figures) => formatNs(ns(figures)) };
}

function bytes(name: string, of: (figures: Collector) => number): Column<Collector> {
  return { name, value: of, show: (figures) => formatBytes(of(figures)) };
}

function columnsOf(first: Collector): Column<Collector>[] {
  return [
    NAME,
    { name: 'pauses', value: ({ pauses }) => pauses.count, show: ({ pauses }) => formatCount(pauses.count) },
    time('median', ({ pauses }) => pauses.medianNs),
    time('95 %', ({ pauses }) => pauses.p95Ns),
    time('99 %', ({ pauses }) => pauses.p99Ns),
    time('longest', ({ pauses }) => pauses.longestNs),
    time('run', ({ medianNs }) => medianNs),
    { name: `of ${first.collector}`, value: ({ medianNs }) => medianNs / first.medianNs, show: ({ medianNs }) => (medianNs / first.medianNs).toFixed(2) },
    { name: 'taken by the collector', value: ({ cpu }) => cpu.share, show: ({ cpu }) => formatShare(cpu.share) },
    time('assists', ({ cpu }) => cpu.assistNs),
    time('background', ({ cpu }) => cpu.backgroundNs),
    time('idle workers', ({ cpu }) => cpu.idleNs),
    bytes('heap', ({ heap }) => heap.peakBytes),
    bytes('goal', ({ heap }) => heap.goalBytes),
  ];
}

function windowsOf(all: readonly Collector[]): number[] {
  return [...new Set(all.flatMap(({ utilization }) => utilization.map(({ windowNs }) => windowNs)))].sort((a, b) => a - b);
}

function shareAt({ utilization }: Collector, windowNs: number): number | undefined {
  return utilization.find((each) => each.windowNs === windowNs)?.share;
}

function shown(share: number | undefined): string {
  return share === undefined ? '–' : formatShare(share);
}

/** The shortest pause and window of the axes, ns. */
const SHORTEST_PAUSE_NS = 1e3;
const SHORTEST_WINDOW_NS = 1e5;

function curves(all: readonly Collector[], points: (figures: Collector) => Curve['points']): Curve[] {
  return all.map((each, color) => ({ name: each.collector, color, form: 'line', points: points(each) }));
}

function Pauses({ all }: { readonly all: readonly Collector[] }) {
  const longest = Math.max(10 * SHORTEST_PAUSE_NS, ...all.map(({ pauses }) => pauses.longestNs));
  return (
    <Chart
      label={`Distribution of the pauses: ${all.map(({ collector, pauses }) => `${collector} median ${formatNs(pauses.medianNs)}, longest ${formatNs(pauses.longestNs)}`).join('; ')}`}
      curves={curves(all, ({ distribution }) => distribution.map(({ share, ns }) => ({ x: share * 100, y: Math.max(SHORTEST_PAUSE_NS, ns) })))}
      x={{ name: 'percentile', format: (value) => String(value), range: [0, 100], ticks: [0, 25, 50, 75, 90] }}
      y={{ name: 'pause', isLog: true, format: decade, range: [SHORTEST_PAUSE_NS, 1.2 * longest], ticks: decades(SHORTEST_PAUSE_NS, longest) }}
    />
  );
}

function Utilization({ all }: { readonly all: readonly Collector[] }) {
  const longest = Math.max(2 * SHORTEST_WINDOW_NS, ...all.flatMap(({ curve }) => curve.map(({ windowNs }) => windowNs)));
  return (
    <Chart
      label={`Minimum mutator utilization by window: ${all.map((each) => `${each.collector} ${windowsOf(all).map((windowNs) => `${formatNs(windowNs)} ${shown(shareAt(each, windowNs))}`).join(', ')}`).join('; ')}`}
      curves={curves(all, ({ curve }) => curve.map(({ windowNs, share }) => ({ x: windowNs, y: share })))}
      x={{ name: 'window', isLog: true, format: decade, range: [SHORTEST_WINDOW_NS, longest], ticks: decades(SHORTEST_WINDOW_NS, longest) }}
      y={{ name: 'share of the program', format: formatShare, range: [0, 1.02], ticks: [0, 0.25, 0.5, 0.75, 1] }}
    />
  );
}

/** The heap of one collector, on the axes of all. */
function Heap({ figures: { collector, heap, heapOverTime }, color, all }: { readonly figures: Collector; readonly color: number; readonly all: readonly Collector[] }) {
  const most = Math.max(1, ...all.map((each) => each.heap.peakBytes));
  const longest = Math.max(1, ...all.map((each) => each.elapsedNs.at(-1) ?? 0));
  const unit = 2 ** Math.floor(Math.log2(most / 2));
  return (
    <Chart
      label={`Bytes allocated over the last run with ${collector}: at most ${formatBytes(heap.peakBytes)}`}
      height={150}
      curves={[{ name: collector, color, form: 'line', points: heapOverTime.map(({ atNs, bytes: y }) => ({ x: atNs, y })) }]}
      x={{ name: 'time', format: formatNs, range: [0, longest] }}
      y={{ name: 'allocated', format: formatBytes, range: [0, 1.05 * most], ticks: Array.from({ length: Math.floor(most / unit) + 1 }, (_, i) => i * unit) }}
    />
  );
}

function decades(least: number, most: number): number[] {
  const ticks: number[] = [];
  for (let ns = least; ns <= most; ns *= 10) ticks.push(ns);
  return ticks;
}

function decade(ns: number): string {
  if (ns >= 1e9) return `${ns / 1e9} s`;
  return ns >= 1e6 ? `${ns / 1e6} ms` : `${ns / 1e3} µs`;
}
