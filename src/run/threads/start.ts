/** Starts a machine on real threads. */
import { UsageError } from '../../base/fatal.ts';
import type { Mem } from '../../memory/struct.ts';
import type { TypeTable } from '../../heap/type-table.ts';
import { ptrWords } from '../../memory/config.ts';
import type { MemoryMap } from '../../memory/map.ts';
import { MPROF, MProf } from '../../malloc/buckets.ts';
import { CHECKPOINT } from '../../gc/doorbell.ts';
import { boot, enableGC, link } from '../../runtime/boot.ts';
import { readMemProfile, type MemProfile } from '../../inspect/memprofile.ts';
import { readMemStats } from '../../inspect/memstats.ts';
import { checkParams } from '../../workloads/params.ts';
import { accountFor, loadedBlocks, reachable, type LoadedBlocks } from '../../workloads/account.ts';
import { loadImageInPieces } from '../../workloads/load-image.ts';
import { WHOLE, representedObjects, type Represented } from '../../workloads/represent.ts';
import { canRestore, readContents, restoreImage, restoreNeeds } from '../../workloads/restore-image.ts';
import type { HeapImage } from '../../workloads/heaps/image.ts';
import { release } from '../../base/large-arrays.ts';
import type { Needs } from '../../workloads/workload.ts';
import type { RunResult, Runtime, RuntimeOptions } from '../api.ts';
import { writeHeapDump } from '../heapdump-file.ts';
import { roomFor } from '../heap-room.ts';
import { checkOptions } from '../options.ts';
import { checkWritable } from '../output-file.ts';
import { largestArena, planMachine, shapeFor } from '../shape.ts';
import { checkAddressSpace } from './address-space.ts';
import { hearCallbacks, type Heard } from './callbacks.ts';
import { Ending } from './ending.ts';
import type { Machine, Plan } from './machine.ts';
import { Ms, blame } from './ms.ts';
import { openProgram, type Program } from './program.ts';
import { Pulse } from './pulse.ts';
import { reserveMemory } from './reserve.ts';
import { Watcher } from './watch.ts';

/**
 * Starts a machine:
 *
 * 1. Checks the options and opens the workload.
 * 2. Plans the memory map, reserves the memory and boots M 0.
 * 3. Loads the heap, if one is given, and runs the workload's `build` on M 0.
 * 4. Starts a thread for each M, and the watcher.
 *
 * Resolves when the threads are started; `finished` of the result settles at the end.
 * @throws UsageError for invalid options, HeapFormatError, Fatal OUT_OF_MEMORY,
 *   Stopped if the signal is aborted before step 4
 */
export async function startRuntime(given: RuntimeOptions): Promise<Runtime> {
  const options = checkOptions(given);
  const ending = new Ending(options.signal);
  let program: Program | undefined;
  try {
    ending.signal.throwIfAborted();
    program = await openProgram(options.workload, options.hangSeconds, ending.asked);
    return await build(program, options, ending);
  } catch (error) {
    ending.dispose();
    await program?.close();
    throw error;
  }
}

async function build(program: Program, options: RuntimeOptions, ending: Ending): Promise<Runtime> {
  const params = checkParams(program, options.params ?? {});
  if (options.heapdump !== undefined) checkWritable(options.heapdump);
  const plan = planFor(await program.needs(params), options, program.types);
  checkAddressSpace(plan.map.shape.procs);
  const memory = reserveMemory(plan.map, options.tuning?.code);
  const m = new Int32Array(memory.buffer, 0, plan.map.words);
  const machine: Machine = { m, memory, plan, program, params, options };
  const m0 = boot(m, plan.map, options.gogc === 'off' ? -1 : (options.gogc ?? 100), program.types);
  const loaded = options.heap === undefined ? undefined : await loadHeap(machine, m0, options.heap, ending);
  await ending.hear();
  const pulse = new Pulse(m, plan.map);
  await program.build(m, m0, params, () => pulse.work());
  await program.start(m, m0, options.args ?? (await program.args(params, options.seed ?? 1)));
  enableGC(m);
  await ending.hear();
  return run(machine, loaded, ending);
}

/** Plans the machine for a workload and a loaded heap. */
function planFor(needs: Needs, options: RuntimeOptions, types: TypeTable | undefined): Plan {
  const mostArenaBytes = () => largestArena(options, needs, types);
  const { heap } = options;
  if (heap === undefined) return { map: planMachine(options, needs, types), restores: false, limit: WHOLE, mostArenaBytes };
  const map = planToRestore(needs, heap, options);
  if (map !== undefined) return { map, restores: true, limit: WHOLE, mostArenaBytes };
  const room = roomFor(heap, needs, options, (arena) => shapeFor({ ...options, arena }, needs, types));
  return { map: planMachine(options, room.needs, types), restores: false, limit: room.limit, mostArenaBytes };
}

