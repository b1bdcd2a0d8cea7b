/** A prediction beside what was measured, or predicted, of the same heap before. */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { changeOf } from './scale-compare.ts';
import type { Predicted } from '../model/predict.ts';
import { formatTable, type Column } from './table.ts';
import { formatCount, timeColumn } from '../base/units.ts';

/** What a document of `scale --json` says, as far as a prediction can be compared with it. */
export interface PredictionBaseline {
  /** Its file. */
  readonly path: string;
  /** `scale --model` if it is a prediction, too. */
  readonly command: string;
  readonly heap: { readonly name: string; readonly objects: number };
  readonly results: readonly { readonly procs: number; readonly medianNs: number }[];
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
  /** 0.1: predicted a tenth longer than before. A prediction is always the same, so there is no chance in it. */
  readonly change: number;
}

/** Objects that a heap may have more or less to count as the same: a measured one has the log of its times. */
const SAME = 0.01;

/**
 * @returns the numbers of threads that both have
 * @throws UsageError if the heaps differ, or no number of threads is the same
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

/** The name of a graph without its number of objects. */
function graphOf(name: string): string {
  return name.replace(/-\d+$/, '');
}

const right = (head: string): Column => ({ head, align: 'right' });

/** Head and rows: before and now of two predictions; measured, predicted and their ratio else. */
export function formatPredictionComparison({ command }: Pick<PredictionBaseline, 'command'>, rows: readonly PredictionComparison[], width?: number): string[] {
  const predicted = command === 'scale --model';
  const time = timeColumn(rows.flatMap(({ oldNs, newNs }) => [oldNs, newNs]));
  const columns = predicted ? [right('threads'), right('before'), right('now'), right('change')] : [right('threads'), right('measured'), right('predicted'), right('predicted / measured')];
  return formatTable(columns, rows.map(({ procs, oldNs, newNs, change }) => [
    formatCount(procs), time(oldNs), time(newNs),
    predicted ? `${change < 0 ? '' : '+'}${(change * 100).toFixed(1)} %` : (1 + change).toFixed(2),
  ]), width);
}
