/** How a phase's time changes with the number of threads, from the collections of one machine. */
import type { Cycle } from '../gc/cycle-log.ts';
import type { GraphFacts } from '../verify/graph-facts.ts';
import type { MemoryUse } from './memory-use.ts';
import type { HeapFacts } from '../workloads/heaps/heap-facts.ts';
import type { HeapNote } from '../workloads/heaps/heap-notes.ts';
import type { Represented } from '../workloads/represent.ts';
import { threadFacts, type ThreadFacts } from './scale-threads.ts';
import { median, medianInterval, type Interval } from '../base/statistics.ts';

export interface MeasuredHeap {
  readonly name: string;
  readonly objects: number;
  readonly bytes: number;
  readonly spans: number;
  /** What its file says of it, if that says anything. */
  readonly facts?: HeapFacts;
  /** What the reader of its file skipped or repaired. */
  readonly notes?: readonly HeapNote[];
  /** Objects that smaller blocks represent in the machine; all bytes here are of true sizes. */
  readonly represented?: Represented;
}

/** What is timed: marking; sweeping what was marked; allocating; a whole pause and its sweep. */
export const SCALE_PHASES = ['mark', 'sweep', 'alloc', 'cycle'] as const;
export type ScalePhase = (typeof SCALE_PHASES)[number];

/** Of all runs with `procs` threads; objects and bytes are medians of a run. */
export interface ScaleResult {
  readonly procs: number;
  /** How long each run took, in their order. */
  readonly ns: readonly number[];
  readonly medianNs: number;
  readonly interval: Interval;
  /** What a run dealt with: objects marked, kept by the sweep, or allocated; bytes of them, of spans for a sweep. */
  readonly objects: number;
  readonly bytes: number;
  /** Of a collection's mark. */
  readonly mark?: MarkFacts;
}

/** Medians of a collection. */
export interface MarkFacts {
  readonly handoff: number;
  readonly steal: number;
  readonly yields: number;
  /** The part of the threads' time that went into waiting for work. */
  readonly idleShare: number;
  /** CASes of a mark that another thread got ahead of. */
  readonly casFailed: number;
  /** What the busiest thread marked, over what one marked on average. */
  readonly balance: number;
  /** The one that marked most objects first. */
  readonly threads: readonly ThreadFacts[];
}

/** By what names the machine's settings differ from the default, and what was set; `policy` is always there. */
export type ScaleSettings = Readonly<Record<string, string | number>>;

/** Can several threads scan one large object? */
export function splitsObjects({ policy, split }: ScaleSettings): boolean {
  return policy === 'tuned' || (policy === 'lab' && Number(split ?? 0) > 0);
}

export interface Scaling {
  readonly phase: ScalePhase;
  readonly heap: MeasuredHeap;
  readonly settings: ScaleSettings;
  /** What the roots hold, if it was looked at. */
  readonly graph?: GraphFacts;
  /** Of the machine when it is done, if it was looked at. */
  readonly memory?: MemoryUse;
  /** In ascending order of threads. */
  readonly results: readonly ScaleResult[];
  /** Cores of the machine it was measured on. */
  readonly cores: number;
  /** Checkpoints at which the oracle found nothing wrong; 0 if it was not asked. */
  readonly verified: number;
  /** The machine that a model predicted it for; undefined if it was measured. */
  readonly predictedFor?: string;
  /** The user ended it early: counts of threads that were not measured are missing. */
  readonly interrupted?: boolean;
}

/** A run's length and what it dealt with. */
export interface Sample {
  readonly ns: number;
  readonly objects: number;
  readonly bytes: number;
}

/** @param samples of the runs with `procs` threads, at least one */
export function resultOf(procs: number, samples: readonly Sample[], mark?: MarkFacts): ScaleResult {
  const ns = samples.map((sample) => sample.ns);
  return {
    procs,
    ns,
    medianNs: median(ns),
    interval: medianInterval(ns),
    objects: median(samples.map(({ objects }) => objects)),
    bytes: median(samples.map(({ bytes }) => bytes)),
    mark,
  };
}

/** The marks of each count of threads. */
export function markResults(cycles: readonly Cycle[], counts: readonly number[]): ScaleResult[] {
  return warmCycles(cycles, counts).map(({ procs, warm }) =>
    resultOf(procs, warm.map((cycle) => ({ ns: cycle.markNs, objects: cycle.objectsMarked, bytes: cycle.bytesMarked })), markFacts(warm)));
}

/**
 * The forced collections by their count of threads, ascending. The first with each count is left
 * out: it meets cold code and cold memory.
 */
export function warmCycles(cycles: readonly Cycle[], counts: readonly number[]): { procs: number; warm: Cycle[] }[] {
  return counts.toSorted((a, b) => a - b).map((procs) => {
    const warm = cycles.filter((cycle) => cycle.nproc === procs && cycle.forced > 0).slice(1);
    if (warm.length === 0) throw new Error(`no collection marked with ${procs} threads`);
    return { procs, warm };
  });
}

function markFacts(cycles: readonly Cycle[]): MarkFacts {
  const of = (value: (cycle: Cycle) => number) => median(cycles.map(value));
  return {
    handoff: of((c) => c.nhandoff),
    steal: of((c) => c.nsteal),
    yields: of((c) => c.nprocyield + c.nosyield + c.nsleep),
    idleShare: idleShare(cycles),
    casFailed: of((c) => c.threads.reduce((sum, { casFailed }) => sum + casFailed, 0)),
    balance: of(({ threads, nproc, objectsMarked }) => objectsMarked === 0 ? 1 : Math.max(1, ...threads.map((t) => (t.objectsMarked * nproc) / objectsMarked))),
    threads: threadFacts(cycles),
  };
}

/** waitNs is left out: the oracle's work falls into it. */
function idleShare(cycles: readonly Cycle[]): number {
  let idle = 0;
  let all = 0;
  for (const { idleNs, nproc, markNs } of cycles) {
    idle += idleNs;
    all += nproc * markNs;
  }
  return all === 0 ? 0 : Math.min(1, idle / all);
}
