/** The scaling of mark time as a table, and what it shows in words. */
import { formatTable, type Column } from './table.ts';
import { formatBytes, formatCount, formatNs, formatNumber, formatShare, plural, timeColumn } from './units.ts';
import type { ScaleResult, Scaling } from './scaling.ts';

const right = (head: string): Column => ({ head, align: 'right' });
const COLUMNS = [
  right('threads'), right('mark time'), right('95 % interval'), right('speedup'),
  right('ns/object'), right('handoffs'), right('steals'), right('idle'),
];

/** "tree: 4,194,303 objects, 128 MB in 16,407 spans". */
export function describeHeap({ heap }: Scaling): string {
  return `${heap.name}: ${plural(heap.objects, 'object')}, ${formatBytes(heap.bytes)} in ${plural(heap.spans, 'span')}`;
}

/** Head and rows, at most 80 columns wide. */
export function formatScaleTable({ results }: Scaling): string[] {
  const time = timeColumn(results.flatMap(({ medianNs, interval }) => [medianNs, interval.low, interval.high]));
  const bound = (ns: number) => time(ns).split(' ')[0];
  return formatTable(COLUMNS, results.map((result) => [
    formatCount(result.procs),
    time(result.medianNs),
    hasInterval(result) ? `${bound(result.interval.low)} – ${bound(result.interval.high)}` : '–',
    (results[0].medianNs / result.medianNs).toFixed(2),
    formatNumber(result.medianNs / result.objectsMarked),
    formatCount(result.handoff),
    formatCount(result.steal),
    formatShare(result.idleShare),
  ]));
}

/** What the table shows, sentence by sentence. */
export function explainScaling(scaling: Scaling): string[] {
  const { results, cores, verified } = scaling;
  const sentences = results.length === 1 ? [explainOne(results[0])] : [compare(results)];
  const idle = bestOf(results).idleShare;
  if (results.length > 1) sentences.push(`${formatShare(idle)} of their time went into waiting for work.`);
  if (!results.every(hasInterval)) sentences.push('Fewer than 6 collections give no 95 % interval; use more --runs.');
  const crowded = results.filter(({ procs }) => procs > cores);
  if (crowded.length > 0) {
    sentences.push(`This machine has ${plural(cores, 'core')}; more threads than that take turns.`);
  }
  if (verified > 0) sentences.push(`The oracle checked the heap ${formatCount(verified)} times and found nothing wrong.`);
  return sentences;
}

function explainOne({ procs, medianNs, objectsMarked }: ScaleResult): string {
  const verb = procs === 1 ? 'marks' : 'mark';
  return `${plural(procs, 'thread')} ${verb} ${plural(objectsMarked, 'object')} in ${formatNs(medianNs)}.`;
}

function compare(results: readonly ScaleResult[]): string {
  const [first] = results;
  const other = bestOf(results);
  const who = `${plural(other.procs, 'thread')} mark`;
  const speedup = first.medianNs / other.medianNs;
  if (overlap(first, other)) return `${who} about as fast as ${first.procs}: the intervals overlap.`;
  if (speedup >= 1) return `${who} ${formatFactor(speedup)} times as fast as ${first.procs}.`;
  return `${who} more slowly than ${first.procs}: they take ${formatFactor(1 / speedup)} times as long.`;
}

/** The fastest but the first, which the others are compared with. */
function bestOf(results: readonly ScaleResult[]): ScaleResult {
  return results.slice(1).reduce((best, next) => (next.medianNs < best.medianNs ? next : best), results[1] ?? results[0]);
}

/** Without intervals nothing can be told apart but by a wide margin. */
function overlap(a: ScaleResult, b: ScaleResult): boolean {
  if (!hasInterval(a) || !hasInterval(b)) return Math.abs(Math.log(a.medianNs / b.medianNs)) < Math.log(1.25);
  return a.interval.low <= b.interval.high && b.interval.low <= a.interval.high;
}

function hasInterval({ interval }: ScaleResult): boolean {
  return Number.isFinite(interval.low) && Number.isFinite(interval.high);
}

function formatFactor(factor: number): string {
  return factor < 1.1 ? factor.toFixed(2) : factor.toFixed(1);
}
