/** Starts a machine on real threads. */
import { Fatal, UsageError } from '../../base/fatal.ts';
import type { Mem } from '../../memory/struct.ts';
import type { TypeTable } from '../../heap/type-table.ts';
import type { MemoryMap } from '../../memory/map.ts';
import { mAt } from '../../machine/m.ts';
import { NOTHING_TO_SWEEP, sweepone } from '../../malloc/sweep.ts';
import { CHECKPOINT } from '../../gc/doorbell.ts';
import { boot, enableGC, link, startMain } from '../../runtime/boot.ts';
import { setInt } from '../../runtime/mutator.ts';
import { settle } from '../../runtime/settle.ts';
import { SCHED, Sched } from '../../machine/sched.ts';
import { readMemProfile, type MemProfile } from '../../report/memprofile.ts';
import { readMemStats } from '../../report/memstats.ts';
import { checkParams, loadWorkload } from '../../workloads/registry.ts';
import { accountFor, loadedBlocks, reachable, type LoadedBlocks } from '../../workloads/account.ts';
import { imageNeeds, loadImageInPieces } from '../../workloads/load-image.ts';
import { canRestore, readContents, restoreImage, restoreNeeds } from '../../workloads/restore-image.ts';
import type { HeapImage } from '../../workloads/heaps/image.ts';
import { release } from '../../base/lists.ts';
import type { Needs, Params, Workload } from '../../workloads/workload.ts';
import type { RunResult, Runtime, RuntimeOptions } from '../api.ts';
import { MachineStuck } from '../errors.ts';
import { checkHeapDumpPath, writeHeapDump } from '../heapdump-file.ts';
import { describeMachine } from '../machine-state.ts';
import { checkOptions } from '../options.ts';
import { GOARCH, largestArena, planMachine } from '../shape.ts';
import { checkAddressSpace } from './address-space.ts';
import { hearCallbacks, type Heard } from './callbacks.ts';
import { Ending } from './ending.ts';
import { endPool, makePool } from './pool.ts';
import { reserveMemory, type MachineMemory } from './reserve.ts';
import { errorOf } from './task.ts';
import { Watcher } from './watch.ts';

/**
 * Builds the machine, loads heap and workload on M 0, then lets every M go on a thread of
 * its own. Resolves once they run.
 * @throws UsageError for options that can't be met, HeapFormatError, Fatal OUT_OF_MEMORY,
 *   Stopped when the signal is aborted before they run
 */
export async function startRuntime(given: RuntimeOptions): Promise<Runtime> {
  const options = checkOptions(given);
  const ending = new Ending(options.signal);
  try {
    return await build(options, ending);
  } catch (error) {
    ending.dispose();
    throw error;
  }
}

async function build(options: RuntimeOptions, ending: Ending): Promise<Runtime> {
  ending.signal.throwIfAborted();
  const workload = await loadWorkload(options.workload);
  const params = checkParams(workload, options.params ?? {});
  if (options.heapdump !== undefined) await checkHeapDumpPath(options.heapdump);
  const plan = planFor(workload.needs(params), options, workload.types);
  checkAddressSpace(plan.map.shape.procs);
  const memory = reserveMemory(plan.map, options.tuning?.code);
  const m = new Int32Array(memory.buffer, 0, plan.map.words);
  const machine: Machine = { m, memory, plan, workload, params, options };
  const m0 = boot(m, plan.map, options.gogc === 'off' ? -1 : (options.gogc ?? 100), workload.types);
  const loaded = options.heap === undefined ? undefined : await loadHeap(machine, m0, options.heap, ending);
  await ending.hear();
  workload.build?.(m, m0, params);
  startProgram(m, m0, workload, options.args ?? workload.args(params, options.seed ?? 1));
  await ending.hear();
  return run(machine, loaded, ending);
}

/** What a machine is made of. */
interface Machine {
  readonly m: Mem;
  readonly memory: MachineMemory;
  readonly plan: Plan;
  readonly workload: Workload;
  readonly params: Params;
  readonly options: RuntimeOptions;
}

