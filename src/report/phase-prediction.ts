/** A prediction of a phase other than marking: as a table and in sentences. */
import { printable } from '../base/printable.ts';
import { formatBytes, formatNumber, formatShare, formatCount, plural, timeColumn } from '../base/units.ts';
import { SPENDINGS } from '../model/cost-log.ts';
import type { MachineModel } from '../model/machine-model.ts';
import type { OtherPhase } from '../model/other-phases.ts';
import type { PredictedPhase } from '../model/predict-phase.ts';
import { lawsOf, type FittedLaw } from './scaling-laws.ts';
import { formatTable, type Column } from './table.ts';
import type { WhatIf } from './what-if.ts';

export interface PhasePrediction {
  readonly phase: OtherPhase;
  /** The heap that is swept; undefined for the other phases. */
  readonly heap?: { readonly name: string; readonly objects: number; readonly bytes: number };
  readonly machine: MachineModel;
  /** A warning; undefined if the prediction is for the machine that made it. */
  readonly warning?: string;
  /** In ascending order of threads. */
  readonly results: readonly PredictedPhase[];
  /** With parts of the cost changed, for each number of threads. */
  readonly whatIfs: readonly WhatIf[];
  /** True if the user ended the prediction early. */
  readonly interrupted?: boolean;
}

/** What is predicted, and the heading of its time. */
const PHASES: Readonly<Record<OtherPhase, { readonly about: string; readonly time: string }>> = {
  sweep: { about: 'a sweep', time: 'sweep time' },
  alloc: { about: 'allocation of objects of 32 bytes from fresh memory, without collections', time: 'alloc time' },
  stw: { about: 'stopping the world while every thread runs a goroutine', time: 'stop time' },
};

/** Returns "tree: 1,048,575 objects, 32 MB; a sweep predicted for xeon-2". */
export function describePhase({ phase, heap, machine }: PhasePrediction): string {
  const what = `${PHASES[phase].about} predicted for ${printable(machine.name)}`;
  return heap === undefined ? what : `${printable(heap.name)}: ${plural(heap.objects, 'object')}, ${formatBytes(heap.bytes)}; ${what}`;
}

const right = (head: string): Column => ({ head, align: 'right' });

/** Returns the head and a row for each number of threads. The parts of the time are shares of the time of all threads. */
export function formatPhase({ phase, results }: PhasePrediction, width?: number): string[] {
  const time = timeColumn(results.flatMap(({ ns: lasts, startNs = lasts }) => [lasts, startNs]));
  const [first] = results;
  const columns: (Column & { readonly cell: (result: PredictedPhase) => string })[] = [
    { ...right('threads'), cell: ({ procs }) => formatCount(procs) },
    { ...right(PHASES[phase].time), cell: (result) => time(result.ns) },
    ...(phase === 'stw'
      ? [{ ...right('start time'), cell: ({ startNs = 0 }: PredictedPhase) => time(startNs) }]
      : [{ ...right('speedup'), cell: (result: PredictedPhase) => formatNumber(first.ns / result.ns) }]),
    ...(phase === 'sweep' ? [{ ...right('GB/s'), cell: ({ bytes, ns: lasts }: PredictedPhase) => formatNumber(bytes / lasts) }] : []),
    ...(phase === 'alloc' ? [{ ...right('M objects/s'), cell: ({ objects, ns: lasts }: PredictedPhase) => formatNumber((objects / lasts) * 1000) }] : []),
    ...SPENDINGS.map((name) => ({ ...right(name), cell: (result: PredictedPhase) => formatShare(result.spent[name] / spentInAll(result)) })),
  ];
  return formatTable(columns, results.map((result) => columns.map(({ cell }) => cell(result))), width);
}

function spentInAll({ spent }: PredictedPhase): number {
  return SPENDINGS.reduce((sum, name) => sum + spent[name], 0);
}

/** Returns the laws of scaling of the phase. Stopping the world has none: it only gets slower with more threads. */
export function lawsOfPhase({ phase, results }: PhasePrediction): FittedLaw[] {
  return phase === 'stw' ? [] : lawsOf(results.map(({ procs, ns: lasts }) => ({ procs, ns: [lasts] })));
}

/** Returns sentences about the limits of the prediction. */
export function explainPhase({ results, machine }: PhasePrediction): string[] {
  const most = results[results.length - 1].procs;
  return [
    'Predicted, not measured: docs/explanation/model.md says how far to trust it.',
    ...(most > machine.cores ? [`${printable(machine.name)} has ${plural(machine.cores, 'core')}; the prediction takes further cores to be of the same kind.`] : []),
  ];
}
