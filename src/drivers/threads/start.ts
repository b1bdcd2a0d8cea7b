/** Starts a machine on real threads. */
import { Fatal, UsageError } from '../../base/fatal.ts';
import type { Mem } from '../../memory/struct.ts';
import type { TypeTable } from '../../heap/type-table.ts';
import { ptrWords } from '../../memory/config.ts';
import type { MemoryMap } from '../../memory/map.ts';
import { mAt } from '../../machine/m.ts';
import { NOTHING_TO_SWEEP, sweepone } from '../../malloc/sweep.ts';
import { CHECKPOINT } from '../../gc/doorbell.ts';
import { POLICY } from '../../gc/policy.ts';
import { boot, enableGC, link, planMemory, startMain } from '../../runtime/boot.ts';
import { setInt } from '../../runtime/mutator.ts';
import { settle } from '../../runtime/settle.ts';
import { SCHED, Sched } from '../../machine/sched.ts';
import { readMemProfile, type MemProfile } from '../../report/memprofile.ts';
import { readMemStats } from '../../report/memstats.ts';
import { checkParams, loadWorkload } from '../../workloads/registry.ts';
import { accountFor, loadedBlocks, reachable, type LoadedBlocks } from '../../workloads/account.ts';
import { loadImage } from '../../workloads/load-image.ts';
import { WHOLE, representedObjects, type Limit, type Represented } from '../../workloads/represent.ts';
import { canRestore, readContents, restoreImage, restoreNeeds } from '../../workloads/restore-image.ts';
import type { HeapImage } from '../../workloads/heaps/image.ts';
import { release } from '../../base/lists.ts';
import type { Needs, Params, Workload } from '../../workloads/workload.ts';
import type { RunResult, Runtime, RuntimeOptions } from '../api.ts';
import { MachineStuck, Stopped } from '../errors.ts';
import { checkHeapDumpPath, writeHeapDump } from '../heapdump-file.ts';
import { describeMachine } from '../machine-state.ts';
import { roomFor } from '../heap-room.ts';
import { shapeFor } from '../shape.ts';
import { compilableMemory } from '../compiled/instance.ts';
import { compiledModule } from '../compiled/load.ts';
import { makePool } from './pool.ts';
import { errorOf } from './task.ts';
import { Watcher } from './watch.ts';

/**
 * Builds the machine, loads heap and workload on M 0, then lets every M go on a thread of
 * its own. Resolves once they run.
 * @throws UsageError for options that can't be met, HeapFormatError, Fatal OUT_OF_MEMORY
 */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const workload = await loadWorkload(options.workload);
  const params = checkParams(workload, options.params ?? {});
  if (options.heapdump !== undefined) await checkHeapDumpPath(options.heapdump);
  const { map, restores, limit } = plan(workload.needs(params), options, workload.types);
  const memory = reserve(map);
  const m = new Int32Array(memory.buffer, 0, map.words);
  const m0 = boot(m, map, gogcPercent(options.gogc), workload.types);
  const loaded = options.heap === undefined ? undefined : await loadHeap(m, m0, options.heap, restores ? undefined : limit, options.takesHeap ?? false);
  workload.build?.(m, m0, params);
  startProgram(m, m0, workload, options.args ?? workload.args(params, options.seed ?? 1));
  return run(memory, m, map, workload, params, loaded, options);
}

/** A machine for a workload and the heap in front of it. */
interface Plan {
  readonly map: MemoryMap;
  /** The heap can lie where it lay. */
  readonly restores: boolean;
  readonly limit: Limit;
}

function plan(needs: Needs, options: RuntimeOptions, types: TypeTable | undefined): Plan {
  const { heap } = options;
  if (heap === undefined) return { map: planMemory(shapeFor(options, needs, types)), restores: false, limit: WHOLE };
  const map = planToRestore(needs, heap, options);
  if (map !== undefined) return { map, restores: true, limit: WHOLE };
  const room = roomFor(heap, needs, options, (arena) => shapeFor({ ...options, arena }, needs, types));
  return { map: planMemory(shapeFor(options, room.needs, types)), restores: false, limit: room.limit };
}

