/** The figures of one collector in a comparison: pauses, utilization, throughput and heap over its runs of one workload. */
import { median } from '../base/statistics.ts';
import type { Cycle } from '../gc/cycle-log.ts';
import { pauseOf, stoppedWorlds } from '../gc/stopped-worlds.ts';
import type { RunResult } from '../run/api.ts';
import { percentile, type Utilization } from './mmu.ts';
import { besideNs, takenTime, utilizationCurveWith, utilizationWith } from './taken-time.ts';

/** What the figures are made of. */
export type MeasuredRun = Pick<RunResult, 'cycles' | 'startedNs' | 'elapsedNs'> & { readonly memstats: Pick<RunResult['memstats'], 'Mallocs'> };

/** A quantile of the pauses: this share of them is at most so long. */
export interface Quantile {
  readonly share: number;
  readonly ns: number;
}

/** The heap at a moment of the run, bytes allocated. */
export interface HeapPoint {
  readonly atNs: number;
  readonly bytes: number;
}

export interface CollectorFigures {
  /** The time of each run, in order. */
  readonly elapsedNs: readonly number[];
  readonly medianNs: number;
  /** Objects that a run allocates. */
  readonly objects: number;
  /** Collections of all runs. */
  readonly collections: number;
  /** Of all runs; a collection may stop the world twice. All are 0 if there is no pause. */
  readonly pauses: { readonly count: number; readonly medianNs: number; readonly p95Ns: number; readonly p99Ns: number; readonly longestNs: number };
  readonly distribution: readonly Quantile[];
  /** For the windows of WINDOWS_NS that fit every run; the least of the runs. */
  readonly utilization: readonly Utilization[];
  readonly curve: readonly Utilization[];
  /** Time of all Ps over all runs, and the share of it that the collector has taken, idle workers apart. */
  readonly cpu: { readonly stoppedNs: number; readonly assistNs: number; readonly backgroundNs: number; readonly idleNs: number; readonly share: number };
  /** The most bytes allocated when a world was stopped, and the largest goal; 0 if the collector keeps none. */
  readonly heap: { readonly peakBytes: number; readonly goalBytes: number };
  /** Of the last run. The sweep is drawn as if it took no time. */
  readonly heapOverTime: readonly HeapPoint[];
}

/** The windows of the tables. */
export const WINDOWS_NS = [1e6, 2e6, 5e6, 10e6, 20e6, 50e6, 100e6] as const;
/** Steps of a distribution. */
const QUANTILES = 100;
/** The most points of a heap over time. */
const MOST_POINTS = 2000;

/** Returns the figures of these runs with `procs` Ps. Precondition: there is at least one run. */
export function collectorFigures(runs: readonly MeasuredRun[], procs: number): CollectorFigures {
  const cycles = runs.flatMap((run) => run.cycles);
  const pauses = cycles.flatMap(stoppedWorlds).map(pauseOf);
  const taken = runs.map((run) => ({ intervals: takenTime(run.cycles, run.startedNs, procs), endNs: run.elapsedNs }));
  const shortest = Math.min(...taken.map(({ endNs }) => endNs));
  const least = (windowNs: number) => Math.min(...taken.map(({ intervals, endNs }) => utilizationWith(intervals, endNs, windowNs)));
  const curves = taken.map(({ intervals, endNs }) => utilizationCurveWith(intervals, endNs));
  const stoppedNs = procs * sum(pauses);
  const beside = sum(cycles.map(besideNs));
  const elapsedNs = runs.map((run) => run.elapsedNs);
  return {
    elapsedNs,
    medianNs: median(elapsedNs),
    objects: runs[runs.length - 1].memstats.Mallocs,
    collections: cycles.length,
    pauses: { count: pauses.length, ...percentilesOf(pauses) },
    distribution: pauses.length === 0 ? [] : Array.from({ length: QUANTILES + 1 }, (_, i) => ({ share: i / QUANTILES, ns: percentile(pauses, i / QUANTILES) })),
    utilization: WINDOWS_NS.filter((ns) => ns <= shortest).map((windowNs) => ({ windowNs, share: least(windowNs) })),
    curve: curves[0].slice(0, Math.min(...curves.map(({ length }) => length))).map(({ windowNs }, i) => ({ windowNs, share: Math.min(...curves.map((curve) => curve[i].share)) })),
    cpu: {
      stoppedNs,
      assistNs: sum(cycles.map((cycle) => cycle.assistNs)),
      backgroundNs: sum(cycles.map(({ dedicatedNs, fractionalNs }) => dedicatedNs + fractionalNs)),
      idleNs: sum(cycles.map(({ idleMarkNs }) => idleMarkNs)),
      share: Math.min(1, (stoppedNs + beside) / Math.max(1, procs * sum(elapsedNs))),
    },
    heap: {
      peakBytes: Math.max(0, ...cycles.map(({ heap0, heap1, heapStart }) => Math.max(heap0, heap1, heapStart))),
      goalBytes: Math.max(0, ...cycles.map((cycle) => (sweepsInPause(cycle) ? cycle.nextGc : cycle.goal))),
    },
    heapOverTime: thinned(heapOf(runs[runs.length - 1])),
  };
}

function percentilesOf(pauses: readonly number[]) {
  const at = (share: number) => (pauses.length === 0 ? 0 : percentile(pauses, share));
  return { medianNs: at(0.5), p95Ns: at(0.95), p99Ns: at(0.99), longestNs: at(1) };
}

/** Returns the bytes allocated at the ends of each stopped world, and what the collection has left, at moments that all differ. */
function heapOf({ cycles, startedNs }: MeasuredRun): HeapPoint[] {
  return cycles.flatMap((cycle, i) => {
    const points = stoppedWorlds(cycle).map(({ endNs, allocated }) => ({ atNs: Math.max(0, endNs - startedNs), bytes: allocated }));
    const left = i + 1 < cycles.length ? leftBy(cycle, cycles[i + 1]) : undefined;
    const { atNs } = points[points.length - 1];
    return sweepsInPause(cycle) ? [{ atNs: Math.max(0, atNs - cycle.pauseNs), bytes: cycle.heap0 }, ...points] : left === undefined ? points : [...points, { atNs: atNs + 1, bytes: left }];
  });
}

/** A collector that sweeps in the pause has the heap before it in `heap0`; for the others it is what the last one has left. */
function sweepsInPause({ objects0, objects }: Cycle): boolean {
  return objects0 > objects;
}

/** Returns the bytes that `cycle` has left, which the next one knows. */
function leftBy(cycle: Cycle, next: Cycle): number {
  return Math.min(cycle.heap1, next.liveBefore > 0 ? next.liveBefore : next.heap0);
}

function thinned(points: readonly HeapPoint[]): readonly HeapPoint[] {
  const every = Math.ceil(points.length / MOST_POINTS);
  return every <= 1 ? points : points.filter((_, i) => i % every === 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
