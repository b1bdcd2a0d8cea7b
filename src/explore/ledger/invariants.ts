/**
 * Invariants between the machine's statistics and the ledger, checked while the world is stopped: the
 * machine's counters equal the calls that were made. Each holds at every checkpoint and after the end, no
 * matter how much is still unswept.
 */
import { CONFIG, Config, DEBUG } from '../../memory/config.ts';
import { COLLECTOR } from '../../gc/collectors/registry.ts';
import { POLICY } from '../../gc/policy.ts';
import { CHECKPOINT } from '../../gc/doorbell.ts';
import { SPAN_STATE, Span } from '../../heap/span.ts';
import { FixAlloc } from '../../malloc/fixalloc.ts';
import { Bucket, MPROF, MProf } from '../../malloc/buckets.ts';
import { FIN, Fin } from '../../malloc/finq.ts';
import { MCache } from '../../malloc/mcache-record.ts';
import { MHEAP, MHeap } from '../../malloc/mheap-record.ts';
import { MSTATS, MStats } from '../../malloc/mstats.ts';
import { GCStats, M } from '../../machine/m.ts';
import { P } from '../../machine/p.ts';
import { CLASSES, CLASS_BYTES } from '../../verify/classes.ts';
import { SWEEP, Sweep } from '../../malloc/sweep.ts';
import { wide } from '../../verify/view.ts';
import { COLUMN } from '../../rewrite/ledger/columns.ts';

const at = MStats.at;
const TINY_CLASS = 2;
const PAGE = 8192;
/** The first of an MCache's counts that are reported late. Those among other words: the sums of these are not used. */
const FIRST_COUNT = MCache.at.localCacheallocQ;
const CACHES = new Float64Array(MCache.words);

/** The point after the end, when everything is swept and recounted. */
export const AT_REST = CHECKPOINT.none;

/**
 * Returns the first broken invariant as `CODE: facts`; '' if all hold, or no ledger was kept.
 * @param point one of CHECKPOINT, or AT_REST
 */
export function checkLedger(ledger: Float64Array, m: Int32Array, point: number): string {
  if (ledger[COLUMN.kept] === 0) return '';
  const caches = sumCaches(m);
  const heap = countHeap(m);
  return checkBlocks(ledger, m, caches, heap)
    || checkCalls(ledger, m, caches, point)
    || checkProfile(ledger, m)
    || (point === CHECKPOINT.marked ? checkMarking(ledger, m) : '')
    || (point === AT_REST ? checkRecount(ledger, m, heap) : '');
}

/** Adds up, word by word, the counts that the MCaches have not reported. The next call overwrites the result. */
function sumCaches(m: Int32Array): Float64Array {
  const sums = CACHES;
  const end = sums.length;
  sums.fill(0);
  for (let p = 0; p < m[CONFIG + Config.at.nprocs]; p++) {
    const c = m[CONFIG + Config.at.ps] + p * P.words + P.at.mcache;
    for (let i = FIRST_COUNT; i < end; i++) sums[i] += m[c + i];
  }
  return sums;
}

interface Heap {
  /** Allocated blocks, by size class. */
  readonly blocks: Float64Array;
  /** Allocated large objects. */
  large: number;
  largeBytes: number;
  /** Bytes of all allocated blocks. */
  bytes: number;
}

function countHeap(m: Int32Array): Heap {
  const heap: Heap = { blocks: new Float64Array(CLASSES), large: 0, largeBytes: 0, bytes: 0 };
  const first = m[CONFIG + Config.at.spans] + Span.words;
  for (let i = 0; i < m[MHEAP + MHeap.at.spanalloc + FixAlloc.at.carved]; i++) {
    const s = first + i * Span.words;
    if (m[s + Span.at.state] !== SPAN_STATE.inUse) continue;
    const c = m[s + Span.at.sizeclass];
    if (c === 0) {
      heap.large++;
      heap.largeBytes += m[s + Span.at.npages] * PAGE;
      continue;
    }
    let out = m[s + Span.at.nalloc];
    for (let p = m[s + Span.at.freebuf]; p !== 0 && out > 0; p = m[p]) out--;
    heap.blocks[c] += out;
    heap.bytes += out * CLASS_BYTES[c];
  }
  heap.bytes += heap.largeBytes;
  return heap;
}

