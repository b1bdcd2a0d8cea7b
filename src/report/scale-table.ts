/** A measurement of scaling as a table, and what it shows in words. */
import { printable } from '../base/printable.ts';
import { areAlike, hasInterval } from './scale-intervals.ts';
import { explainLimits } from './scale-limits.ts';
import { formatTable, type Column } from './table.ts';
import { formatBytes, formatCount, formatNs, formatNumber, formatShare, plural, timeColumn } from '../base/units.ts';
import type { MarkFacts, ScalePhase, ScaleResult, Scaling } from './scaling.ts';

type Cell = (result: ScaleResult) => string;
type PhaseColumn = readonly [head: string, cell: Cell];

const perObject: PhaseColumn = ['ns/object', (r) => formatNumber(r.medianNs / r.objects)];
const ofMark = (fact: (mark: MarkFacts) => string): Cell => ({ mark }) => (mark === undefined ? '–' : fact(mark));

/** What each phase shows beside times and speedup. */
const COLUMNS: Readonly<Record<ScalePhase, readonly PhaseColumn[]>> = {
  mark: [
    perObject,
    ['handoffs', ofMark((mark) => formatCount(mark.handoff))],
    ['steals', ofMark((mark) => formatCount(mark.steal))],
    ['idle', ofMark((mark) => formatShare(mark.idleShare))],
  ],
  sweep: [['GB/s', (r) => formatNumber(r.bytes / r.medianNs)], ['GB/s a thread', (r) => formatNumber(r.bytes / r.medianNs / r.procs)]],
  alloc: [perObject, ['M objects/s', (r) => formatNumber((r.objects / r.medianNs) * 1000)]],
  cycle: [perObject],
};

/** What threads do in a phase: "2 threads mark". */
const VERBS: Readonly<Record<ScalePhase, readonly [one: string, many: string]>> = {
  mark: ['marks', 'mark'], sweep: ['sweeps', 'sweep'], alloc: ['allocates', 'allocate'], cycle: ['collects', 'collect'],
};

/** "tree: 4,194,303 objects, 128 MB in 16,407 spans". */
export function describeHeap({ heap }: Pick<Scaling, 'heap'>): string {
  const where = heap.spans === 0 ? '' : ` in ${plural(heap.spans, 'span')}`;
  return `${printable(heap.name)}: ${plural(heap.objects, 'object')}, ${formatBytes(heap.bytes)}${where}`;
}

/** Head and rows; at most 80 columns wide, or `width`. A count of threads above the cores has a star. */
export function formatScaleTable({ results, phase, cores }: Pick<Scaling, 'results' | 'phase' | 'cores'>, width?: number): string[] {
  const time = timeColumn(results.flatMap(({ medianNs, interval }) => [medianNs, interval.low, interval.high]));
  const bound = (ns: number) => time(ns).split(' ')[0];
  const right = (head: string): Column => ({ head, align: 'right' });
  const columns = [right('threads'), right(`${phase} time`), right('95 % interval'), right('speedup'), ...COLUMNS[phase].map(([head]) => right(head))];
  const starred = results.some(({ procs }) => procs > cores);
  return formatTable(columns, results.map((result) => [
    formatCount(result.procs) + (result.procs > cores ? '*' : starred ? ' ' : ''),
    time(result.medianNs),
    hasInterval(result) ? `${bound(result.interval.low)} – ${bound(result.interval.high)}` : '–',
    (results[0].medianNs / result.medianNs).toFixed(2),
    ...COLUMNS[phase].map(([, cell]) => cell(result)),
  ]), width);
}

/** What the table shows, sentence by sentence. */
export function explainScaling(scaling: Scaling): string[] {
  const { results, cores, verified, phase } = scaling;
  const sentences = results.length === 1 ? [explainOne(phase, results[0])] : [compare(phase, results)];
  sentences.push(...explainLimits(scaling));
  if (!results.every(hasInterval)) sentences.push('Fewer than 6 runs give no 95 % interval; use more --runs.');
  if (results.some(({ procs }) => procs > cores)) {
    sentences.push(`* This machine has ${plural(cores, 'core')}; threads beyond that are time-sliced.`);
  }
  if (verified > 0) sentences.push(`The oracle checked the heap ${formatCount(verified)} times and found nothing wrong.`);
  return sentences;
}

function explainOne(phase: ScalePhase, { procs, medianNs, objects }: ScaleResult): string {
  return `${plural(procs, 'thread')} ${VERBS[phase][procs === 1 ? 0 : 1]} ${plural(objects, 'object')} in ${formatNs(medianNs)}.`;
}

function compare(phase: ScalePhase, results: readonly ScaleResult[]): string {
  const [first] = results;
  const other = bestOf(results);
  const subject = `${plural(other.procs, 'thread')} ${VERBS[phase][1]}`;
  const speedup = first.medianNs / other.medianNs;
  if (areAlike(first, other)) {
    const reason = hasInterval(first) && hasInterval(other) ? 'the intervals overlap' : 'so few runs show no difference';
    return `${subject} about as fast as ${first.procs}: ${reason}.`;
  }
  if (speedup >= 1) return `${subject} ${formatFactor(speedup)} times as fast as ${first.procs}.`;
  return `${subject} more slowly than ${first.procs}: they take ${formatFactor(1 / speedup)} times as long.`;
}

/** The fastest but the first, which the others are compared with. */
export function bestOf(results: readonly ScaleResult[]): ScaleResult {
  return results.slice(1).reduce((best, next) => (next.medianNs < best.medianNs ? next : best), results[1] ?? results[0]);
}

export function formatFactor(factor: number): string {
  return factor < 1.1 ? factor.toFixed(2) : factor.toFixed(1);
}
