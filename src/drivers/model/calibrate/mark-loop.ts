/**
 * What the mark loop costs on this machine: five graphs are marked by one thread under both
 * policies, for real and in the model, which counts accesses and misses; five constants are
 * fitted to the ten times.
 */
import { startRuntime } from '../../threads/start.ts';
import { median } from '../../../report/stats.ts';
import { collectArgs } from '../../../workloads/collect.ts';
import { isPlain, kindNs } from '../caches.ts';
import { buildModelHeap } from '../heap.ts';
import type { ModelCore } from '../load.ts';
import { missNs, type MachineModel } from '../machine-model.ts';
import { predictMark, type Predicted } from '../predict.ts';
import { fitNonNegative } from './fit.ts';

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

export interface MarkSample extends MarkSize {
  readonly policy: MarkPolicy;
  readonly measuredNs: number;
  readonly counts: Predicted;
  readonly inUse: number;
}

/** Mark times of real collections, by the number of threads; nanoseconds, in the order in which they came. */
export async function measureMarks(size: MarkSize, policy: MarkPolicy, threads: readonly number[], runs: number): Promise<ReadonlyMap<number, readonly number[]>> {
  const { graph, params } = size;
  const runtime = await startRuntime({ workload: graph, params, policy, args: collectArgs(runs, threads), procs: Math.max(...threads), gogc: 'off' });
  const { cycles } = await runtime.finished;
  return new Map(threads.map((n) => [n, cycles.filter(({ nproc }) => nproc === n).slice(1).map(({ markNs }) => markNs)]));
}

/** One graph, measured and counted. */
export async function sampleMark(core: ModelCore, machine: MachineModel, size: MarkSize, policy: MarkPolicy, runs: number): Promise<MarkSample> {
  const times = await measureMarks(size, policy, [1], runs);
  const heap = await buildModelHeap({ workload: size.graph, params: size.params, policy, procs: 1 });
  const counts = predictMark({ core, machine, heap }, 1);
  return { ...size, policy, measuredNs: median(times.get(1)!), counts, inUse: heap.inUse };
}

/** The machine with the constants that suit the samples best. */
export function fitMarkLoop(machine: MachineModel, samples: readonly MarkSample[]): MachineModel {
  const rows = samples.map(({ policy, counts, inUse }) => {
    const { l2, miss, storeMiss, stream } = counts.events;
    const plain = counts.accesses.reduce((total, n, kind) => total + (isPlain(kind) ? n : 0), 0);
    const tuned = policy === 'tuned';
    return [tuned ? 0 : plain, tuned ? plain : 0, l2, (miss + storeMiss * machine.stored) * missNs(machine, inUse), stream];
  });
  // What the model charges for the others is known already.
  const values = samples.map(({ counts, measuredNs }) => Math.max(measuredNs / 2, measuredNs - othersNs(machine, counts)));
  const [accessNs, tunedAccessNs, l2Ns, exposed, streamNs] = fitNonNegative(rows, values);
  return { ...machine, accessNs, tunedAccessNs, l2: { ...machine.l2, ns: l2Ns }, exposed, streamNs };
}

function othersNs(machine: MachineModel, { accesses }: Predicted): number {
  const ns = kindNs(machine);
  return accesses.reduce((total, n, kind) => total + (isPlain(kind) ? 0 : n * ns[kind]), 0);
}