/** Mallocs - frees == allocated blocks, for each size class and for large objects. Tiny objects share blocks. */
function checkBlocks(ledger: Float64Array, m: Int32Array, caches: Float64Array, heap: Heap): string {
  // efence takes blocks away without counting them in their class.
  if ((m[CONFIG + Config.at.debug] & DEBUG.efence) !== 0) return '';
  const shared = wide(m, MSTATS + at.tinyallocs) + caches[MCache.at.localTinyallocs];
  for (let c = 1; c < CLASSES; c++) {
    const freed = wide(m, MSTATS + at.nsmallfree + 2 * c) + caches[MCache.at.localNsmallfree + c];
    const asked = ledger[COLUMN.small + c] + (c === TINY_CLASS ? ledger[COLUMN.tiny] - shared : 0);
    if (asked !== heap.blocks[c] + freed) {
      const tiny = c === TINY_CLASS ? `, and ${ledger[COLUMN.tiny]} tiny objects, of which ${shared} count as sharing one` : '';
      return `BLOCKS_COUNTED: ${ledger[COLUMN.small + c]} blocks of ${CLASS_BYTES[c]} bytes were asked for${tiny}; ${heap.blocks[c]} are handed out, and ${freed} count as freed`;
    }
  }
  const largeFreed = wide(m, MSTATS + at.nlargefree) + caches[MCache.at.localNlargefree];
  if (ledger[COLUMN.large] !== heap.large + largeFreed) {
    return `BLOCKS_COUNTED: ${ledger[COLUMN.large]} large objects were asked for; ${heap.large} are there, and ${largeFreed} count as freed`;
  }
  const bytesFreed = wide(m, MSTATS + at.largefree) + wideCaches(m, MCache.at.localLargefree);
  if (ledger[COLUMN.largeBytes] !== heap.largeBytes + bytesFreed) {
    return `BLOCKS_COUNTED: large objects of ${ledger[COLUMN.largeBytes]} bytes were asked for; ${heap.largeBytes} are in use, and ${bytesFreed} count as freed`;
  }
  return '';
}

function wideCaches(m: Int32Array, field: number): number {
  let sum = 0;
  for (let p = 0; p < m[CONFIG + Config.at.nprocs]; p++) sum += wide(m, m[CONFIG + Config.at.ps] + p * P.words + P.at.mcache + field);
  return sum;
}

/** Counters that count calls equal the number of calls. */
function checkCalls(ledger: Float64Array, m: Int32Array, caches: Float64Array, point: number): string {
  // A cycle at a checkpoint has not ended yet.
  const ended = ledger[COLUMN.cycles] - (point === AT_REST ? 0 : 1);
  return unequal('NUMGC', 'numgc', m[MSTATS + at.numgc], ended, 'cycles have ended')
    || unequal('LOOKUPS', 'nlookup', wide(m, MSTATS + at.nlookup) + caches[MCache.at.localNlookup], ledger[COLUMN.lookups], 'lookups were made')
    || unequal('EXPLICIT_FREES', 'nfreed', caches[MCache.at.nfreed], ledger[COLUMN.freed], 'blocks were freed explicitly')
    || unequal('FINALIZER_COUNT', 'queued', m[FIN + Fin.at.queued], ledger[COLUMN.queued], 'finalizers were queued')
    || unequal('FINALIZER_COUNT', 'ran', m[FIN + Fin.at.ran], ledger[COLUMN.ran], 'finalizers ran')
    || checkWakeups(ledger)
    || checkSweeps(ledger, m);
}

