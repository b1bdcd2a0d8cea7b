/** Turns the options of a machine into its shape. */
import { availableParallelism } from 'node:os';
import { UsageError } from '../base/fatal.ts';
import { OPTION_WORDS } from '../memory/config.ts';
import { MOST_WORDS, MemoryTooLarge, type MachineShape, type MemoryMap } from '../memory/map.ts';
import { PAGE_BYTES } from '../memory/address.ts';
import { typeTableWords, type TypeTable } from '../heap/type-table.ts';
import { EVENT_CAP } from '../sync/events.ts';
import { PARFOR_MAX_ITERATIONS } from '../sync/parfor.ts';
import { collectorNamed } from '../gc/collectors/registry.ts';
import { POLICY } from '../gc/policy.ts';
import { NUM_STACK_ORDERS } from '../malloc/mcache-record.ts';
import { MAX_HOLES, OS_PAGE_WORDS, type Hole } from '../malloc/sys.ts';
import { WORKBUF_CAP } from '../gc/work.ts';
import { MAX_WORKERS } from '../runtime/beside-record.ts';
import { planMemory } from '../runtime/boot.ts';
import type { Needs } from '../workloads/workload.ts';
import { GOARCH, MAX_PROCS, MIN_ARENA, optionWords, type MachineOptions } from './machine-options.ts';
import { policyFor, tunedShape, type Policy } from './tuning.ts';

/** Go's FixedStack, 2 KB, and _StackCacheSize, 32 KB. */
const STACK_MIN_WORDS = (2 << 10) / 4;
const STACK_CACHE_WORDS = (32 << 10) / 4;
/** Bytes of an arena below which Ps keep fewer free stacks. */
const SMALL_ARENA = 2 << 20;
/** Number of system goroutines: background sweeper, finalizer goroutine, scavenger. */
const SYSTEM_GS = 3;

/** Growth of the heap by MTypes: for each span 64 bytes, and one for each of its blocks. */
const MTYPES_SHARE = 1.15;

/** Steps that a goroutine runs before it must let others run. */
const TIMESLICE = 16;
/** Words of options that are not given, where a machine on threads differs from OPTION_WORDS or the map needs them. */
const DEFAULTS = { gctrace: 1, types: OPTION_WORDS.types, collector: OPTION_WORDS.collector, debug: OPTION_WORDS.debug };

/** Most work buffers that are reserved. */
const MAX_WORKBUFS = 32_768;
/** Most work buffers smaller than Go's: the head of a lock-free stack has 16 bits for the number of a buffer. */
const MAX_SMALL_WORKBUFS = 65_000;

/** The options of a machine that is not started: those that decide nothing of its shape are ignored. */
export type ShapeOptions = MachineOptions;

/** Most words of the record of a sampled block. */
const SAMPLE_WORDS = 8;
/** Words for the profiler's hash table and a few thousand buckets; a program may start a profile at any time. */
const BUCKET_WORDS = 1 << 18;
/** Bytes of the smallest block that can have a special. */
const LEAST_BYTES = 16;

/** Returns the words for the memory profiler: half as many samples again as the arena can hold at once. */
function profileWords(arenaPages: number, rate: number): number {
  if (rate === 0) return BUCKET_WORDS;
  const samples = (arenaPages * PAGE_BYTES) / Math.max(LEAST_BYTES, rate);
  return 2 * BUCKET_WORDS + Math.min(1 << 27, Math.ceil(1.5 * samples * SAMPLE_WORDS));
}

/** Precision in bytes of the search for the largest arena. */
const ARENA_STEP = 1 << 20;

/**
 * Plans the memory of a machine for `needs`.
 * @param types the types that the workload declares
 * @throws UsageError for options that shapeFor refuses, and for an arena that is too large, with the largest possible one
 */
export function planMachine(options: ShapeOptions, needs: Needs, types?: TypeTable): MemoryMap {
  try {
    return planMemory(shapeFor(options, needs, types));
  } catch (error) {
    if (!(error instanceof MemoryTooLarge)) throw error;
    const most = largestArena(options, needs, types) / 2 ** 20;
    const [arena, wayOut] = options.arena === undefined ? [needs.arenaBytes, ''] : [options.arena, `; give --arena ${most}M or less`];
    throw new UsageError(`an arena of ${Math.ceil(arena / 2 ** 20)} MB can't be had: the largest that this machine can have is ${most} MB${most > 0 ? wayOut : ''}`);
  }
}

/** Returns the bytes of the largest arena, in whole MB, that a machine for `needs` can have; 0 if even the smallest is too large. */
export function largestArena(options: ShapeOptions, needs: Needs, types?: TypeTable): number {
  return largestArenaOf((arena) => shapeFor({ ...options, arena }, needs, types));
}

