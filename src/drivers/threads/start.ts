/** Starts a machine on real threads. */
import { EXIT, Fatal, UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { messageOf } from '../../base/thrown.ts';
import type { Mem } from '../../memory/struct.ts';
import type { TypeTable } from '../../heap/type-table.ts';
import type { MemoryMap } from '../../memory/map.ts';
import { CHECKPOINT } from '../../gc/doorbell.ts';
import { POLICY } from '../../gc/policy.ts';
import { boot, enableGC, link, planMemory } from '../../runtime/boot.ts';
import { readMemProfile, type MemProfile } from '../../report/memprofile.ts';
import { readMemStats } from '../../report/memstats.ts';
import { checkParams } from '../../workloads/params.ts';
import { accountFor, loadedBlocks, reachable, type LoadedBlocks } from '../../workloads/account.ts';
import { imageNeeds, loadImage } from '../../workloads/load-image.ts';
import { canRestore, readContents, restoreImage, restoreNeeds } from '../../workloads/restore-image.ts';
import type { HeapImage } from '../../workloads/heaps/image.ts';
import { release } from '../../base/lists.ts';
import type { Needs, Params } from '../../workloads/workload.ts';
import type { RunResult, Runtime, RuntimeOptions } from '../api.ts';
import { MachineStuck, Stopped } from '../errors.ts';
import { checkHeapDumpPath, writeHeapDump } from '../heapdump-file.ts';
import { describeMachine } from '../machine-state.ts';
import { GOARCH, shapeFor } from '../shape.ts';
import { compilableMemory } from '../compiled/instance.ts';
import { compiledModule } from '../compiled/load.ts';
import { MODULE_MEMORY_MB, lostModule, openProgram, type Program } from './program.ts';
import { Pulse } from './pulse.ts';
import { errorOf, type MTask } from './task.ts';
import { Thread, type ThreadLost } from './thread.ts';
import { Watcher } from './watch.ts';
import { workerFile } from './worker.ts';

/**
 * Builds the machine, loads heap and workload on M 0, then lets every M go on a thread of
 * its own. Resolves once they run.
 * @throws UsageError for options that can't be met, HeapFormatError, Fatal OUT_OF_MEMORY
 */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const program = await openProgram(options.workload, options.hangSeconds);
  try {
    return await startProgram(program, options);
  } catch (error) {
    await program.close();
    throw error;
  }
}

async function startProgram(program: Program, options: RuntimeOptions): Promise<Runtime> {
  const params = checkParams(program, options.params ?? {});
  if (options.heapdump !== undefined) await checkHeapDumpPath(options.heapdump);
  const { map, restores } = plan(await program.needs(params), options, program.types);
  const memory = reserve(map);
  const m = new Int32Array(memory.buffer, 0, map.words);
  const m0 = boot(m, map, gogcPercent(options.gogc), program.types);
  const loaded = options.heap === undefined ? undefined : await loadHeap(m, m0, options.heap, restores, options.takesHeap ?? false);
  const args = options.args ?? (await program.args(params, options.seed ?? 1));
  const pulse = new Pulse(m, map);
  await program.build(m, m0, params, () => pulse.work());
  await program.start(m, m0, args);
  enableGC(m);
  return run(memory, m, map, program, params, loaded, options);
}

/** The machine for a workload and the heap in front of it; `restores`: that heap can lie where it lay. */
function plan(needs: Needs, options: RuntimeOptions, types: TypeTable | undefined): { readonly map: MemoryMap; readonly restores: boolean } {
  const { heap } = options;
  if (heap === undefined) return { map: planMemory(shapeFor(options, needs, types)), restores: false };
  const map = planToRestore(needs, heap, options);
  if (map !== undefined) return { map, restores: true };
  const arenaBytes = needs.arenaBytes + imageNeeds(heap, GOARCH[options.goarch ?? 'amd64'] * 4).arenaBytes;
  return { map: planMemory(shapeFor(options, { ...needs, arenaBytes }, types)), restores: false };
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
}

