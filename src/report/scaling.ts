/** How mark time changes with the number of threads, from the collections of one machine. */
import type { Cycle } from '../gc/cycle-log.ts';
import type { HeapFacts as FileFacts } from '../workloads/heaps/heap-facts.ts';
import { median, medianInterval, type Interval } from './stats.ts';

export interface HeapFacts {
  readonly name: string;
  readonly objects: number;
  readonly bytes: number;
  readonly spans: number;
  /** What its file says of it, if that says anything. */
  readonly facts?: FileFacts;
}

/** Of all collections that marked with `procs` threads; counts are medians of a collection. */
export interface ScaleResult {
  readonly procs: number;
  /** Each collection's, in their order. */
  readonly markNs: readonly number[];
  readonly medianNs: number;
  readonly interval: Interval;
  readonly objectsMarked: number;
  readonly bytesMarked: number;
  readonly handoff: number;
  readonly steal: number;
  readonly yields: number;
  /** The part of the threads' time that went into waiting for work. */
  readonly idleShare: number;
}

export interface Scaling {
  readonly heap: HeapFacts;
  /** In ascending order of threads. */
  readonly results: readonly ScaleResult[];
  /** Cores of the machine it was measured on. */
  readonly cores: number;
  /** Checkpoints at which the oracle found nothing wrong; 0 if it was not asked. */
  readonly verified: number;
}

/**
 * One result for each count of threads. The first collection with each count is left out:
 * it meets cold code and cold memory.
 */
export function scaleResults(cycles: readonly Cycle[], counts: readonly number[]): ScaleResult[] {
  return counts.toSorted((a, b) => a - b).map((procs) => {
    const warm = cycles.filter((cycle) => cycle.nproc === procs && cycle.forced > 0).slice(1);
    if (warm.length === 0) throw new Error(`no collection marked with ${procs} threads`);
    return scaleResult(procs, warm);
  });
}

function scaleResult(procs: number, cycles: readonly Cycle[]): ScaleResult {
  const of = (value: (cycle: Cycle) => number) => median(cycles.map(value));
  const markNs = cycles.map((cycle) => cycle.markNs);
  return {
    procs,
    markNs,
    medianNs: median(markNs),
    interval: medianInterval(markNs),
    objectsMarked: of((c) => c.objectsMarked),
    bytesMarked: of((c) => c.bytesMarked),
    handoff: of((c) => c.nhandoff),
    steal: of((c) => c.nsteal),
    yields: of((c) => c.nprocyield + c.nosyield + c.nsleep),
    idleShare: idleShare(cycles),
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
