/** The flags of `scale`, and the combinations of them that are refused. */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { OTHER_PHASES } from '../model/other-phases.ts';
import { either } from '../run/kinds.ts';
import type { ScaleDocument } from '../report/json.ts';
import type { ScalePhase } from '../report/scaling.ts';
import type { MachineOptions } from '../run/machine-options.ts';
import type { MachineTuning, Policy } from '../run/tuning.ts';
import type { ReportFlags } from './html-report.ts';
import type { Vary } from './machine-flags.ts';
import type { ModelFlags } from './model-flags.ts';
import type { BaselineFile } from './prediction.ts';
import type { TraceFlags } from './trace-flag.ts';

export interface ScaleFlags extends MachineTuning, ReportFlags, TraceFlags, ModelFlags {
  readonly phase: ScalePhase | 'stw';
  readonly vary?: Vary;
  readonly procs?: readonly number[];
  readonly runs?: number;
  readonly arena?: number;
  readonly policy?: Policy;
  readonly goarch: NonNullable<MachineOptions['goarch']>;
  readonly verify?: boolean;
  readonly compare?: string;
  readonly svg?: string;
  readonly objects?: number;
  readonly copies: number;
  readonly bench?: boolean;
  readonly csv?: boolean;
}

/** A measurement to compare with. */
export type Baseline = ScaleDocument & BaselineFile;

/** Flags that --model excludes, and flags that need it. */
const MEASURING = ['procs', 'vary', 'verify', 'bench', 'csv'] as const;
/** Flags that only a prediction of a mark takes. */
const OF_MARKS = { pin: '--pin', unpadded: '--unpadded', why: '--why', compare: '--compare', svg: '--svg', html: '--html', record: '--record', trace: '--trace' } as const;
const PREDICTING = { machine: '--machine', pin: '--pin', unpadded: '--unpadded', whatIf: '--what-if', why: '--why' } as const;

/** @throws UsageError for flags that would be ignored */
export function checkModel(flags: ScaleFlags): void {
  const given = (name: keyof ScaleFlags) => flags[name] !== undefined;
  if (flags.model === undefined) {
    const unused = Object.entries(PREDICTING).find(([name]) => given(name as keyof typeof PREDICTING));
    if (unused !== undefined) throw new UsageError(`${unused[1]} is for --model; leave it out`);
    return;
  }
  const unused = MEASURING.find(given);
  if (unused !== undefined) throw new UsageError(`--${unused} is for measurements, and --model predicts; leave one of them out`);
  if (flags.phase === 'mark') return;
  if (flags.phase === 'cycle') throw new UsageError(`--model predicts --phase ${either(['mark', ...OTHER_PHASES])}, not cycle`);
  const marking = Object.entries(OF_MARKS).find(([name]) => given(name as keyof typeof OF_MARKS));
  if (marking !== undefined) throw new UsageError(`${marking[1]} is for predictions of marks; leave it out with --phase ${flags.phase}`);
}

/** Returns the phase to measure. @throws UsageError for one that is predicted only */
export function measuredPhase(phase: ScaleFlags['phase']): ScalePhase {
  if (phase === 'stw') throw new UsageError('--phase stw can only be predicted; add --model, or look at the pauses of run --gctrace');
  return phase;
}

/** @throws UsageError for flags that the phase can't use */
export function checkPhase(heap: string | undefined, { phase, verify, objects, copies }: ScaleFlags): void {
  if ((phase === 'alloc' || phase === 'stw') && copies > 1) throw new UsageError('--copies is for the heaps that are marked or swept; leave it out');
  if (phase === 'alloc' && objects !== undefined) throw new UsageError('--objects is for the graphs that are marked or swept; leave it out');
  if (phase === 'stw' && (heap !== undefined || objects !== undefined)) throw new UsageError('--phase stw needs no heap; leave it and --objects out');
  if (phase === 'alloc' && heap !== undefined) throw new UsageError(`--phase alloc makes a heap of its own; leave '${heap}' out`);
  if (verify && (phase === 'alloc' || phase === 'cycle')) throw new UsageError(`--phase ${phase} would time the oracle too; leave --verify out`);
}

/** @throws UsageError if baseline and measurement differ in phase or heap, or have no number of threads in common */
export function checkComparable({ path, heap, results, ...before }: Baseline, phase: ScalePhase, name: string, counts: readonly number[]): void {
  const file = printable(path);
  if (before.phase !== phase) throw new UsageError(`${file} measured --phase ${before.phase}, not ${phase}`);
  if (heap.name !== name) throw new UsageError(`${file} measured the heap ${printable(heap.name)}, not ${printable(name)}`);
  const measured = results.map(({ procs }) => procs);
  if (!counts.some((count) => measured.includes(count))) {
    throw new UsageError(`${file} measured other numbers of threads: --procs ${measured.join(',')}`);
  }
}
