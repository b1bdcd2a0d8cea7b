/**
 * What computing costs in the mark loop on this machine: five graphs are marked by one thread under both
 * policies, for real and in the model, and for each of the two loops the one constant that says how long an
 * access takes beside the memory is fitted to its five times.
 */
import { startRuntime } from '../../run/threads/start.ts';
import { median } from '../../base/statistics.ts';
import { collectArgs } from '../../workloads/collect.ts';
import { buildModelHeap } from '../heap.ts';
import type { ModelCore } from '../load.ts';
import type { MachineModel } from '../machine-model.ts';
import { predictMark } from '../predict.ts';
import { fitCost, type FitSample } from './fit.ts';

export interface MarkSize {
  readonly graph: string;
  readonly params: Readonly<Record<string, number>>;
}

/** About a million objects; mixed, whose objects are ten times as large, a quarter of that. */
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

/** Two costs of an access for which the model is asked; others follow from them. */
export const ACCESS_NS = [0.5, 0.8] as const;
/** Collections with each number of threads before V8 has compiled what they run. */
const WARM_UP = 8;

/** Machines that are started for each measurement: what V8 makes of the code differs from one to the next. */
const ROUNDS = 3;

/** How the caller ends what takes long. */
export interface MarkOptions {
  readonly signal?: AbortSignal;
  /** The same, while this thread is busy. */
  readonly isStopped?: () => boolean;
}

/** Nanoseconds that marking takes by the number of threads: of `runs` collections in each of some machines the median of the medians. */
export async function measureMarks(size: MarkSize, policy: MarkPolicy, threads: readonly number[], runs: number, { signal }: MarkOptions = {}): Promise<ReadonlyMap<number, number>> {
  const { graph, params } = size;
  const medians = new Map(threads.map((n) => [n, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++) {
    const runtime = await startRuntime({ workload: graph, params, policy, args: collectArgs(WARM_UP + runs, threads), procs: Math.max(...threads), gogc: 'off', signal });
    const { cycles } = await runtime.finished;
    for (const [n, each] of medians) each.push(median(cycles.filter(({ nproc }) => nproc === n).slice(-runs).map(({ markNs }) => markNs)));
  }
  return new Map([...medians].map(([n, each]) => [n, median(each)]));
}

/** One graph, measured and predicted. @throws Stopped */
export async function sampleMark(core: ModelCore, machine: MachineModel, size: MarkSize, policy: MarkPolicy, runs: number, options: MarkOptions = {}): Promise<MarkSample> {
  const times = await measureMarks(size, policy, [1], runs, options);
  const heap = await buildModelHeap({ workload: size.graph, params: size.params, policy, procs: 1 });
  const predict = (accessNs: number) => predictMark({ core, machine: { ...machine, accessNs, tunedAccessNs: accessNs }, heap, isStopped: options.isStopped }, 1).markNs;
  return { ...size, policy, measuredNs: times.get(1)!, predictedNs: [predict(ACCESS_NS[0]), predict(ACCESS_NS[1])] };
}

/** The machine with the costs of an access that suit the samples best. */
export function fitMarkLoop(machine: MachineModel, samples: readonly MarkSample[]): MachineModel {
  const fitted = (of: MarkPolicy) => fitCost(ACCESS_NS, samples.filter(({ policy }) => policy === of));
  return { ...machine, accessNs: fitted('go1.3'), tunedAccessNs: fitted('tuned') };
}
