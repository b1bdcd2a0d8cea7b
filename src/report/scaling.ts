/** A measurement of one phase by the number of threads. */
import type { Cycle } from '../gc/cycle-log.ts';
import type { GraphFacts } from '../verify/graph-facts.ts';
import type { Composition } from './composition.ts';
import type { MemoryUse } from './memory-use.ts';
import type { HeapFacts } from '../workloads/heaps/heap-facts.ts';
import type { HeapNote } from '../workloads/heaps/heap-notes.ts';
import type { Timeline } from './timeline.ts';
import type { Represented } from '../workloads/represent.ts';
import { threadFacts, type ThreadFacts } from './scale-threads.ts';
import { markFigures, type MarkFigures } from './mark-figures.ts';
import { median, medianInterval, type Interval } from '../base/statistics.ts';

export interface MeasuredHeap {
  readonly name: string;
  readonly objects: number;
  readonly bytes: number;
  readonly spans: number;
  /** Facts from its file, if the file has any. */
  readonly facts?: HeapFacts;
  /** Parts of its file that the reader skipped or repaired. */
  readonly notes?: readonly HeapNote[];
  /** Objects that smaller blocks represent. All sizes here are true sizes. */
  readonly represented?: Represented;
}

/** The timed work: a mark, the sweep after it, allocation, or a whole pause with its sweep. */
export const SCALE_PHASES = ['mark', 'sweep', 'alloc', 'cycle'] as const;
export type ScalePhase = (typeof SCALE_PHASES)[number];

/** The runs with `procs` threads. */
export interface ScaleResult {
  readonly procs: number;
  /** The time of each run, in order. */
  readonly ns: readonly number[];
  readonly medianNs: number;
  readonly interval: Interval;
  /** Objects marked, kept by the sweep, or allocated; median of a run. */
  readonly objects: number;
  /** Their bytes; of a sweep the bytes of spans. Median of a run. */
  readonly bytes: number;
  /** In phase mark only. */
  readonly mark?: MarkFacts;
}

/** The figures of a mark, and what its threads did. */
export interface MarkFacts extends MarkFigures {
  /** By rank: first the thread that marked most objects. */
  readonly threads: readonly ThreadFacts[];
}

/** The settings that differ from the default, and `policy`. */
export type ScaleSettings = Readonly<Record<string, string | number>>;

/** Reports whether several threads can scan one large object. */
export function splitsObjects({ policy, split }: ScaleSettings): boolean {
  return policy === 'tuned' || (policy === 'lab' && Number(split ?? 0) > 0);
}

export interface Scaling {
  readonly phase: ScalePhase;
  readonly heap: MeasuredHeap;
  /** Of one collection with the most threads, if it was recorded. */
  readonly timeline?: Timeline;
  readonly settings: ScaleSettings;
  /** The graph that the roots hold, if it was walked. */
  readonly graph?: GraphFacts;
  /** Memory in use at the end, if it was read. */
  readonly memory?: MemoryUse;
  /** What the heap is made of, if that was recorded. */
  readonly composition?: Composition;
  /** In ascending order of threads. */
  readonly results: readonly ScaleResult[];
  /** Cores of the machine it was measured on. */
  readonly cores: number;
  /** Checkpoints at which the oracle found nothing wrong; 0 without --verify. */
  readonly verified: number;
  /** The machine of a prediction; undefined for a measurement. */
  readonly predictedFor?: string;
  /** True if the user ended the measurement early. Numbers of threads that were not measured are missing. */
  readonly interrupted?: boolean;
}

/** One run; see ScaleResult. */
export interface Sample {
  readonly ns: number;
  readonly objects: number;
  readonly bytes: number;
}

/** Returns the result of the runs with `procs` threads. @param samples at least one */
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

/** Returns a result for each number of threads in `counts`. @throws Error if no collection had that number */
export function markResults(cycles: readonly Cycle[], counts: readonly number[]): ScaleResult[] {
  return warmCycles(cycles, counts).map(({ procs, warm }) =>
    resultOf(procs, warm.map((cycle) => ({ ns: cycle.markNs, objects: cycle.objectsMarked, bytes: cycle.bytesMarked })), { ...markFigures(warm), threads: threadFacts(warm) }));
}

/**
 * Returns the forced collections for each number of threads, in ascending order. The first with each number is dropped:
 * it runs with cold code and cold memory.
 */
export function warmCycles(cycles: readonly Cycle[], counts: readonly number[]): { procs: number; warm: Cycle[] }[] {
  return counts.toSorted((a, b) => a - b).map((procs) => {
    const warm = cycles.filter((cycle) => cycle.nproc === procs && cycle.forced > 0).slice(1);
    if (warm.length === 0) throw new Error(`no collection marked with ${procs} threads`);
    return { procs, warm };
  });
}