/** The finalizer goroutine reads the queue when it starts, when it is woken for a queued finalizer, and after it has run some. */
function checkWakeups(ledger: Float64Array): string {
  const [looks, queued] = [ledger[COLUMN.finqLooks], ledger[COLUMN.queued]];
  return looks <= 1 + 2 * queued ? '' : `FINALIZER_WAKEUPS: ${queued} finalizers were queued, and their goroutine was woken to look for them ${looks} times`;
}

function unequal(code: string, name: string, value: number, expected: number, what: string): string {
  return value === expected ? '' : `${code}: ${name} is ${value}, but ${expected} ${what}`;
}

/** nbgsweep + npausesweep <= sweeps. */
function checkSweeps(ledger: Float64Array, m: Int32Array): string {
  const counted = m[SWEEP + Sweep.at.xnbgsweep] + m[SWEEP + Sweep.at.xnpausesweep];
  return counted <= ledger[COLUMN.swept] ? '' : `SWEEPS_COUNTED: ${counted} spans count as swept in the background or in the pause, but ${ledger[COLUMN.swept]} were swept at all`;
}

const STAGES = ['recentAllocs', 'prevAllocs', 'allocs', 'recentFrees', 'prevFrees', 'frees'] as const;

/** Compares the stages of the profiler's buckets, summed over all buckets, and the number of samples. Returns the problem, or ''. */
export function checkProfile(ledger: Float64Array, m: Int32Array): string {
  for (const field of STAGES) {
    let sum = 0;
    for (let b = m[MPROF + MProf.at.buckets]; b !== 0; b = m[b + Bucket.at.allnext]) sum += wide(m, b + Bucket.at[field]);
    if (sum !== ledger[COLUMN[field]]) return `PROFILE_STAGE: the buckets' ${field} make ${sum}, but ${ledger[COLUMN[field]]} are at that stage`;
  }
  return checkSampled(ledger, m);
}

/** Every block of at least the sampling rate is sampled. At a rate of 1 the buckets count the allocated blocks. */
function checkSampled(ledger: Float64Array, m: Int32Array): string {
  const rate = m[MPROF + MProf.at.rate];
  // The rate has never changed, and no allocation was hidden from the profiler.
  const isSteady = rate > 0 && m[CONFIG + Config.at.memprofileRate] === rate && ledger[COLUMN.unprofiled] === 0;
  if (!isSteady) return '';
  let always = ledger[COLUMN.large];
  for (let c = 1; c < CLASSES; c++) if (CLASS_BYTES[c] >= rate) always += ledger[COLUMN.small + c];
  const samples = ledger[COLUMN.recentAllocs] + ledger[COLUMN.prevAllocs] + ledger[COLUMN.allocs];
  if (samples < always) return `PROFILE_LARGE_BLOCKS: ${always} blocks of ${rate} bytes and more were asked for, but ${samples} blocks were sampled`;
  if (rate > 1) return '';
  const sampled = samples - ledger[COLUMN.recentFrees] - ledger[COLUMN.prevFrees] - ledger[COLUMN.frees];
  const heap = countHeap(m);
  const blocks = heap.blocks.reduce((sum, n) => sum + n, heap.large);
  return sampled === blocks ? '' : `PROFILE_EVERY_BLOCK: ${blocks} blocks are handed out and each was sampled, but the buckets count ${sampled} in use`;
}

/** Compares the Ms' counts of the mark that has just ended. Only for Go 1.3's loops: others may set a mark twice, or hand off differently. */
function checkMarking(ledger: Float64Array, m: Int32Array): string {
  if (m[CONFIG + Config.at.policy] !== POLICY['go1.3'] || m[CONFIG + Config.at.collector] !== COLLECTOR.parallel) return '';
  const sums = sumGCStats(m);
  return unequal('HANDOFFS', 'nhandoff', sums.nhandoff, ledger[COLUMN.handoffs], 'workbufs were handed off')
    || unequal('HANDOFFS', 'nhandoffcnt', sums.nhandoffcnt, ledger[COLUMN.handoffObjects], 'objects were handed off')
    || unequal('OBJECTS_MARKED', 'objectsMarked', sums.objectsMarked, countMarks(m), 'marks are set');
}

