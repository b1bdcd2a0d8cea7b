/** The invariants that the oracle checks, each with its problem code, and the list of problems found. */

/** By problem code: the invariant that is violated. */
export const INVARIANTS = {
  // reachability
  LOST_OBJECT: 'every block reachable from a root is marked',
  LEAKED_MARK: 'every marked block is reachable from a root',
  FREED_LIVE_OBJECT: 'the sweep frees no block that was reachable when marking ended',
  // the bitmap
  BITMAP_ALLOCATED: 'the allocated bit is set at each block start and boundary of a span in use, and nowhere else',
  BITMAP_SCAN: 'the scan bit is set only at allocated blocks',
  MARK_LEFT: 'after the sweep no block is marked',
  // types
  SPAN_TYPES: 'each type that a span records for a block is in the type table, and free blocks have none',
  // reference words
  REFWORD_FREE: 'the reference word of a block is RefFree if and only if the block is free',
  REFWORD_STATE: 'the reference word of an allocated block is RefNone; when marking ends it is RefSome if the block is reachable, else RefFinalize if it has a finalizer',
  REFWORD_FLAGS: 'the flags of a reference word tell whether its block has pointers, a finalizer and an entry in the address map',
  // spans
  SPAN_RECORD: 'every span record has exactly one state: in use, free, faulted, stacks, or on the list of unused records',
  SPAN_FIELDS: "a span's size, count and limit are those of its class",
  SPAN_TILING: 'spans cover the used arena without overlap; only the 32-bit machine has gaps between them',
  SPAN_MAP: 'the span map names the span at each page in use and at both ends of a free span',
  SPAN_UNSWEPT: 'every span in use is swept',
  EMPTY_SPAN_KEPT: 'no span in use has only free blocks, unless a P caches it',
  FREE_SPANS_ADJACENT: 'no two free spans are adjacent',
  FREE_SPAN_DIRTY: 'a free span that needs no zeroing is zero',
  // blocks
  FREELIST_CORRUPT: 'every entry of a freelist is a block of its span',
  FREELIST_CYCLE: 'no block is on a freelist twice',
  FREEBUF: 'freebuf holds explicitly freed blocks, each once, and only while a P caches the span',
  FREELIST_COUNT: 'nalloc + |freelist| == nelems',
  FREE_BLOCK_DIRTY: 'a free block whose second word is zero is zero past its first',
  // efence
  FAULTED_WRITTEN: 'no write changes memory that efence has taken away',
  // lists
  LIST_CORRUPT: 'a span list is circular, its links are symmetric, and its spans name it',
  SPAN_ON_WRONG_LIST: 'a span is on exactly the list for its state, size and free blocks',
  // caches
  CACHE_SLOT: 'an MCache slot holds the empty span or a span of its class',
  SPAN_INCACHE: 'incache is 1 for a span in exactly one MCache slot, and 0 for all others',
  CACHE_NOT_FLUSHED: 'when marking ends, no MCache holds a span',
  TINY_BLOCK: 'the unused part of a tiny block lies within one allocated block',
  // counters
  MCENTRAL_NFREE: "an mcentral's nfree counts the free blocks of its uncached spans",
  FAULTED_REACHED: 'no live word points to faulted memory',
  HEAP_BYTES: 'heapIdle + heapInuse == heapSys, each the sum over its spans',
  HEAP_ALLOC: 'heap_alloc plus the unreported bytes of the MCaches == bytes allocated',
  NEXT_GC: 'next_gc is never negative; after the sweep it is the live bytes plus GOGC percent of them',
  SWEEP_COUNT: 'a sweep frees exactly the unmarked blocks, except those that were freed explicitly',
  COUNTER_NEGATIVE: 'no count is negative',
  HEAP_MARKED: 'heapMarked is the bytes that were allocated when the last mark ended',
  PAUSES: 'the recorded pauses add up to the total, and the last pause ended at lastGc',
  MEMSTATS: 'mallocs - frees == objects, as of the last recount',
  SYS_BYTES: 'each statistic of Sys equals its recount, and their sum is the memory that the system mapped',
  PERSISTENT_BOUNDS: 'the persistent region has not overflowed',
  // specials and finalizers
  SPECIALS_ORDER: "a span's specials are sorted by offset, then kind",
  SPECIAL_OFFSET: 'a special has a known kind and an offset within a block of its span',
  SPECIAL_ON_FREE_BLOCK: 'no free block and no free span has specials',
  SPECIAL_COUNT: 'every special record is on exactly one span or unused',
  FINALIZER_COUNT: 'finalizers queued == run + pending',
  FINALIZER_OF_FREE_BLOCK: 'a pending finalizer keeps its object',
  FINALIZER_SLOT_DIRTY: 'an entry past the count of its block is clear',
  FINBLOCK_LISTS: 'a block of finalizers is queued, free, or in use by the finalizer goroutine',
  FINALIZER_WAKEUP_LOST: 'if finalizers are queued, the finalizer goroutine is awake or will be woken',
  // memory profile
  BUCKET_LISTS: 'every bucket is once on the list of all buckets and once on a chain of the hash table, and no two are equal',
  BUCKET_COUNTS: "no count of a bucket is negative, and no stage of it has published more frees than mallocs",
  PROFILE_BUCKET: 'every sampled block names a bucket of its size',
  PROFILE_COUNT: "a bucket's mallocs - frees == sampled blocks that name it",
  PROFILE_PUBLISHED: 'a bucket publishes the blocks in use at the end of a mark, after all garbage of that mark was freed',
  ADDR_MAP: 'every address in the map is that of an allocated block, in its own chain; all other entries are free',
  // work of the mark phase
  WORKBUF_LOST: 'every workbuf is on the stack of empty workbufs',
  WORKBUF_TWICE: 'no workbuf is on two stacks, or on one twice',
  WORK_LEFT: 'the stack of full workbufs is empty',
  SCANBUF_BUSY: 'no M is marking or holds a workbuf, objects to scan or unwritten marks',
  MARK_NOT_ENDED: 'when marking ends, every marking M waits and every helper is done',
  ROOT_LEFT: 'when marking ends, every root job was taken',
  SPAN_LEFT: 'when marking ends, no span is queued to be scanned',
  SCAN_BIT: 'when marking ends, a marked block that may hold pointers has its scan bit if its span is marked as a whole, and no unmarked block has one',
  // stacks
  STACK_PLACE: 'each stack lies in a stack span of its size',
  STACK_TWICE: 'each stack has exactly one owner: a goroutine, a P, or the freelist of its span',
  STACK_COUNT: 'the counts agree: stacks in a span, stacks that a P keeps, and stacksInuse for all stack spans',
  STACKS_KEPT: 'a P keeps no more free stacks of an order than stackCacheWords allows, and none during marking',
  // scheduler
  G_STATUS: 'while the world is stopped, each goroutine is runnable, waiting, in a system call or dead',
  G_STACK: "a goroutine's stack pointer and frame lie in its stack",
  G_FRAMES: "a goroutine's frames link the running frame to the first, at the start of its stack",
  G_QUEUE: 'a runnable goroutine is on exactly one run queue, a dead one on the free list, others on none',
  G_OWNER: 'a goroutine and the M that runs it name each other',
  CHAN_QUEUE: 'a goroutine that waits on channels is exactly once on a queue of each',
  CHAN_BUFFER: 'count and indices of a channel agree, its unused elements are zero, and goroutines wait on it only if they must',
  RUNQ_CORRUPT: 'a run queue holds as many goroutines as it counts',
  WORLD_NOT_STOPPED: 'at a checkpoint, one M collects and holds worldsema, and every P is stopped or dead',
  IDLE_LIST: 'every M outside a system call is on the idle list once, except the collecting M and those of dead Ps, and no P is idle',
  LOCK_HELD: 'at a checkpoint no lock is held, except sched.lock by an M that is about to sleep',
  M_LOCKS: 'the lock count of a collecting or sleeping M is 0',
} as const;