/** Returns the map of a machine in which the objects of `heap` keep their addresses; undefined if there is none. */
function planToRestore(needs: Needs, heap: HeapImage, options: RuntimeOptions): MemoryMap | undefined {
  if (heap.places === undefined || !isPlain(options)) return undefined;
  try {
    const map = planMachine(options, restoreNeeds(needs, heap, heap.places));
    return canRestore(map, heap.places) ? map : undefined;
  } catch (error) {
    // The dump may need more than the limits allow. The options are checked again without it.
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** Reports whether only the bitmap records blocks. Otherwise objects must be allocated, not copied into place. */
function isPlain({ types = 'none', collector = 'parallel', debug = [], memprofileRate = 0 }: RuntimeOptions): boolean {
  return types === 'none' && collector === 'parallel' && debug.length === 0 && memprofileRate === 0;
}

/** A loaded heap and the blocks of its objects. */
interface Loaded {
  readonly objects: number;
  readonly edges: number;
  readonly blocks: LoadedBlocks;
  /** True if the objects have the addresses that they had in the dumped machine. */
  readonly inPlace: boolean;
  readonly represented?: Represented;
}

/** Loads `image` into the heap in pieces. Between pieces the end may be requested. */
async function loadHeap({ m, plan, options }: Machine, m0: number, image: HeapImage, ending: Ending): Promise<Loaded> {
  const { objects, edges, sizes, firstEdge, targets, places } = image;
  // Lists of the image are freed after their last use.
  const done = options.takesHeap ? release : () => {};
  // Computed while the heap is still empty, to limit the peak of memory.
  const isReachable = reachable(image);
  if (places === undefined || !plan.restores) {
    if (places !== undefined) done(places.offsets);
    const represented = representedObjects(image, ptrWords(m) * 4, plan.limit, isReachable);
    const refs = await inPieces(loadImageInPieces(m, m0, image, plan.limit), ending);
    done(sizes, firstEdge, targets);
    return { objects, edges, blocks: loadedBlocks(m, refs, isReachable), inPlace: false, represented };
  }
  // The contents of the blocks hold the edges too.
  done(firstEdge, targets);
  const blocks = loadedBlocks(m, restoreImage(m, m0, image, places), isReachable);
  await readContents(m, image, places, ending.signal);
  done(sizes, places.offsets);
  return { objects, edges, blocks, inPlace: true };
}

/** Runs `pieces` to its result. @throws the reason of the end, if it is requested */
async function inPieces<Result>(pieces: Generator<void, Result>, ending: Ending): Promise<Result> {
  for (;;) {
    const { done, value } = pieces.next();
    if (done) return value;
    await ending.hear();
  }
}

function run(machine: Machine, loaded: Loaded | undefined, ending: Ending): Runtime {
  const { m, memory, plan: { map }, program, options } = machine;
  const callbacks = hearCallbacks(options, ending);
  const ms = new Ms(machine);
  const watcher = new Watcher(m, map, { ...options, ...callbacks }, { names: link(program.steps).map(({ name }) => name), module: program.module }, () => ms.starting > 0);
  // The first failure decides: the other parts may wait for the failed one forever.
  const failed = Promise.race([watcher.run().then(() => never()), ms.lost, program.lost, ending.asked]);
  const concluded = Promise.race([ms.done, failed])
    .then(() => conclude(machine, loaded, ms, failed, watcher, callbacks, ending))
    .catch((error: unknown) => Promise.reject(blame(error, program)));
  const finished = Promise.race([concluded, ending.asked]).finally(async () => {
    watcher.end();
    ending.dispose();
    await Promise.all([program.close(), ms.end()]);
    // An aborted dump closes its file.
    await concluded.catch(() => {});
  });
  for (const promise of [finished, concluded, failed]) promise.catch(() => {});
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

/** Returns the memory profile; undefined if neither the options nor the program enabled profiling. */
function profileOf(m: Mem, workload: Program, options: RuntimeOptions): MemProfile | undefined {
  const file = options.workload === workload.name ? `sweepgen/workloads/${workload.name}` : options.workload;
  const profile = readMemProfile(m, { text: link(workload.steps), workload: workload.name, file });
  return profile.rate === 0 && profile.records.length === 0 && !options.memprofileRate ? undefined : profile;
}

/** Sweeps, counts and, with `verify`, checks the heap. Precondition: all Ms have exited. */
async function conclude({ m, program, params, options }: Machine, loaded: Loaded | undefined, ms: Ms, failed: Promise<never>, watcher: Watcher, callbacks: Heard, ending: Ending): Promise<RunResult> {
  const elapsedNs = watcher.elapsedNs;
  // On a watched thread: in a memory that a step damaged, the sweep may not terminate.
  await Promise.race([ms.settle(), failed]);
  watcher.look();
  options.heapRecorder?.end(m);
  if (options.verify) watcher.check(CHECKPOINT.swept);
  else if (program.module !== undefined && followsLinks(m, loaded, options)) watcher.findDamage(CHECKPOINT.swept);
  await callbacks.settled();
  return {
    memstats: readMemStats(m),
    cycles: watcher.cycles,
    lines: await program.report(m, params),
    elapsedNs,
    startedNs: watcher.startedNs,
    verified: watcher.verified,
    events: watcher.events,
    heap: loaded === undefined ? undefined : accountOnce(m, loaded),
    heapdump: options.heapdump === undefined ? undefined : await writeHeapDump(m, program, options.heapdump, ending.signal),
    memProfile: profileOf(m, program, options),
  };
}

/** Reports whether the results are read by following links in the memory. */
function followsLinks(m: Mem, loaded: Loaded | undefined, options: RuntimeOptions): boolean {
  return loaded !== undefined || options.heapdump !== undefined || m[MPROF + MProf.at.buckets] !== 0;
}

function accountOnce(m: Mem, loaded: Loaded): RunResult['heap'] {
  const account = accountFor(m, loaded, loaded.blocks);
  release(loaded.blocks.all, loaded.blocks.reachable);
  return { ...account, inPlace: loaded.inPlace, ...(loaded.represented && { represented: loaded.represented }) };
}
