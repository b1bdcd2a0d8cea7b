/** What the oracle can find wrong: one code for each law, and the collector of findings. */

/** Each code with the law that does not hold. */
export const LAWS = {
  // reachability
  LOST_OBJECT: 'every block that a root leads to is marked',
  LEAKED_MARK: 'every marked block is reached from a root',
  FREED_LIVE_OBJECT: 'a block that was reached when marking ended is not freed by the sweep that follows',
  // the bitmap
  BITMAP_ALLOCATED: 'the allocated bit is set at each block start and boundary of a span in use, and nowhere else',
  BITMAP_SCAN: 'the scan bit is set only at blocks that are handed out',
  MARK_LEFT: 'after the sweep no block is marked',
  // types
  SPAN_TYPES: 'the types that a span keeps of its blocks are types of the table, and free blocks have none',
  // reference words
  REFWORD_FREE: 'the reference word of a block is RefFree if and only if the block is not handed out',
  REFWORD_STATE: 'of a handed-out block it is RefNone, but when marking ends RefSome if reached, else RefFinalize if it has a finalizer',
  REFWORD_FLAGS: 'its flags say whether the block has pointers, a finalizer, and an entry in the address map',
  // spans
  SPAN_RECORD: 'every span record is in use, free, faulted, for stacks, or on the list of unused records, exactly once',
  SPAN_FIELDS: "a span's size, count and limit are those of its class",
  SPAN_TILING: 'spans cover the used arena without overlap, and without a gap but those of the 32-bit machine',
  SPAN_MAP: 'the span map names the span at each page in use and at both ends of a free span',
  SPAN_UNSWEPT: 'every span in use is swept',
  EMPTY_SPAN_KEPT: 'a span whose blocks are all free went back to the heap, unless a P caches it',
  FREE_SPANS_ADJACENT: 'free neighbours are one span',
  FREE_SPAN_DIRTY: 'a free span that needs no zeroing is zero',
  // blocks
  FREELIST_CORRUPT: 'every entry of a freelist is a block of its span',
  FREELIST_CYCLE: 'no block is on a freelist twice',
  FREEBUF: 'blocks freed explicitly are set aside, each once, only while a P caches their span',
  FREELIST_COUNT: 'nalloc + |freelist| == nelems',
  FREE_BLOCK_DIRTY: 'a free block whose second word is zero is zero past its first',
  // efence
  FAULTED_WRITTEN: 'nobody writes to memory that efence has taken away',
  // lists
  LIST_CORRUPT: 'a span list is circular, its links are symmetric, and its spans say they are on it',
  SPAN_ON_WRONG_LIST: 'a span is on exactly the list that its state, size and free blocks ask for',
  // caches
  CACHE_SLOT: 'an MCache slot holds the empty span or a span of its class',
  SPAN_INCACHE: 'incache is set on the spans in exactly one MCache slot, and on no other',
  CACHE_NOT_FLUSHED: 'when marking ends no MCache holds a span',
  TINY_BLOCK: 'what is left of a tiny block lies within one block that is handed out',
  // counters
  MCENTRAL_NFREE: "an mcentral's nfree counts the free blocks of its uncached spans",
  FAULTED_REACHED: 'no live word points at memory that faults',
  HEAP_BYTES: 'heapIdle + heapInuse == heapSys, each the sum over its spans',
  HEAP_ALLOC: 'heap_alloc and what the MCaches have not reported are the bytes handed out',
  NEXT_GC: 'next_gc is never negative, and after the sweep is what was live and GOGC percent of it',
  SWEEP_COUNT: 'a sweep frees exactly the blocks that marking left unmarked, beside those freed explicitly',
  COUNTER_NEGATIVE: 'no count is negative',
  HEAP_MARKED: 'heapMarked is what was handed out when the last mark ended',
  PAUSES: 'the pauses remembered make the total, and the last of them ended when lastGc says',
  MEMSTATS: 'mallocs less frees are the objects, as they were last recounted',
  SYS_BYTES: 'each statistic of Sys is what it is used for, and together they are what the system gave',
  PERSISTENT_BOUNDS: 'the persistent region has not overflowed',
  // specials and finalizers
  SPECIALS_ORDER: "a span's specials are sorted by offset, then kind",
  SPECIAL_OFFSET: 'a special is of a known kind, for a byte of a block of its span',
  SPECIAL_ON_FREE_BLOCK: 'no free block and no free span has specials',
  SPECIAL_COUNT: 'every special record is on one span or unused',
  FINALIZER_COUNT: 'finalizers queued == run + pending',
  FINALIZER_OF_FREE_BLOCK: 'a pending finalizer keeps its object',
  FINALIZER_SLOT_DIRTY: 'an entry past the count of its block is clear',
  FINBLOCK_LISTS: 'a block of finalizers is queued, free, or held by the finalizer goroutine',
  FINALIZER_WAKEUP_LOST: 'when finalizers are queued the finalizer goroutine is awake or will be woken',
  // memory profile
  BUCKET_LISTS: 'every bucket is on the list of all and on one chain of the hash table, once, and no two are alike',
  BUCKET_COUNTS: "no bucket's count is negative, and no stage of it has published more frees than mallocs",
  PROFILE_BUCKET: 'every sampled block names a bucket, of its size',
  PROFILE_COUNT: "a bucket's mallocs less its frees are the sampled blocks that name it",
  PROFILE_PUBLISHED: 'a bucket publishes what was in use at the end of a mark, once all garbage of that mark is gone',
  ADDR_MAP: 'every address of the map is of a block handed out, in the chain for it; all entries are there or free',
  // work of the mark phase
  WORKBUF_LOST: 'every workbuf is on the stack of empty ones',
  WORKBUF_TWICE: 'no workbuf is on the stacks twice',
  WORK_LEFT: 'the stack of full workbufs is empty',
  SCANBUF_BUSY: 'no M marks, or holds a workbuf, objects to be scanned or marks to be written',
  MARK_NOT_ENDED: 'when marking ends every marking M waits, and every helper is done',
  ROOT_LEFT: 'when marking ends every root job was taken',
  // stacks
  STACK_PLACE: 'each stack lies in a stack span of its size',
  STACK_TWICE: 'each stack is one goroutine\'s, or one P\'s, or free in its span',
  STACK_COUNT: 'a stack span counts its stacks, a P those it keeps, and stacksInuse the spans',
  STACKS_KEPT: 'a P keeps no more free stacks of an order than it may, and none while others mark',
  // scheduler
  G_STATUS: 'a goroutine is runnable, waiting, in a system call or dead while the world stands',
  G_STACK: "a goroutine's stack pointer and frame lie in its stack",
  G_FRAMES: "a goroutine's frames lead from the running one down to the first, at its stack's start",
  G_QUEUE: 'a runnable goroutine is on exactly one run queue, a dead one on the free list, others on none',
  G_OWNER: 'a goroutine and the M that runs it name each other',
  CHAN_QUEUE: 'a goroutine that waits on channels is once on a queue of each',
  CHAN_BUFFER: 'of a channel, count and indices agree, what is unused is zero, and who waits has to',
  RUNQ_CORRUPT: 'a run queue holds as many goroutines as it says',
  WORLD_NOT_STOPPED: 'at a checkpoint one M collects, holding worldsema, and every P is stopped or left',
  IDLE_LIST: 'every M but those in system calls is on the idle list once, and no P is idle',
  LOCK_HELD: 'at a checkpoint no lock is held, save sched.lock by who is still going to sleep',
  M_LOCKS: 'an M that collects or sleeps counts no locks',
} as const;

export type ProblemCode = keyof typeof LAWS;

export interface Problem {
  readonly code: ProblemCode;
  /** One sentence with the facts. */
  readonly message: string;
}

export interface VerifyReport {
  /** The checkpoint it was asked for. */
  readonly point: number;
  /** Blocks, spans, words and records looked at. */
  readonly checks: number;
  readonly problems: readonly Problem[];
  /** Problems beyond those listed. */
  readonly unlisted: number;
}

const MOST = 20;
/** So that a flood of one kind leaves room for the others. */
const MOST_OF_A_KIND = 6;

/** Collects what is found; cheap as long as that is nothing. */
export class Findings {
  checks = 0;
  private problems: Problem[] = [];
  private counts = new Map<ProblemCode, number>();
  private total = 0;

  begin(): void {
    this.checks = 0;
    if (this.total === 0) return;
    this.problems = [];
    this.counts = new Map();
    this.total = 0;
  }

  /** `message` is asked for only if it will be kept. */
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