export type ProblemCode = keyof typeof INVARIANTS;

export interface Problem {
  readonly code: ProblemCode;
  /** One sentence with the facts. */
  readonly message: string;
}

export interface VerifyReport {
  /** The checkpoint, see CHECKPOINT. */
  readonly point: number;
  /** Number of blocks, spans, words and records checked. */
  readonly checks: number;
  readonly problems: readonly Problem[];
  /** Number of problems that are not listed. */
  readonly unlisted: number;
}

/** Most problems listed in a report. */
const MOST = 20;
/** Most problems listed of one code, so that one kind leaves room for the others. */
const MOST_OF_A_KIND = 6;

/** Collects problems. A check without problems allocates nothing. */
export class Findings {
  checks = 0;
  private problems: Problem[] = [];
  private counts = new Map<ProblemCode, number>();
  /** Number of problems, listed or not. */
  total = 0;

  begin(): void {
    this.checks = 0;
    if (this.total === 0) return;
    this.problems = [];
    this.counts = new Map();
    this.total = 0;
  }

  /** Adds a problem. `message` is called only if the problem will be listed. */
  add(code: ProblemCode, message: () => string): void {
    this.total++;
    const count = this.counts.get(code) ?? 0;
    this.counts.set(code, count + 1);
    if (count < MOST_OF_A_KIND && this.problems.length < MOST) this.problems.push({ code, message: message() });
  }

  report(point: number): VerifyReport {
    return { point, checks: this.checks, problems: this.problems, unlisted: this.total - this.problems.length };
  }
}
