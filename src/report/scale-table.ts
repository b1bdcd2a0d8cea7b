/** A measurement of scaling as a table and in sentences. */
import { printable } from '../base/printable.ts';
import { areAlike, hasInterval } from './scale-intervals.ts';
import { explainContention, explainLimits } from './scale-limits.ts';
import { SCALE_COLUMNS } from './scale-columns.ts';
import { withRoomForChart, type Chart } from './speedup-bar.ts';
import { formatTable } from './table.ts';
import { formatBytes, formatCount, formatNs, plural, timeColumn } from '../base/units.ts';
import type { ScalePhase, ScaleResult, Scaling } from './scaling.ts';

/** The verb of a phase: "2 threads mark". */
const VERBS: Readonly<Record<ScalePhase, readonly [one: string, many: string]>> = {
  mark: ['marks', 'mark'], sweep: ['sweeps', 'sweep'], alloc: ['allocates', 'allocate'], cycle: ['collects', 'collect'],
};

/** Returns "tree: 4,194,303 objects, 128 MB in 16,407 spans". */
export function describeHeap({ heap }: Pick<Scaling, 'heap'>): string {
  const where = heap.spans === 0 ? '' : ` in ${plural(heap.spans, 'span')}`;
  return `${printable(heap.name)}: ${plural(heap.objects, 'object')}, ${formatBytes(heap.bytes)}${where}`;
}

/** Returns the head and a row for each number of threads. `chart`: draws speedups, too. Without `width` a row has at most 80 characters. */
export function formatScaleTable(scaling: Pick<Scaling, 'results' | 'phase' | 'cores'>, width?: number, chart?: Chart): string[] {
  return withRoomForChart((drawn) => tableOf(scaling, width, drawn), chart);
}

function tableOf({ results, phase, cores }: Pick<Scaling, 'results' | 'phase' | 'cores'>, width: number | undefined, chart: Chart | undefined): string[] {
  const shown = Object.values(SCALE_COLUMNS).flatMap(({ phases, head, cell }) =>
    (head === undefined || !(phases?.includes(phase) ?? true) ? [] : [{ head: head(phase, chart), align: 'right' as const, cell }]));
  const table = {
    first: results[0],
    last: results[results.length - 1],
    chart,
    cores,
    isStarred: results.some(({ procs }) => procs > cores),
    time: timeColumn(results.flatMap(({ medianNs, interval }) => [medianNs, interval.low, interval.high])),
  };
  return formatTable(shown, results.map((result) => shown.map(({ cell }) => cell(result, table))), width);
}

/** Returns sentences about the table. */
export function explainScaling(scaling: Scaling): string[] {
  const { results, cores, verified, phase } = scaling;
  const sentences = results.length === 1 ? [explainOne(phase, results[0])] : [compare(phase, results)];
  sentences.push(...explainLimits(scaling), ...explainContention(scaling));
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

/** Returns the fastest result after the first, with which it is compared. */
export function bestOf(results: readonly ScaleResult[]): ScaleResult {
  return results.slice(1).reduce((best, next) => (next.medianNs < best.medianNs ? next : best), results[1] ?? results[0]);
}

export function formatFactor(factor: number): string {
  return factor < 1.1 ? factor.toFixed(2) : factor.toFixed(1);
}