/** @param takes the lists of the image are given back as soon as they are done with */
async function loadHeap(m: Mem, m0: number, image: HeapImage, restores: boolean, takes: boolean): Promise<Loaded> {
  const { objects, edges, sizes, firstEdge, targets, places } = image;
  const done = takes ? release : () => {};
  // While there is nothing in the heap yet, because it takes memory too.
  const isReachable = reachable(image);
  if (places === undefined || !restores) {
    if (places !== undefined) done(places.offsets);
    const refs = loadImage(m, m0, image);
    done(sizes, firstEdge, targets);
    return { objects, edges, blocks: loadedBlocks(m, refs, isReachable), inPlace: false };
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

function run(memory: WebAssembly.Memory, m: Mem, map: MemoryMap, program: Program, params: Params, loaded: Loaded | undefined, options: RuntimeOptions): Runtime {
  const limits = program.module === undefined ? undefined : { maxOldGenerationSizeMb: MODULE_MEMORY_MB };
  const threads = Array.from({ length: map.shape.procs }, () => new Thread<MTask>(workerFile(), limits));
  const compiled = map.shape.policy === POLICY.tuned && options.tuning?.code !== 'javascript' ? compiledModule() : null;
  const watcher = new Watcher(m, map, options, { names: link(program.steps).map(({ name }) => name), module: program.module });
  const lost = new Promise<never>((_, reject) => {
    for (const thread of threads) thread.lost.catch((error: ThreadLost) => reject(lostWorker(m, error, program)));
    program.lost.catch(reject);
    options.signal?.addEventListener('abort', stopped, { once: true });
    if (options.signal?.aborted) stopped();
    function stopped(): void {
      reject(new Stopped());
    }
  });
  // Whoever fails first decides: the others may wait for it forever.
  const ms = threads.map((thread, index) => ask(m, thread, { kind: 'run', memory, words: map.words, compiled, index, workload: options.workload }, program));
  const failed = Promise.race([watcher.run().then(() => never()), lost]);
  const finished = Promise.race([Promise.all(ms), failed])
    .then(() => conclude(m, threads[0], failed, program, params, loaded, watcher, options))
    .catch((error: unknown) => Promise.reject(blame(error, program)))
    .finally(end);
  for (const promise of [...ms, finished, failed, lost]) promise.catch(() => {});
  return { m, map, finished, stop: end };
  async function end(): Promise<void> {
    watcher.end();
    await Promise.all([program.close(), ...threads.map((thread) => thread.end())]);
  }
}

/** Has `thread` do `task`; fails as that fails. */
async function ask(m: Mem, thread: Thread<MTask>, task: MTask, program: Program): Promise<void> {
  // That the thread was lost is told by its other promise, with what every P was doing.
  const outcome = await thread.ask(task).catch(() => never());
  if (!outcome.ok) throw explain(m, errorOf(outcome, `workload ${printable(program.name)}`, program.module));
}

/**
 * An error of the main thread about a machine on which a user's module ran: what the module did
 * to the memory can break every reader of it.
 */
function blame(error: unknown, { module }: Program): unknown {
  if (module === undefined || error === null || typeof error !== 'object') return error;
  if (error instanceof Fatal && error.exitCode === EXIT.invariant) return new Fatal(error.code, error.facts, error.exitCode, module);
  return 'exitCode' in error ? error : new Fatal('MEMORY_UNREADABLE', { reason: messageOf(error) }, EXIT.invariant, module);
}

function never(): Promise<never> {
  return new Promise(() => {});
}

function lostWorker(m: Mem, error: ThreadLost, program: Program): Error {
  if (program.module !== undefined && error.cause !== undefined) return lostModule(`workload ${printable(program.name)}`, error);
  return new MachineStuck(`a worker thread died: ${error.message}`, describeMachine(m));
}

/** What every P was doing belongs to the news that none can go on. */
function explain(m: Mem, error: Error): Error {
  const isDeadlock = error instanceof Fatal && error.code === 'DEADLOCK';
  return isDeadlock ? new MachineStuck('all goroutines are asleep: deadlock', describeMachine(m)) : error;
}

/** Undefined if nobody, neither the options nor the program, has asked for one. */
function profileOf(m: Mem, workload: Program, options: RuntimeOptions): MemProfile | undefined {
  const file = options.workload === workload.name ? `sweepgen/workloads/${workload.name}` : options.workload;
  const profile = readMemProfile(m, { text: link(workload.steps), workload: workload.name, file });
  return profile.rate === 0 && profile.records.length === 0 && !options.memprofileRate ? undefined : profile;
}

/** All Ms have left: the rest is swept, counted and, if asked for, verified here. */
async function conclude(m: Mem, thread: Thread<MTask>, failed: Promise<never>, program: Program, params: Params, loaded: Loaded | undefined, watcher: Watcher, options: RuntimeOptions): Promise<RunResult> {
  const elapsedNs = watcher.elapsedNs;
  // On a thread: a memory that a step has damaged may hold the sweep up forever.
  await Promise.race([ask(m, thread, { kind: 'settle' }, program), failed]);
  watcher.look();
  if (options.verify) watcher.check(CHECKPOINT.swept);
  return {
    memstats: readMemStats(m),
    cycles: watcher.cycles,
    lines: await program.report(m, params),
    elapsedNs,
    verified: watcher.verified,
    heap: loaded === undefined ? undefined : accountOnce(m, loaded),
    heapdump: options.heapdump === undefined ? undefined : await writeHeapDump(m, program, options.heapdump),
    memProfile: profileOf(m, program, options),
  };
}

function accountOnce(m: Mem, loaded: Loaded): RunResult['heap'] {
  const account = accountFor(m, loaded, loaded.blocks);
  release(loaded.blocks.all, loaded.blocks.reachable);
  return { ...account, inPlace: loaded.inPlace };
}