/**
 * Returns the bytes of the largest arena, in whole MB, with which a machine of `shapeOf` fits into memory; 0 if none does.
 * @param shapeOf returns the shape of a machine by the bytes of its arena
 */
export function largestArenaOf(shapeOf: (arena: number) => MachineShape): number {
  // The machine grows with its arena, so bisect.
  let fits = 0;
  let isTooLarge = (MOST_WORDS * 4) / ARENA_STEP;
  while (isTooLarge - fits > 1) {
    const middle = Math.floor((fits + isTooLarge) / 2);
    if (isPossible(shapeOf(middle * ARENA_STEP))) fits = middle;
    else isTooLarge = middle;
  }
  return fits * ARENA_STEP;
}

function isPossible(shape: MachineShape): boolean {
  try {
    planMemory(shape);
    return true;
  } catch (error) {
    if (error instanceof MemoryTooLarge) return false;
    throw error;
  }
}

/**
 * Returns the shape of a machine with Go's own sizes for `needs`.
 * @param types the types that the workload declares
 * @throws UsageError for impossible numbers of threads and arenas, and for options that exclude each other
 */
export function shapeFor(options: ShapeOptions, needs: Needs, types?: TypeTable): MachineShape {
  const policy = policyFor(options);
  if (policy !== 'go1.3' && (options.types ?? 'none') !== 'none') {
    throw new UsageError(`--policy ${policy} knows no types; leave it away, or --types ${options.types}`);
  }
  const procs = options.procs ?? Math.min(MAX_PROCS, availableParallelism());
  if (!Number.isInteger(procs) || procs < 1 || procs > MAX_PROCS) {
    throw new UsageError(`the number of Ps must be 1 to ${MAX_PROCS}, not ${procs}`);
  }
  const ptrWords = GOARCH[options.goarch ?? 'amd64'];
  const stackWords = stackWordsFor(options, needs);
  const maxGs = maxGsFor(options, needs);
  const arena = options.arena ?? arenaFor(options, needs);
  if (!(arena >= MIN_ARENA)) {
    throw new UsageError(`an arena of ${arena} bytes is too small; the least is --arena ${MIN_ARENA / 1024}K`);
  }
  if (needs.goroutines + SYSTEM_GS > PARFOR_MAX_ITERATIONS - 16) {
    throw new UsageError(`${needs.goroutines} goroutines are too many; the most is ${PARFOR_MAX_ITERATIONS - 16 - SYSTEM_GS}`);
  }
  checkCollector(options, policy);
  if (options.debug?.includes('checkptr') && options.types !== 'mtypes') {
    throw new UsageError('checkptr compares pointers with the types that spans keep; use --godebug checkptr with --types mtypes');
  }
  if (ptrWords === 1 && policy !== 'go1.3') {
    throw new UsageError(`the ${policy} mark loop is made for pointers of 64 bits; leave --policy ${policy} out with --goarch 386`);
  }
  const arenaPages = Math.ceil(arena / PAGE_BYTES);
  const tuned = tunedShape(options.tuning ?? {});
  const workbuf = tuned.workbufCap;
  return {
    ptrWords,
    procs,
    hasCores: procs <= availableParallelism(),
    arenaPages,
    osHoles: checkHoles(options.osHoles ?? [], ptrWords, arenaPages),
    maxGs,
    stackWords,
    stackMinWords: STACK_MIN_WORDS,
    // An arena of a few pages can't spare four for each size of stacks.
    stackCacheWords: arena < SMALL_ARENA ? PAGE_BYTES / 4 : STACK_CACHE_WORDS,
    dataWords: 64 + (needs.dataPointers ?? 0) * ptrWords,
    bssWords: Math.max(64, needs.globals * ptrWords),
    // Specials and blocks of queued finalizers: at most one of each for every 64 bytes of heap.
    persistentWords: Math.min(1 << 26, (1 << 18) + (arenaPages * PAGE_BYTES) / 16) + profileWords(arenaPages, options.memprofileRate ?? 0),
    cycleLogCap: 256,
    // Every object of 16 bytes could be waiting to be scanned at once.
    maxWorkbufs: Math.min(workbuf < WORKBUF_CAP ? MAX_SMALL_WORKBUFS : MAX_WORKBUFS, 64 + Math.ceil((arenaPages * (3 / 8) * WORKBUF_CAP) / workbuf)),
    ...tuned,
    chunkPages: 128,
    abaBits: 16,
    ...DEFAULTS,
    ...optionWords(options),
    eventCap: options.recordEvents ? EVENT_CAP : 0,
    policy: POLICY[policy],
    timeslice: TIMESLICE,
    typeWords: typeTableWords(types, ptrWords),
    arenaFrom: needs.arenaFrom,
  };
}

