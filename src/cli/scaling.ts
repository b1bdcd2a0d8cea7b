/** Measures how a phase scales with the number of threads. */
import type { Cycle } from '../gc/cycle-log.ts';
import { policyFor, type MachineTuning, type Policy } from '../run/tuning.ts';
import { Stopped } from '../run/errors.ts';
import type { Mem } from '../memory/struct.ts';
import { markResults, resultOf, type Sample, type ScalePhase, type ScaleResult, type ScaleSettings, type Scaling } from '../report/scaling.ts';
import { readMemoryUse, type MemoryUse } from '../report/memory-use.ts';
import { readMemStats, type MemStats } from '../inspect/memstats.ts';
import { plural } from '../base/units.ts';
import { collectionTimeline } from '../report/scale-timeline.ts';
import { timelineOf } from '../report/timeline-of-events.ts';
import type { Timeline } from '../report/timeline.ts';
import { machineGraph } from '../composition/machine-graph.ts';
import { compose } from '../report/compose.ts';
import { graphFacts, type GraphFacts } from '../verify/graph-facts.ts';
import { collectArgs, readSweeps, turnOf } from '../workloads/collect.ts';
import type { RuntimeOptions } from '../run/api.ts';
import type { Deps } from './deps.ts';
import { graphParams, nameOf, type HeapSource } from './heaps.ts';
import { runMachine } from './machine.ts';
import type { Progress } from './progress.ts';

export interface ScalingOptions {
  /** The phase to time; default: mark. For allocation see measureAllocation. */
  readonly phase?: Exclude<ScalePhase, 'alloc'>;
  /** Numbers of marking threads, ascending. */
  readonly counts: readonly number[];
  /** Collections measured with each number of threads. */
  readonly runs: number;
  readonly verify: boolean;
  readonly arena?: number;
  readonly policy?: Policy;
  readonly goarch?: RuntimeOptions['goarch'];
  readonly tuning?: MachineTuning;
  /** Whether to record a timeline. */
  readonly recordEvents?: boolean;
  /** Whether the caller needs the heap's image afterwards. */
  readonly keepsHeap?: boolean;
  /** Whether to find out what the heap is made of, for pictures. */
  readonly records?: boolean;
}

/** Objects that one run of the allocation phase makes. */
const ALLOC_OBJECTS = 5_000_000;
/** Bytes of each. */
const ALLOC_BYTES = 32;

/**
 * Measures marks, sweeps or cycles on one machine, all numbers of threads in turn.
 * @returns the measurement; if the command is interrupted, the part measured before
 * @throws Stopped if it is interrupted before the first result
 */
export async function measureScaling(deps: Deps, source: HeapSource, options: ScalingOptions, progress: Progress): Promise<Scaling> {
  const { phase = 'mark', counts, runs, verify, arena, policy, goarch, tuning, recordEvents, keepsHeap = false, records = false } = options;
  const workload = await deps.loadWorkload('graph' in source ? source.graph : 'collect');
  // The first collection with each count is a warm-up.
  const total = counts.length * (runs + 1);
  const ended: Cycle[] = [];
  const machine: RuntimeOptions = {
    workload: workload.name,
    params: 'graph' in source && source.objects !== undefined ? graphParams(source.graph, source.objects) : undefined,
    args: collectArgs(runs, counts, phase !== 'mark'),
    heap: 'image' in source ? source.image : undefined,
    takesHeap: !keepsHeap,
    procs: Math.max(...counts),
    gogc: 'off',
    arena,
    policy,
    goarch,
    tuning,
    verify,
    recordEvents,
    onTick: ({ threads, threadsUp }) => {
      if (threadsUp < threads) progress.show(`starting ${plural(threads, 'thread')}: ${threadsUp} up`);
    },
    onCycle(cycle) {
      ended.push(cycle);
      progress.show(`collection ${ended.length} of ${total}`);
    },
  };
  progress.show(`building the heap for ${plural(total, 'collection')}`);
  // The machine takes the image.
  let composition = records && 'image' in source ? compose(source.image, source.image.name) : undefined;
  let graph: GraphFacts | undefined;
  let memory: MemoryUse | undefined;
  let sweeps: readonly number[] = [];
  let stopped = false;
  let whole = { objects: 0, bytes: 0 };
  function measureWhole({ HeapObjects, HeapAlloc, HeapInuse }: MemStats): void {
    whole = { objects: HeapObjects, bytes: phase === 'sweep' ? HeapInuse : HeapAlloc };
  }
  function atEnd(m: Mem): void {
    progress.show('walking the graph');
    graph = graphFacts(m);
    memory = readMemoryUse(m);
    if (records && 'graph' in source) composition = compose(machineGraph(m), nameOf(source));
    if (phase !== 'mark') sweeps = readSweeps(m, total);
  }
  function atStop(m: Mem): void {
    stopped = true;
    if (phase === 'mark') return;
    measureWhole(readMemStats(m));
    // The sweep after the last collection may be unfinished.
    sweeps = readSweeps(m, Math.max(0, ended.length - 1));
  }
  const { cycles, verified, heap, events } = await runMachine(deps, machine, async (m) => atEnd(m), atStop)
    .then((result) => {
      measureWhole(result.memstats);
      return result;
    }, (error: unknown) => {
      if (!stopped) throw error;
      return { cycles: phase === 'mark' ? ended : ended.slice(0, sweeps.length), verified: 0, heap: undefined, events: undefined };
    })
    .finally(() => progress.clear());
  const measured = stopped ? countsMeasured(cycles, counts) : counts;
  const represented = heap?.represented;
  const missing = represented?.missingLiveBytes ?? 0;
  const results = (phase === 'mark' ? markResults(cycles, measured) : sweepResults(phase, cycles, sweeps, counts, whole))
    .map((result) => ({ ...result, bytes: result.bytes + missing }));
  if (results.length === 0) throw new Stopped();
  const [{ objects, bytes }] = results;
  return {
    phase,
    settings: settingsOf(options),
    ...(graph === undefined || graph.objects === 0 ? {} : { graph, memory }),
    heap: {
      name: nameOf(source),
      objects: 'image' in source ? source.image.objects : objects,
      bytes: 'image' in source ? source.image.bytes : bytes,
      spans: cycles[cycles.length - 1].nspan,
      facts: 'image' in source ? source.image.facts : undefined,
      notes: 'image' in source ? source.image.notes : undefined,
      represented,
    },
    results,
    timeline: collectionTimeline(nameOf(source), events, cycles, phase),
    ...(composition && { composition }),
    cores: deps.cores,
    verified,
    ...(stopped ? { interrupted: true } : {}),
  };
}

