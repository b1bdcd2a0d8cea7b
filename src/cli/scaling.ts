/** Measures how mark time scales: one machine, all counts of threads in turn. */
import type { MachineTuning } from '../drivers/shape.ts';
import { markResults, type ScaleSettings, type Scaling } from '../report/scaling.ts';
import { graphFacts, type GraphFacts } from '../verify/graph-facts.ts';
import { plural } from '../report/units.ts';
import { collectArgs } from '../workloads/collect.ts';
import type { Deps, MachineOptions } from './deps.ts';
import { nameOf, type HeapSource } from './heaps.ts';
import type { Goarch, Policy } from './options.ts';
import { runMachine } from './machine.ts';
import type { Progress } from './progress.ts';

export interface ScalingOptions {
  /** Threads to mark with, ascending. */
  readonly counts: readonly number[];
  /** Collections with each count that are to be measured. */
  readonly runs: number;
  readonly verify: boolean;
  readonly arena?: number;
  readonly policy?: Policy;
  readonly goarch?: Goarch;
  readonly tuning?: MachineTuning;
}

export async function measureScaling(deps: Deps, source: HeapSource, options: ScalingOptions, progress: Progress): Promise<Scaling> {
  const { counts, runs, verify, arena, policy, goarch, tuning } = options;
  const workload = await deps.loadWorkload('graph' in source ? source.graph : 'collect');
  // The first with each count is to warm up.
  const total = counts.length * (runs + 1);
  let done = 0;
  const machine: MachineOptions = {
    workload: workload.name,
    args: collectArgs(runs, counts),
    heap: 'image' in source ? source.image : undefined,
    procs: Math.max(...counts),
    gogc: 'off',
    arena,
    policy,
    goarch,
    tuning,
    verify,
    onCycle: () => progress.show(`collection ${++done} of ${total}`),
  };
  progress.show(`building the heap for ${plural(total, 'collection')}`);
  let graph: GraphFacts | undefined;
  const { cycles, verified } = await runMachine(deps, machine, async (m) => {
    progress.show('walking the graph');
    graph = graphFacts(m);
  }).finally(() => progress.clear());
  const results = markResults(cycles, counts);
  const [{ objects, bytes }] = results;
  return {
    phase: 'mark',
    settings: settingsOf(options),
    graph: graph === undefined || graph.objects === 0 ? undefined : graph,
    heap: {
      name: nameOf(source),
      objects: 'image' in source ? source.image.objects : objects,
      bytes: 'image' in source ? source.image.bytes : bytes,
      spans: cycles[cycles.length - 1].nspan,
      facts: 'image' in source ? source.image.facts : undefined,
    },
    results,
    cores: deps.cores,
    verified,
  };
}

/** What the measured machine was, by the names of the flags. */
function settingsOf({ policy = 'go1.3', goarch = 'amd64', tuning }: ScalingOptions): ScaleSettings {
  return { policy, ...(goarch === 'amd64' ? {} : { goarch }), ...tuning };
}