/** The machine in which `heap` can lie where it lay; undefined if there is none. */
function planToRestore(needs: Needs, heap: HeapImage, options: RuntimeOptions): MemoryMap | undefined {
  if (heap.places === undefined || !isPlain(options)) return undefined;
  try {
    const map = planMemory(shapeFor(options, restoreNeeds(needs, heap, heap.places)));
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
  readonly represented?: Represented;
}

/**
 * @param limit undefined: the heap is put where it lay
 * @param takes the lists of the image are given back as soon as they are done with
 */
async function loadHeap(m: Mem, m0: number, image: HeapImage, limit: Limit | undefined, takes: boolean): Promise<Loaded> {
  const { objects, edges, sizes, firstEdge, targets, places } = image;
  const done = takes ? release : () => {};
  // While there is nothing in the heap yet, because it takes memory too.
  const isReachable = reachable(image);
  if (places === undefined || limit !== undefined) {
    if (places !== undefined) done(places.offsets);
    const represented = representedObjects(image, ptrWords(m) * 4, limit ?? WHOLE, isReachable);
    const refs = loadImage(m, m0, image, limit);
    done(sizes, firstEdge, targets);
    return { objects, edges, blocks: loadedBlocks(m, refs, isReachable), inPlace: false, represented };
  }
  // The contents say them once more.
  done(firstEdge, targets);
  const blocks = loadedBlocks(m, restoreImage(m, m0, image, places), isReachable);
  await readContents(m, image, places);
  done(sizes, places.offsets);
  return { objects, edges, blocks, inPlace: true };
}

function reserve(map: MemoryMap): WebAssembly.Memory {
  try {
    return compilableMemory(map.words);
  } catch {
    throw new UsageError(`${Math.ceil((map.words * 4) / 2 ** 20)} MB can't be reserved here; give a smaller --arena`);
  }
}

function gogcPercent(gogc: number | 'off' | undefined): number {
  if (gogc === 'off') return -1;
  const percent = gogc ?? 100;
  if (!Number.isInteger(percent) || percent < 0 || percent > 100_000) {
    throw new UsageError(`GOGC must be 'off' or 0 to 100000 percent, not ${gogc}`);
  }
  return percent;
}

function startProgram(m: Mem, m0: number, workload: Workload, args: readonly number[]): void {
  startMain(m, m0, workload.main.pc, workload.main.slots);
  const main = m[SCHED + Sched.at.maing];
  args.forEach((value, i) => setInt(m, main, i, value));
  enableGC(m);
}

function run(memory: WebAssembly.Memory, m: Mem, map: MemoryMap, workload: Workload, params: Params, loaded: Loaded | undefined, options: RuntimeOptions): Runtime {
  const procs = map.shape.procs;
  const pool = makePool(procs);
  const compiled = map.shape.policy === POLICY.tuned && options.tuning?.code !== 'javascript' ? compiledModule() : null;
  const watcher = new Watcher(m, options, link(workload.steps).map(({ name }) => name));
  const lost = new Promise<never>((_, reject) => {
    pool.on('error', (error) => reject(lostWorker(m, error)));
    options.signal?.addEventListener('abort', stopped, { once: true });
    if (options.signal?.aborted) stopped();
    function stopped(): void {
      reject(new Stopped());
    }
  });
  // Whoever fails first decides: the others may wait for it forever.
  const ms = Array.from({ length: procs }, async (_, index) => {
    const outcome = await pool
      .run({ memory, words: map.words, compiled, index, workload: options.workload })
      .catch((error: unknown) => Promise.reject(lostWorker(m, error)));
    if (!outcome.ok) throw explain(m, errorOf(outcome, workload.name));
  });
  const finished = Promise.race([Promise.all(ms), watcher.run().then(() => never()), lost])
    .then(() => conclude(m, workload, params, loaded, watcher, options))
    .finally(async () => {
      watcher.end();
      await pool.destroy();
    });
  for (const promise of [...ms, finished, lost]) promise.catch(() => {});
  return {
    m,
    map,
    finished,
    async stop() {
      watcher.end();
      await pool.destroy();
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

/** What every P was doing belongs to the news that none can go on. */
function explain(m: Mem, error: Error): Error {
  const isDeadlock = error instanceof Fatal && error.code === 'DEADLOCK';
  return isDeadlock ? new MachineStuck('all goroutines are asleep: deadlock', describeMachine(m)) : error;
}

/** Undefined if nobody, neither the options nor the program, has asked for one. */
function profileOf(m: Mem, workload: Workload, options: RuntimeOptions): MemProfile | undefined {
  const file = options.workload === workload.name ? `sweepgen/workloads/${workload.name}` : options.workload;
  const profile = readMemProfile(m, { text: link(workload.steps), workload: workload.name, file });
  return profile.rate === 0 && profile.records.length === 0 && !options.memprofileRate ? undefined : profile;
}

/** All Ms have left: the rest is swept, counted and, if asked for, verified here. */
async function conclude(m: Mem, workload: Workload, params: Params, loaded: Loaded | undefined, watcher: Watcher, options: RuntimeOptions): Promise<RunResult> {
  const elapsedNs = watcher.elapsedNs;
  // What the sweep traces must be read as it goes on, or it would wait for room forever.
  do watcher.look();
  while (sweepone(m, mAt(m, 0)) !== NOTHING_TO_SWEEP);
  settle(m);
  watcher.look();
  if (options.verify) watcher.check(CHECKPOINT.swept);
  return {
    memstats: readMemStats(m),
    cycles: watcher.cycles,
    lines: workload.report?.(m, params) ?? [],
    elapsedNs,
    verified: watcher.verified,
    heap: loaded === undefined ? undefined : accountOnce(m, loaded),
    heapdump: options.heapdump === undefined ? undefined : await writeHeapDump(m, workload, options.heapdump),
    memProfile: profileOf(m, workload, options),
  };
}

function accountOnce(m: Mem, loaded: Loaded): RunResult['heap'] {
  const account = accountFor(m, loaded, loaded.blocks);
  release(loaded.blocks.all, loaded.blocks.reachable);
  return { ...account, inPlace: loaded.inPlace, ...(loaded.represented && { represented: loaded.represented }) };
}