function sumGCStats(m: Int32Array): { readonly nhandoff: number; readonly nhandoffcnt: number; readonly objectsMarked: number } {
  const sums = { nhandoff: 0, nhandoffcnt: 0, objectsMarked: 0 };
  for (let i = 0; i < m[CONFIG + Config.at.nprocs]; i++) {
    const stats = m[CONFIG + Config.at.ms] + i * M.words + M.at.gcstats;
    sums.nhandoff += wide(m, stats + GCStats.at.nhandoff);
    sums.nhandoffcnt += wide(m, stats + GCStats.at.nhandoffcnt);
    sums.objectsMarked += wide(m, stats + GCStats.at.objectsMarked);
  }
  return sums;
}

function countMarks(m: Int32Array): number {
  const arena = m[CONFIG + Config.at.arenaStart];
  const groups = (m[MHEAP + MHeap.at.arenaUsed] - arena) >> (4 + m[CONFIG + Config.at.ptrWords] - 1);
  let marks = 0;
  for (let g = 0; g < groups; g++) {
    for (let bits = m[arena - 2 * g - 1] & 0x0f0f0f0f; bits !== 0; bits &= bits - 1) marks++;
  }
  return marks;
}

/** Compares MemStats after a recount. */
function checkRecount(ledger: Float64Array, m: Int32Array, heap: Heap): string {
  if ((m[CONFIG + Config.at.debug] & DEBUG.efence) !== 0) return '';
  const shared = wide(m, MSTATS + at.tinyallocs);
  const objects = heap.blocks.reduce((sum, n) => sum + n, heap.large);
  let asked = ledger[COLUMN.tiny] + ledger[COLUMN.large];
  let bytes = ledger[COLUMN.largeBytes];
  for (let c = 1; c < CLASSES; c++) {
    const ofClass = ledger[COLUMN.small + c] + (c === TINY_CLASS ? ledger[COLUMN.tiny] - shared : 0);
    const counted = wide(m, MSTATS + at.bySizeNmalloc + 2 * c);
    if (counted !== ofClass) return `MEMSTATS: BySize counts ${counted} mallocs of ${CLASS_BYTES[c]} bytes, but there were ${ofClass}`;
    asked += ledger[COLUMN.small + c];
    bytes += ofClass * CLASS_BYTES[c];
  }
  return unequal('MEMSTATS', 'Mallocs', wide(m, MSTATS + at.nmalloc), asked, 'objects were asked for')
    || unequal('MEMSTATS', 'HeapObjects', wide(m, MSTATS + at.heapObjects), objects, 'blocks are handed out')
    || unequal('MEMSTATS', 'Frees', wide(m, MSTATS + at.nfree), asked - objects, 'objects of those asked for are gone')
    || unequal('MEMSTATS', 'TotalAlloc', wide(m, MSTATS + at.totalAlloc), bytes, 'bytes were asked for')
    || unequal('MEMSTATS', 'HeapAlloc', m[MSTATS + at.heapAllocQ] * 8, heap.bytes, 'bytes are handed out')
    || unequal('MEMSTATS', 'MSpanInuse', wide(m, MSTATS + at.mspanInuse), m[MHEAP + MHeap.at.spanalloc + FixAlloc.at.inuse] * Span.words * 4, 'bytes of span records are in use')
    || unequal('MEMSTATS', 'MCacheInuse', wide(m, MSTATS + at.mcacheInuse), m[CONFIG + Config.at.nprocs] * MCache.words * 4, 'bytes of MCaches are in use');
}
