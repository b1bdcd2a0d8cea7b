/** From what a user asks for to the shape of a machine. */
import { availableParallelism } from 'node:os';
import { UsageError } from '../base/fatal.ts';
import { MemoryTooLarge, type MachineShape, type MemoryMap } from '../memory/map.ts';
import { DEBUG, TYPES } from '../memory/config.ts';
import { PAGE_BYTES } from '../memory/address.ts';
import { typeTableWords, type TypeTable } from '../heap/type-table.ts';
import { PARFOR_MAX_ITERATIONS } from '../sync/parfor.ts';
import { COLLECTOR, collectorNamed, type CollectorName } from '../gc/collectors/registry.ts';
import { POLICY } from '../gc/policy.ts';
import { NUM_STACK_ORDERS } from '../malloc/mcache-record.ts';
import { MAX_HOLES, OS_PAGE_WORDS, type Hole } from '../malloc/sys.ts';
import { WORKBUF_CAP } from '../gc/work.ts';
import { planMemory } from '../runtime/boot.ts';
import type { Needs } from '../workloads/workload.ts';
import { policyFor, tunedShape, type MachineTuning, type Policy } from './tuning.ts';

export const MAX_PROCS = 64;
export const MIN_ARENA = 64 << 10;
/** Go's FixedStack, 2 KB, and _StackCacheSize, 32 KB. */
const STACK_MIN_WORDS = (2 << 10) / 4;
const STACK_CACHE_WORDS = (32 << 10) / 4;
/** Bytes below which less is kept for stacks. */
const SMALL_ARENA = 2 << 20;
/** Goroutines of the machine's own: background sweeper, finalizer goroutine, scavenger. */
const SYSTEM_GS = 3;

/** With MTypes the heap also holds, for each span, 64 bytes and one for each of its blocks. */
const MTYPES_SHARE = 1.15;

/** The machines there are, by the 32-bit words of a pointer. */
export const GOARCH = { amd64: 2, '386': 1 } as const;

/** What is reserved at most; of smaller ones, what the head of a lock-free stack can name beside its count of 16 bits. */
const MAX_WORKBUFS = 32_768;
const MAX_SMALL_WORKBUFS = 65_000;

/** What of RuntimeOptions decides the shape. */
export interface ShapeOptions {
  readonly procs?: number;
  readonly arena?: number;
  readonly osHoles?: readonly Hole[];
  readonly seed?: number;
  readonly verify?: boolean;
  readonly policy?: Policy;
  readonly goarch?: keyof typeof GOARCH;
  readonly gcEvery?: number;
  readonly types?: keyof typeof TYPES;
  readonly collector?: CollectorName;
  readonly debug?: readonly (keyof typeof DEBUG)[];
  readonly memprofileRate?: number;
  readonly gctrace?: 1 | 2;
  readonly tuning?: MachineTuning;
}

/** Words of a record of one sampled block, whichever kind it is. */
const SAMPLE_WORDS = 8;
/** For the profiler's hash table and some thousand buckets; a program may ask for a profile at any time. */
const BUCKET_WORDS = 1 << 18;
/** Of the least block that has a special. */
const LEAST_BYTES = 16;

/** Room for the memory profiler: as many samples as the arena may hold at once, and half as many again. */
function profileWords(arenaPages: number, rate: number): number {
  if (rate === 0) return BUCKET_WORDS;
  const samples = (arenaPages * PAGE_BYTES) / Math.max(LEAST_BYTES, rate);
  return 2 * BUCKET_WORDS + Math.min(1 << 27, Math.ceil(1.5 * samples * SAMPLE_WORDS));
}

/** Bytes by which the largest arena is searched for. */
const ARENA_STEP = 1 << 20;

/**
 * Plans the memory of a machine for `needs`.
 * @param types what the workload declares
 * @throws UsageError for what shapeFor refuses, and for an arena that is too large: it names the largest
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

/** Bytes of the largest arena, in whole MB, that a machine for `needs` can have; 0 if even the smallest is too large. */
export function largestArena(options: ShapeOptions, needs: Needs, types?: TypeTable): number {
  return largestArenaOf((arena) => shapeFor({ ...options, arena }, needs, types));
}

/**
 * Bytes of the largest arena, in whole MB, with which `shapeOf` gives a machine that can be had; 0 if there is none.
 * @param shapeOf the shape of a machine by the bytes of its arena
 */
export function largestArenaOf(shapeOf: (arena: number) => MachineShape): number {
  // What belongs to an arena grows with it, so the sizes that fit are those up to some size.
  let fits = 0;
  let isTooLarge = 2 ** 32 / ARENA_STEP;
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
 * The machine of Go's own sizes for `needs`.
 * @param types what the workload declares
 * @throws UsageError for thread counts and arenas that can't be had, and for what only one machine can do
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
  const maxGs = maxGsFor(needs);
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
    verify: options.verify ?? false,
    gctrace: options.gctrace === 2 ? 2 : true,
    timeslice: 16,
    policy: POLICY[policy],
    gcEvery: options.gcEvery ?? 0,
    typeWords: typeTableWords(types, ptrWords),
    types: TYPES[options.types ?? 'none'],
    collector: COLLECTOR[options.collector ?? 'parallel'],
    debug: (options.debug ?? []).reduce((bits, flag) => bits | DEBUG[flag], 0),
    memprofileRate: options.memprofileRate ?? 0,
    seed: options.seed ?? 1,
    arenaFrom: needs.arenaFrom,
  };
}

/** The bytes of arena that `needs` comes to, if the user does not say. */
export function arenaFor(options: ShapeOptions, needs: Needs): number {
  const procs = options.procs ?? Math.min(MAX_PROCS, availableParallelism());
  const stackWords = stackWordsFor(options, needs);
  return needs.arenaBytes * (options.types === 'mtypes' ? MTYPES_SHARE : 1) + stackBytes(maxGsFor(needs), stackWords, procs);
}

function stackWordsFor({ goarch = 'amd64' }: ShapeOptions, needs: Needs): number {
  return (needs.stackWords ?? 512) * GOARCH[goarch];
}

function maxGsFor(needs: Needs): number {
  return needs.goroutines + SYSTEM_GS + 2;
}

/** Checks that the collector can use the mark loop that the options choose. */
function checkCollector({ collector, types }: ShapeOptions, policy: Policy): void {
  if (collector === undefined || collectorNamed(collector).takesPolicy) return;
  if (policy !== 'go1.3') {
    throw new UsageError(`the collector ${collector} has a mark loop of its own; leave --policy ${policy} out`);
  }
  if (types !== undefined && types !== 'none') {
    throw new UsageError(`the collector ${collector} takes any word for a pointer; leave --types ${types} out`);
  }
}

/** Holes in the arena's range, in order: whole pages of the system's, past what must be reserved first. */
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

/** Room in the arena for all stacks at their largest, and for those that Ps and pools keep. */
function stackBytes(goroutines: number, words: number, procs: number): number {
  const largest = 2 ** Math.ceil(Math.log2(Math.max(words, STACK_MIN_WORDS))) * 4;
  return 2 * goroutines * largest + (procs + 1) * NUM_STACK_ORDERS * STACK_CACHE_WORDS * 4;
}
