/**
 * Measures the computing cost of the mark loops on this machine.
 *
 * 1. One thread marks five graphs under both policies, on the machine and in the model.
 * 2. For each loop, the cost of an access that hits the first cache is fitted to the five times (fit.ts).
 */
import { startRuntime } from '../../run/threads/start.ts';
import { median } from '../../base/statistics.ts';
import { collectArgs } from '../../workloads/collect.ts';
import type { HeapImage } from '../../workloads/heaps/image.ts';
import { buildModelHeap } from '../heap.ts';
import type { ModelCore } from '../load.ts';
import type { MachineModel } from '../machine-model.ts';
import { predictMark } from '../predict.ts';
import { fitCost, type FitSample } from './fit.ts';

export interface MarkSize {
  /** A graph; or `collect`, with `image`. */
  readonly graph: string;
  readonly params: Readonly<Record<string, number>>;
  readonly image?: HeapImage;
}

/** About a million objects; a quarter of that for mixed, whose objects are ten times as large. */
export const MARK_SIZES: readonly MarkSize[] = [
  { graph: 'tree', params: { depth: 20 } },
  { graph: 'list', params: { count: 1_000_000 } },
  { graph: 'rand', params: { count: 1_000_000 } },
  { graph: 'wide', params: { count: 1_000_000 } },
  { graph: 'mixed', params: { count: 250_000 } },
];
export const MARK_POLICIES = ['go1.3', 'tuned'] as const;
export type MarkPolicy = (typeof MARK_POLICIES)[number];

export interface MarkSample extends MarkSize, FitSample {
  readonly policy: MarkPolicy;
}

/** The access costs of the predictions, from those of a fast core to those of a slow one. */
export const ACCESS_NS = [0.2, 0.4, 0.8] as const;
/** Collections with each number of threads that warm up V8. */
const WARM_UP = 8;

/** Machines for each measurement: V8's code differs from one to the next. */
const ROUNDS = 3;

/** Lets the caller end the measurement. */
export interface MarkOptions {
  readonly signal?: AbortSignal;
  /** The same for synchronous work. */
  readonly isStopped?: () => boolean;
}

/** Returns the mark time in ns for each number of threads: the median over machines of the medians of `runs` collections. */
export async function measureMarks(size: MarkSize, policy: MarkPolicy, threads: readonly number[], runs: number, { signal }: MarkOptions = {}): Promise<ReadonlyMap<number, number>> {
  const { graph, params, image } = size;
  const medians = new Map(threads.map((n) => [n, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++) {
    const runtime = await startRuntime({ workload: graph, params, heap: image, policy, args: collectArgs(WARM_UP + runs, threads), procs: Math.max(...threads), gogc: 'off', signal });
    const { cycles } = await runtime.finished;
    for (const [n, each] of medians) each.push(median(cycles.filter(({ nproc }) => nproc === n).slice(-runs).map(({ markNs }) => markNs)));
  }
  return new Map([...medians].map(([n, each]) => [n, median(each)]));
}

/** Measures and predicts one graph. @throws Stopped */
export async function sampleMark(core: ModelCore, machine: MachineModel, size: MarkSize, policy: MarkPolicy, runs: number, options: MarkOptions = {}): Promise<MarkSample> {
  const times = await measureMarks(size, policy, [1], runs, options);
  const heap = await buildModelHeap({ workload: size.graph, params: size.params, policy, procs: 1 });
  const predict = (accessNs: number) => predictMark({ core, machine: { ...machine, accessNs, tunedAccessNs: accessNs }, heap, isStopped: options.isStopped }, 1).markNs;
  return { ...size, policy, measuredNs: times.get(1)!, predictedNs: ACCESS_NS.map(predict) };
}

/** Returns the machine with the access costs that fit the samples best. */
export function fitMarkLoop(machine: MachineModel, samples: readonly MarkSample[]): MachineModel {
  const fitted = (of: MarkPolicy) => fitCost(ACCESS_NS, samples.filter(({ policy }) => policy === of));
  return { ...machine, accessNs: fitted('go1.3'), tunedAccessNs: fitted('tuned') };
}
