/** Predicts a mark of one heap with a machine model. */
import { GCStats, mAt, M } from '../machine/m.ts';
import { loadWide } from '../memory/wide.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { MARKFOR, ParFor } from '../sync/parfor.ts';
import type { Site } from '../rewrite/sites.ts';
import { ContentionWatcher, type Contended } from './contention.ts';
import { CostLog } from './cost-log.ts';
import { EVENTS, EVENT_COUNT, KIND_COUNT, type Caches, type EVENT } from './caches.ts';
import type { ModelHeap } from './heap.ts';
import type { ModelCore } from './load.ts';
import type { MachineModel } from './machine-model.ts';
import { MarkRecorder, type MarkActivity } from './mark-recorder.ts';
import type { Pin } from './placement.ts';
import { runVirtual, type Interleaved, type VirtualOptions } from './virtual-time.ts';
import { runWatched, type Watcher } from './watched-time.ts';

/** Words of an M's counters: from its GCStats to the head of its scan buffer. */
const COUNTERS = GCStats.words + 16;

export interface PredictOptions {
  readonly core: ModelCore;
  readonly machine: MachineModel;
  readonly heap: ModelHeap;
  /** Removes the padding that keeps each M's counters on cache lines of their own. */
  readonly unpadded?: boolean;
  /** Factors of the cost of an access by its site; see what-if.ts. */
  readonly scales?: Float64Array;
  /** Where the threads are on the machine; scatter unless given. */
  readonly pin?: Pin;
  readonly quantumNs?: number;
  /** Reports whether the caller wants the prediction to end. */
  readonly isStopped?: () => boolean;
  /** Records what each thread does. This changes no time. */
  readonly records?: boolean;
  /** The sites of `core`, to explain the prediction: this records, too, and changes no time. */
  readonly explains?: readonly Site[];
}

/** A prediction. Times and counts are sums over all threads, unless stated otherwise. */
export interface Predicted {
  readonly procs: number;
  readonly markNs: number;
  readonly objectsMarked: number;
  readonly handoff: number;
  readonly steal: number;
  readonly yields: number;
  readonly rootNs: number;
  readonly scanNs: number;
  /** Waiting for work, sleep included. */
  readonly waitNs: number;
  readonly sleptNs: number;
  /** Stalls by cause. */
  readonly stalledNs: Readonly<Record<keyof typeof EVENT, number>>;
  readonly events: Readonly<Record<keyof typeof EVENT, number>>;
  /** Accesses by kind; see ACCESS. */
  readonly accesses: readonly number[];
  /** Objects marked by each thread. */
  readonly objectsByThread: readonly number[];
  /** With `records`: what each thread did. */
  readonly activity?: MarkActivity;
  /** With `explains`. */
  readonly explanation?: Explanation;
}

export interface Explanation {
  /** Where threads got in each other's way, the worst first. */
  readonly contended: readonly Contended[];
  /** What each thread's time was spent on. */
  readonly costs: CostLog;
  readonly activity: MarkActivity;
}

/** Predicts one mark phase of `heap` with `procs` threads. @throws Stopped */
export function predictMark({ core, machine, heap, unpadded, pin, scales, quantumNs, isStopped, records = false, explains }: PredictOptions, procs: number): Predicted {
  const m = heap.template.slice();
  const helpers = Array.from({ length: procs - 1 }, (_, i) => (memory: Int32Array) => core.markAsHelper(memory, i + 1));
  const options: VirtualOptions = {
    core,
    machine: heap.policy === 'tuned' ? { ...machine, accessNs: machine.tunedAccessNs } : machine,
    m,
    threads: [(memory) => core.markAsCollector(memory, procs), ...helpers],
    inUse: heap.inUse,
    scales,
    pin,
    quantumNs,
    isStopped,
    interleaved: unpadded === true ? countersOf(m) : undefined,
  };
  const recorder = records || explains !== undefined ? new MarkRecorder(m, procs) : undefined;
  let contention: ContentionWatcher | undefined;
  let costs: CostLog | undefined;
  function watch(caches: Caches, words: number): Watcher[] {
    if (explains !== undefined) {
      contention = new ContentionWatcher(caches, procs, words);
      costs = new CostLog(caches, options.machine, procs);
    }
    return [recorder, contention, costs].filter((watcher) => watcher !== undefined);
  }
  const run = recorder === undefined ? runVirtual(options) : runWatched(options, watch);
  const activity = recorder?.finish(run.clocks);
  const stats = Array.from({ length: procs }, (_, i) => mAt(m, i) + M.at.gcstats);
  const sum = (field: number) => stats.reduce((total, at) => total + loadWide(m, at + field), 0);
  const { nhandoff, nprocyield, nosyield, nsleep, objectsMarked, rootNs, drainNs, waitNs } = GCStats.at;
  const byEvent = (values: Float64Array) =>
    Object.fromEntries(EVENTS.map((name, event) => [name, stats.reduce((total, _, i) => total + values[i * EVENT_COUNT + event], 0)])) as Predicted['events'];
  return {
    procs,
    markNs: run.results[0] as number,
    objectsMarked: sum(objectsMarked),
    handoff: sum(nhandoff),
    steal: m[MARKFOR + ParFor.at.xnsteal],
    yields: sum(nprocyield) + sum(nosyield) + sum(nsleep),
    rootNs: sum(rootNs),
    scanNs: sum(drainNs) - sum(waitNs),
    waitNs: sum(waitNs),
    sleptNs: run.sleptNs.reduce((total, ns) => total + ns, 0),
    stalledNs: byEvent(run.caches.eventNs),
    events: byEvent(run.caches.events),
    accesses: Array.from({ length: KIND_COUNT }, (_, kind) => stats.reduce((total, _each, i) => total + run.caches.accesses[i * KIND_COUNT + kind], 0)),
    objectsByThread: stats.map((at) => loadWide(m, at + objectsMarked)),
    activity: records ? activity : undefined,
    explanation: explains && { contended: contention!.finish(m, explains), costs: costs!.finish(run.clocks), activity: activity! },
  };
}

function countersOf(m: Int32Array): Interleaved {
  return { start: mAt(m, 0) + M.at.gcstats, stride: M.words, length: COUNTERS, count: m[CONFIG + Config.at.nprocs] };
}