/** Returns the default size of the arena for `needs`, in bytes. */
export function arenaFor(options: ShapeOptions, needs: Needs): number {
  const procs = options.procs ?? Math.min(MAX_PROCS, availableParallelism());
  const stackWords = stackWordsFor(options, needs);
  return Math.ceil(needs.arenaBytes * (options.types === 'mtypes' ? MTYPES_SHARE : 1) * growthFor(options)) + stackBytes(maxGsFor(options, needs), stackWords, procs);
}

/** Most growth of an arena for GOGC. With a larger GOGC a collection may be too late, as with none. */
const MOST_GROWTH = 8;

/**
 * Returns how many times the arena that a workload asks for is needed. It counts on GOGC 100: on a heap that doubles between
 * collections, and on a first collection at 4 MB. The goal of the first grows with GOGC, and that of the others more slowly.
 */
function growthFor({ gogc = 100 }: ShapeOptions): number {
  return gogc === 'off' ? 1 : Math.min(MOST_GROWTH, Math.max(1, gogc / 100));
}

function stackWordsFor({ goarch = 'amd64' }: ShapeOptions, needs: Needs): number {
  return (needs.stackWords ?? 512) * GOARCH[goarch];
}

function maxGsFor({ collector }: ShapeOptions, needs: Needs): number {
  const workers = collector !== undefined && collectorNamed(collector).markSome !== undefined ? MAX_WORKERS : 0;
  return needs.goroutines + SYSTEM_GS + workers + 2;
}

/** Checks that the collector can use the mark loop that the options choose, and what else they ask of it. */
function checkCollector({ collector, types, checkmark, memoryLimit }: ShapeOptions, policy: Policy): void {
  const unheeded = checkmark === true ? '--checkmark' : memoryLimit !== undefined ? '--memory-limit' : undefined;
  if (unheeded !== undefined && collectorNamed(collector ?? 'parallel').beginMark === undefined) {
    throw new UsageError(`${unheeded} is for a collector that marks concurrently with the program; add --collector concurrent`);
  }
  if (checkmark === true && (types ?? 'none') !== 'none') {
    throw new UsageError(`--checkmark takes any word for a pointer; leave --types ${types} out`);
  }
  if (collector === undefined || collectorNamed(collector).takesPolicy) return;
  if (policy !== 'go1.3') {
    throw new UsageError(`the collector ${collector} has a mark loop of its own; leave --policy ${policy} out`);
  }
  if (types !== undefined && types !== 'none') {
    throw new UsageError(`the collector ${collector} takes any word for a pointer; leave --types ${types} out`);
  }
}

/** Returns the holes in the arena's range in order. They are whole pages, and come after its first eighth, which the heap reserves first. */
function checkHoles(holes: readonly Hole[], ptrWords: number, arenaPages: number): readonly Hole[] {
  if (holes.length === 0) return holes;
  if (ptrWords === 2) throw new UsageError('the 64-bit machine reserves its whole arena at once; use --arena-holes with --goarch 386');
  if (holes.length > MAX_HOLES) throw new UsageError(`--arena-holes takes at most ${MAX_HOLES} holes, not ${holes.length}`);
  const least = Math.ceil(arenaPages / 8) * PAGE_BYTES;
  const page = OS_PAGE_WORDS * 4;
  const sorted = holes.toSorted((a, b) => a.offset - b.offset);
  let end = least;
  for (const { offset, bytes } of sorted) {
    if (offset % page !== 0 || bytes % page !== 0 || bytes <= 0) throw new UsageError(`a hole in the arena is whole pages of ${page / 1024}K, not ${bytes} bytes at ${offset}`);
    if (offset < end) throw new UsageError(`no hole in this arena can begin at ${offset / 1024}K: ${end === least ? 'the first eighth of the arena' : 'the hole before'} ends at ${end / 1024}K`);
    end = offset + bytes;
  }
  return sorted;
}

/** Returns the bytes for all stacks at their largest, and for the free stacks of Ps and pools. */
function stackBytes(goroutines: number, words: number, procs: number): number {
  const largest = 2 ** Math.ceil(Math.log2(Math.max(words, STACK_MIN_WORDS))) * 4;
  return 2 * goroutines * largest + (procs + 1) * NUM_STACK_ORDERS * STACK_CACHE_WORDS * 4;
}
