/** A prediction of a machine model as a table, in sentences, and as a JSON document. */
import { printable } from '../base/printable.ts';
import type { Pin } from '../model/placement.ts';
import type { Predicted } from '../model/predict.ts';
import type { MachineModel } from '../model/machine-model.ts';
import type { TimedRuns } from './scaling-laws.ts';
import { resultOf, type Scaling } from './scaling.ts';
import type { Represented } from '../workloads/represent.ts';
import { speedupCell, speedupHead, withRoomForChart, type Chart } from './speedup-bar.ts';
import { formatTable, type Column } from './table.ts';
import type { WhatIf } from './what-if.ts';
import { formatBytes, formatCount, formatNs, formatNumber, formatShare, plural, timeColumn } from '../base/units.ts';

export interface Prediction {
  readonly heap: { readonly name: string; readonly objects: number; readonly bytes: number; readonly represented?: Represented };
  readonly policy: string;
  readonly machine: MachineModel;
  /** A sentence; undefined if the prediction is for the machine that makes it. */
  readonly warning?: string;
  /** In ascending order of threads. */
  readonly results: readonly Predicted[];
  /** With parts of the cost changed, for each number of threads. */
  readonly whatIfs?: readonly WhatIf[];
  /** Where the threads are, if it was chosen. */
  readonly pin?: Pin;
  /** True if the Ms' counters share cache lines. */
  readonly unpadded: boolean;
  /** True if the user ended the prediction early. Numbers of threads that were not predicted are missing. */
  readonly interrupted?: boolean;
}

/** Characters of a machine's description that are printed. */
const ABOUT_LENGTH = 300;

const right = (head: string): Column => ({ head, align: 'right' });
const REST = [
  right('ns/object'), right('handoffs'), right('steals'),
  right('roots'), right('scanning'), right('waiting'), right('misses'), right('transfers'), right('branches'),
];

/** Returns "tree: 1,048,575 objects, 32 MB; go1.3 predicted for xeon-2". */
export function describePrediction({ heap, policy, machine, pin, unpadded }: Prediction): string {
  const places = pin === undefined ? '' : `, threads ${pin}`;
  const layout = unpadded ? ', counters without padding' : '';
  return `${printable(heap.name)}: ${plural(heap.objects, 'object')}, ${formatBytes(heap.bytes)}; ${policy} predicted for ${printable(machine.name)}${places}${layout}`;
}

/** Returns "xeon-2 is a virtual machine with …". */
export function describeMachineOf({ machine }: Pick<Prediction, 'machine'>): string {
  return `${printable(machine.name)} is ${printable(machine.about, ABOUT_LENGTH)}`;
}

/**
 * Returns the head and a row for each number of threads. `chart`: draws speedups, too. Roots, scanning and waiting are shares of the threads' time.
 * Misses, transfers and mispredicted branches are the stalls within them.
 */
export function formatPrediction(prediction: Prediction, width?: number, chart?: Chart): string[] {
  return withRoomForChart((drawn) => tableOf(prediction, width, drawn), chart);
}

function tableOf({ results }: Prediction, width: number | undefined, chart: Chart | undefined): string[] {
  const time = timeColumn(results.map(({ markNs }) => markNs));
  const [first, last] = [results[0], results[results.length - 1]];
  const columns = [right('threads'), right('mark time'), right(speedupHead(chart)), ...REST];
  return formatTable(columns, results.map((result) => {
    const shares = sharesOf(result);
    return [
      formatCount(result.procs),
      time(result.markNs),
      speedupCell(first.markNs / result.markNs, result.procs / first.procs, last.procs / first.procs, chart),
      formatNumber(result.markNs / result.objectsMarked),
      formatCount(result.handoff),
      formatCount(result.steal),
      ...[shares.roots, shares.scanning, shares.waiting, shares.misses, shares.transfers, shares.branches].map(formatShare),
    ];
  }), width);
}

/** Returns sentences about the figures and their limits. */
export function explainPrediction({ results, machine }: Prediction): string[] {
  const best = results.reduce((a, b) => (b.markNs < a.markNs ? b : a));
  const first = results[0];
  const sentences: string[] = [];
  if (results.length > 1) {
    sentences.push(best === first
      ? `More than ${plural(first.procs, 'thread')} would not help.`
      : `${plural(best.procs, 'thread')} would be fastest: ${formatNs(best.markNs)}, ${(first.markNs / best.markNs).toFixed(1)} times as fast as ${first.procs}.`);
  }
  sentences.push('Predicted, not measured: docs/explanation/model.md says how far to trust it.');
  const most = results[results.length - 1].procs;
  const threadsPerCore = machine.topology?.threadsPerCore ?? 1;
  if (most > machine.cores * threadsPerCore) sentences.push(`${printable(machine.name)} has ${plural(machine.cores, 'core')}; the prediction takes further cores to be of the same kind.`);
  return sentences;
}

/** Returns shares of the time of all threads. */
export function sharesOf({ rootNs, scanNs, waitNs, stalledNs }: Predicted) {
  const all = rootNs + scanNs + waitNs;
  const { l2, l3, miss, stream, storeMiss, bandwidth, walk, transfer, queued, mispredict } = stalledNs;
  return {
    roots: rootNs / all,
    scanning: scanNs / all,
    waiting: waitNs / all,
    misses: (l2 + l3 + miss + stream + storeMiss + bandwidth + walk) / all,
    transfers: (transfer + queued) / all,
    branches: mispredict / all,
  };
}

/** Returns the predicted times, one for each number of threads. */
export function timesOf({ results }: Pick<Prediction, 'results'>): TimedRuns[] {
  return results.map(({ procs, markNs }) => ({ procs, ns: [markNs] }));
}

/** Returns the prediction as a measurement without intervals, for drawing. */
export function asScaling({ heap, policy, machine, results }: Prediction): Scaling {
  return {
    phase: 'mark',
    heap: { ...heap, spans: 0 },
    settings: { policy },
    results: results.map(({ procs, markNs, objectsMarked }) => resultOf(procs, [{ ns: markNs, objects: objectsMarked, bytes: heap.bytes }])),
    cores: machine.cores,
    verified: 0,
    predictedFor: machine.name,
  };
}
