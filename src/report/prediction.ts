/** What a machine model predicts, as a table and in sentences, and as one JSON document. */
import { printable } from '../base/printable.ts';
import type { Predicted } from '../model/predict.ts';
import type { MachineModel } from '../model/machine-model.ts';
import { printPrediction } from './json.ts';
import { resultOf, type Scaling } from './scaling.ts';
import type { PredictionComparison } from './prediction-compare.ts';
import type { Represented } from '../workloads/represent.ts';
import { formatTable, type Column } from './table.ts';
import { formatBytes, formatCount, formatNs, formatNumber, formatShare, plural, timeColumn } from '../base/units.ts';

export interface Prediction {
  readonly heap: { readonly name: string; readonly objects: number; readonly bytes: number; readonly represented?: Represented };
  readonly policy: string;
  readonly machine: MachineModel;
  /** Why the machine is not the one that predicts, in a sentence. */
  readonly warning?: string;
  /** In ascending order of threads. */
  readonly results: readonly Predicted[];
  /** The Ms' counters were laid side by side. */
  readonly unpadded: boolean;
  /** The user ended it early: counts of threads that were not predicted are missing. */
  readonly interrupted?: boolean;
}

/** Characters of a machine's description that are printed. */
const ABOUT_LENGTH = 300;

const right = (head: string): Column => ({ head, align: 'right' });
const COLUMNS = [
  right('threads'), right('mark time'), right('speedup'), right('ns/object'), right('handoffs'), right('steals'),
  right('roots'), right('scanning'), right('waiting'), right('misses'), right('transfers'), right('branches'),
];

/** "tree: 1,048,575 objects, 32 MB; go1.3 on xeon-2". */
export function describePrediction({ heap, policy, machine, unpadded }: Prediction): string {
  const layout = unpadded ? ', counters without padding' : '';
  return `${printable(heap.name)}: ${plural(heap.objects, 'object')}, ${formatBytes(heap.bytes)}; ${policy} predicted for ${printable(machine.name)}${layout}`;
}

/** "xeon-2 is a virtual machine with …". */
export function describeMachineOf({ machine }: Pick<Prediction, 'machine'>): string {
  return `${printable(machine.name)} is ${printable(machine.about, ABOUT_LENGTH)}`;
}

/** Head and rows. Roots, scanning and waiting share the threads' time; misses, transfers and branches guessed wrongly are what they stood still for meanwhile. */
export function formatPrediction({ results }: Prediction, width?: number): string[] {
  const time = timeColumn(results.map(({ markNs }) => markNs));
  return formatTable(COLUMNS, results.map((result) => {
    const shares = sharesOf(result);
    return [
      formatCount(result.procs),
      time(result.markNs),
      (results[0].markNs / result.markNs).toFixed(2),
      formatNumber(result.markNs / result.objectsMarked),
      formatCount(result.handoff),
      formatCount(result.steal),
      ...[shares.roots, shares.scanning, shares.waiting, shares.misses, shares.transfers, shares.branches].map(formatShare),
    ];
  }), width);
}

/** What the figures say, and what they are worth. */
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
  if (most > machine.cores) sentences.push(`${printable(machine.name)} has ${plural(machine.cores, 'core')}; the prediction takes further cores to be of the same kind.`);
  return sentences;
}

/** Parts of the time of all threads. */
function sharesOf({ rootNs, scanNs, waitNs, stalledNs }: Predicted) {
  const all = rootNs + scanNs + waitNs;
  const { l2, miss, stream, storeMiss, bandwidth, transfer, queued, mispredict } = stalledNs;
  return {
    roots: rootNs / all,
    scanning: scanNs / all,
    waiting: waitNs / all,
    misses: (l2 + miss + stream + storeMiss + bandwidth) / all,
    transfers: (transfer + queued) / all,
    branches: mispredict / all,
  };
}

/** The prediction as a measurement without intervals, to be drawn. */
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

/** One document, as `scale --json` prints of a measurement; times in ns. */
export function predictionDocument({ heap, policy, machine, warning, unpadded, interrupted, results }: Prediction, comparison?: readonly PredictionComparison[]): string {
  return printPrediction({
    heap,
    settings: { policy },
    machine: { name: machine.name, about: machine.about, cores: machine.cores, warning: warning ?? null },
    unpadded,
    interrupted,
    results: results.map((result) => ({
      procs: result.procs,
      ns: [result.markNs],
      medianNs: result.markNs,
      speedup: results[0].markNs / result.markNs,
      objects: result.objectsMarked,
      objectsByThread: [...result.objectsByThread],
      handoff: result.handoff,
      steal: result.steal,
      yields: result.yields,
      shares: sharesOf(result),
      events: result.events,
      stalledNs: result.stalledNs,
    })),
    comparison: comparison && [...comparison],
  });
}
