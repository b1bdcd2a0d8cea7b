/** Compares a prediction with an earlier measurement or prediction of the same heap. */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { changeOf } from './scale-compare.ts';
import type { Predicted } from '../model/predict.ts';
import type { Timeline } from './timeline.ts';
import { formatTable, type Column } from './table.ts';
import { formatCount, timeColumn } from '../base/units.ts';

/** The fields of a `scale --json` document that the comparison needs. */
export interface PredictionBaseline {
  /** The path of its file. */
  readonly path: string;
  /** `scale --model` for a prediction. */
  readonly command: string;
  readonly heap: { readonly name: string; readonly objects: number };
  readonly results: readonly { readonly procs: number; readonly medianNs: number }[];
  /** If it was recorded. */
  readonly timeline?: Timeline;
}

/** The part of a prediction that is compared. */
interface Comparable {
  readonly heap: { readonly name: string; readonly objects: number };
  readonly results: readonly Predicted[];
}

export interface PredictionComparison {
  readonly procs: number;
  readonly oldNs: number;
  readonly newNs: number;
  /** Relative change: 0.1 is 10 % longer. A prediction is deterministic, so there is no test of significance. */
  readonly change: number;
}

/** The relative difference in objects up to which two heaps count as the same: a measured heap has the log of its times. */
const SAME = 0.01;

/**
 * Compares the numbers of threads that both have.
 * @throws UsageError if the heaps differ
 */
export function comparePrediction({ path, heap, results }: PredictionBaseline, prediction: Comparable): PredictionComparison[] {
  const { name, objects } = prediction.heap;
  const file = printable(path);
  if (graphOf(heap.name) !== graphOf(name)) throw new UsageError(`${file} is of the heap ${printable(heap.name)}, not ${printable(name)}`);
  if (Math.abs(heap.objects - objects) > SAME * objects) {
    throw new UsageError(`${file} is of ${formatCount(heap.objects)} objects, and the prediction of ${formatCount(objects)}; give both the same --objects`);
  }
  return prediction.results.flatMap(({ procs, markNs }) => {
    const before = results.find((result) => result.procs === procs);
    return before === undefined ? [] : [{ procs, oldNs: before.medianNs, newNs: markNs, change: changeOf(before.medianNs, markNs) }];
  });
}

/** Returns the name of a graph without its number of objects. */
function graphOf(name: string): string {
  return name.replace(/-\d+$/, '');
}

const right = (head: string): Column => ({ head, align: 'right' });

/** Returns the head and rows: before, now and the change for two predictions; else measured, predicted and their ratio. */
export function formatPredictionComparison({ command }: Pick<PredictionBaseline, 'command'>, rows: readonly PredictionComparison[], width?: number): string[] {
  const predicted = command === 'scale --model';
  const time = timeColumn(rows.flatMap(({ oldNs, newNs }) => [oldNs, newNs]));
  const columns = predicted ? [right('threads'), right('before'), right('now'), right('change')] : [right('threads'), right('measured'), right('predicted'), right('predicted / measured')];
  return formatTable(columns, rows.map(({ procs, oldNs, newNs, change }) => [
    formatCount(procs), time(oldNs), time(newNs),
    predicted ? `${change < 0 ? '' : '+'}${(change * 100).toFixed(1)} %` : (1 + change).toFixed(2),
  ]), width);
}