/** Returns the numbers of threads of more than one collection: the first is a warm-up. */
function countsMeasured(cycles: readonly Cycle[], counts: readonly number[]): number[] {
  return counts.filter((procs) => cycles.filter(({ nproc, forced }) => nproc === procs && forced > 0).length > 1);
}

/**
 * Returns the times of sweeps or cycles of a machine that swept with as many threads after each
 * collection. The first collection with each number of threads is left out.
 * @param phase 'cycle' adds the pause to the sweep
 * @param sweeps nanoseconds of the sweep after each cycle
 * @param whole objects and bytes of the heap
 */
export function sweepResults(
  phase: 'sweep' | 'cycle', cycles: readonly Pick<Cycle, 'pauseNs'>[], sweeps: readonly number[], counts: readonly number[], whole: Omit<Sample, 'ns'>,
): ScaleResult[] {
  return counts.flatMap((procs, turn) => {
    const samples = sweeps.flatMap((sweepNs, i) =>
      (i < counts.length || turnOf(i, counts.length) !== turn ? [] : [{ ...whole, ns: sweepNs + (phase === 'cycle' ? cycles[i].pauseNs : 0) }]));
    return samples.length === 0 ? [] : [resultOf(procs, samples)];
  });
}

/**
 * Times the workload `churn` on one machine a run, with as many goroutines as Ps. The numbers of
 * threads alternate as in measureScaling. The times include collections. The recorded run is the last of the warm-up.
 * @throws Stopped if it is interrupted before the first result
 */
export async function measureAllocation(deps: Deps, { counts, runs, policy, arena, goarch, tuning, recordEvents }: Omit<ScalingOptions, 'phase' | 'verify'>, progress: Progress): Promise<Scaling> {
  const samples: Sample[][] = counts.map(() => []);
  let interrupted = false;
  let timeline: Timeline | undefined;
  const total = counts.length * (runs + 1);
  for (let i = 0; i < total; i++) {
    progress.show(`run ${i + 1} of ${total}`);
    const turn = turnOf(i, counts.length);
    const threads = counts[turn];
    const machine = { workload: 'churn', params: { threads, count: ALLOC_OBJECTS }, procs: threads, arena, policy, goarch, tuning, recordEvents: recordEvents && i === counts.length - 1 };
    let elapsedNs: number;
    try {
      const result = await runMachine(deps, machine).finally(() => progress.clear());
      elapsedNs = result.elapsedNs;
      if (result.events !== undefined) timeline = timelineOf(result.events, { name: `churn with ${plural(threads, 'goroutine')}` });
    } catch (error) {
      if (!(error instanceof Stopped) || samples.every(({ length }) => length === 0)) throw error;
      interrupted = true;
      break;
    }
    const objects = Math.floor(ALLOC_OBJECTS / threads) * threads;
    if (i >= counts.length) samples[turn].push({ ns: elapsedNs, objects, bytes: objects * ALLOC_BYTES });
  }
  return {
    phase: 'alloc',
    settings: settingsOf({ policy, goarch, tuning }),
    heap: { name: 'churn', objects: ALLOC_OBJECTS, bytes: ALLOC_OBJECTS * ALLOC_BYTES, spans: 0 },
    results: counts.flatMap((procs, turn) => (samples[turn].length === 0 ? [] : [resultOf(procs, samples[turn])])),
    timeline,
    cores: deps.cores,
    verified: 0,
    ...(interrupted && { interrupted }),
  };
}

/** Returns the settings of the measured machine, by the names of the flags. */
function settingsOf({ policy, goarch = 'amd64', tuning }: Pick<ScalingOptions, 'policy' | 'goarch' | 'tuning'>): ScaleSettings {
  return { policy: policyFor({ policy, tuning }), ...(goarch === 'amd64' ? {} : { goarch }), ...tuning };
}