interface Plan {
  readonly map: MemoryMap;
  /** The heap from outside can lie where it lay. */
  readonly restores: boolean;
  /** Bytes of the largest arena that there could be instead. */
  readonly mostArenaBytes: () => number;
}

/** The machine for a workload and the heap in front of it. */
function planFor(needs: Needs, options: RuntimeOptions, types: TypeTable | undefined): Plan {
  const mostArenaBytes = () => largestArena(options, needs, types);
  const { heap } = options;
  if (heap === undefined) return { map: planMachine(options, needs, types), restores: false, mostArenaBytes };
  const map = planToRestore(needs, heap, options);
  if (map !== undefined) return { map, restores: true, mostArenaBytes };
  const arenaBytes = needs.arenaBytes + imageNeeds(heap, GOARCH[options.goarch ?? 'amd64'] * 4).arenaBytes;
  return { map: planMachine(options, { ...needs, arenaBytes }, types), restores: false, mostArenaBytes };
}

/** The machine in which `heap` can lie where it lay; undefined if there is none. */
function planToRestore(needs: Needs, heap: HeapImage, options: RuntimeOptions): MemoryMap | undefined {
  if (heap.places === undefined || !isPlain(options)) return undefined;
  try {
    const map = planMachine(options, restoreNeeds(needs, heap, heap.places));
    return canRestore(map, heap.places) ? map : undefined;
  } catch (error) {
    // The dump may ask for more than there can be; the options are looked at once more without it.
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** Nobody keeps books of blocks beside the bitmap, which objects have to be allocated for. */
function isPlain({ types = 'none', collector = 'parallel', debug = [], memprofileRate = 0 }: RuntimeOptions): boolean {
  return types === 'none' && collector === 'parallel' && debug.length === 0 && memprofileRate === 0;
}

/** A heap from outside, and where its objects are in the machine. */
interface Loaded {
  readonly objects: number;
  readonly edges: number;
  readonly blocks: LoadedBlocks;
  /** Whether that is where it was when this machine dumped it. */
  readonly inPlace: boolean;
}

/** Puts `image` into the heap, piece by piece, so that the thread can hear that the end is asked for. */
async function loadHeap({ m, plan, options }: Machine, m0: number, image: HeapImage, ending: Ending): Promise<Loaded> {
  const { objects, edges, sizes, firstEdge, targets, places } = image;
  // The lists of the image are given back as soon as they are done with.
  const done = options.takesHeap ? release : () => {};
  // While there is nothing in the heap yet, because it takes memory too.
  const isReachable = reachable(image);
  if (places === undefined || !plan.restores) {
    if (places !== undefined) done(places.offsets);
    const refs = await inPieces(loadImageInPieces(m, m0, image), ending);
    done(sizes, firstEdge, targets);
    return { objects, edges, blocks: loadedBlocks(m, refs, isReachable), inPlace: false };
  }
  // The contents say them once more.
  done(firstEdge, targets);
  const blocks = loadedBlocks(m, restoreImage(m, m0, image, places), isReachable);
  await readContents(m, image, places, ending.signal);
  done(sizes, places.offsets);
  return { objects, edges, blocks, inPlace: true };
}

/** What `pieces` comes to, unless the end is asked for meanwhile. */
async function inPieces<Result>(pieces: Generator<void, Result>, ending: Ending): Promise<Result> {
  for (;;) {
    const { done, value } = pieces.next();
    if (done) return value;
    await ending.hear();
  }
}

function startProgram(m: Mem, m0: number, workload: Workload, args: readonly number[]): void {
  startMain(m, m0, workload.main.pc, workload.main.slots);
  const main = m[SCHED + Sched.at.maing];
  args.forEach((value, i) => setInt(m, main, i, value));
  enableGC(m);
}

function run(machine: Machine, loaded: Loaded | undefined, ending: Ending): Runtime {
  const { m, memory, plan: { map }, workload, options } = machine;
  const procs = map.shape.procs;
  const pool = makePool(procs);
  const callbacks = hearCallbacks(options, ending);
  const watcher = new Watcher(m, { ...options, ...callbacks }, link(workload.steps).map(({ name }) => name));
  const lost = new Promise<never>((_, reject) => {
    pool.on('error', (error) => reject(lostWorker(m, error)));
  });
  // Whoever fails first decides: the others may wait for it forever.
  const ms = Array.from({ length: procs }, async (_, index) => {
    const outcome = await pool
      .run({ buffer: memory.buffer, words: map.words, compiled: memory.compiled, index, workload: options.workload })
      .catch((error: unknown) => Promise.reject(lostWorker(m, error)));
    if (!outcome.ok) throw explain(machine, errorOf(outcome, workload.name));
  });
  const concluded = Promise.race([Promise.all(ms), watcher.run().then(() => never()), lost, ending.asked])
    .then(() => conclude(machine, loaded, watcher, callbacks, ending));
  const finished = Promise.race([concluded, ending.asked]).finally(async () => {
    watcher.end();
    ending.dispose();
    await endPool(pool, m, ms);
    // A dump that was broken off closes its file.
    await concluded.catch(() => {});
  });
  for (const promise of [...ms, finished, concluded, lost]) promise.catch(() => {});
  return {
    m,
    map,
    notes: memory.note === undefined ? [] : [memory.note],
    finished,
    async stop() {
      ending.stop();
      await finished.catch(() => {});
    },
  };
}

function never(): Promise<never> {
  return new Promise(() => {});
}

function lostWorker(m: Mem, error: unknown): Error {
  const cause = error instanceof Error ? error.message : String(error);
  return new MachineStuck(`a worker thread died: ${cause}`, describeMachine(m));
}

/** Adds what only the whole machine knows: what every P was doing, how large an arena could be. */
function explain({ m, plan }: Machine, error: Error): Error {
  if (!(error instanceof Fatal)) return error;
  if (error.code === 'DEADLOCK') return new MachineStuck('all goroutines are asleep: deadlock', describeMachine(m));
  if (error.code !== 'OUT_OF_MEMORY' || error.facts.what !== 'arena') return error;
  return new Fatal(error.code, { ...error.facts, mostArenaBytes: plan.mostArenaBytes() }, error.exitCode);
}

/** Undefined if nobody, neither the options nor the program, has asked for one. */
function profileOf(m: Mem, workload: Workload, options: RuntimeOptions): MemProfile | undefined {
  const file = options.workload === workload.name ? `sweepgen/workloads/${workload.name}` : options.workload;
  const profile = readMemProfile(m, { text: link(workload.steps), workload: workload.name, file });
  return profile.rate === 0 && profile.records.length === 0 && !options.memprofileRate ? undefined : profile;
}

/** All Ms have left: the rest is swept, counted and, if asked for, verified here. */
async function conclude({ m, workload, params, options }: Machine, loaded: Loaded | undefined, watcher: Watcher, callbacks: Heard, ending: Ending): Promise<RunResult> {
  const elapsedNs = watcher.elapsedNs;
  // What the sweep traces must be read as it goes on, or it would wait for room forever.
  do watcher.look();
  while (sweepone(m, mAt(m, 0)) !== NOTHING_TO_SWEEP);
  settle(m);
  watcher.look();
  if (options.verify) watcher.check(CHECKPOINT.swept);
  await callbacks.settled();
  return {
    memstats: readMemStats(m),
    cycles: watcher.cycles,
    lines: workload.report?.(m, params) ?? [],
    elapsedNs,
    verified: watcher.verified,
    heap: loaded === undefined ? undefined : accountOnce(m, loaded),
    heapdump: options.heapdump === undefined ? undefined : await writeHeapDump(m, workload, options.heapdump, ending.signal),
    memProfile: profileOf(m, workload, options),
  };
}

function accountOnce(m: Mem, loaded: Loaded): RunResult['heap'] {
  const account = accountFor(m, loaded, loaded.blocks);
  release(loaded.blocks.all, loaded.blocks.reachable);
  return { ...account, inPlace: loaded.inPlace };
}
