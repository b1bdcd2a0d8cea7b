/**
 * How the arena grows: mallocinit and mHeap_SysAlloc.
 *
 * The 64-bit machine reserves all of it at the start. The 32-bit machine reserves a part, and
 * more when that is used up, if the system lets it be right behind; then it takes what memory
 * it gets, wherever it lies, as long as the bitmap reaches there. What lies between is never
 * ours: those pages have no span, and no bit in the bitmap.
 *
 *     arenaStart                arenaUsed        arenaEnd                 Config.arenaEnd
 *     | spans | gap | spans ....... | reserved .... | .................... | not usable
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config, ptrWords } from '../memory/config.ts';
import { PAGE_WORDS, PAGE_WORD_SHIFT, type Ref } from '../memory/address.ts';
import { fatal } from '../base/fatal.ts';
import type { MRef } from '../machine/m.ts';
import { wordsPerBitmapWord } from '../heap/bitmap.ts';
import { ARENA_USED, MHEAP, MHeap } from './mheap-record.ts';
import { MSTATS, MStats } from './mstats.ts';
import { sysAllocHigh, sysFree, sysMap, sysReserve, sysReserveHigh, sysUnreserve } from './sys.ts';

/** Bytes of bitmap mapped at a time. */
const BITMAP_CHUNK = 8192;
/** Bytes of span map mapped at a time: a page of the system's. */
const SPANS_CHUNK = 4096;

const ARENA = CONFIG + Config.at.arenaStart;
const LIMIT = CONFIG + Config.at.arenaEnd;
const SPAN_MAP = CONFIG + Config.at.spanMap;
const ARENA_END = MHEAP + MHeap.at.arenaEnd;
const BITMAP_MAPPED = MHEAP + MHeap.at.bitmapMapped;
const SPANS_MAPPED = MHEAP + MHeap.at.spansMapped;
const GAP_PAGES = MHEAP + MHeap.at.gapPages;
const SLOP_WORDS = MHEAP + MHeap.at.slopWords;
const REFUSED = MHEAP + MHeap.at.refused;
const HEAP_SYS = MSTATS + MStats.at.heapSys;
const GC_SYS = MSTATS + MStats.at.gcSys;
const OTHER_SYS = MSTATS + MStats.at.otherSys;

/**
 * Reserves the arena, or on the 32-bit machine its first part: Go tries 512 MB of 2 GB, then
 * 256 MB.
 */
export function arenaInit(m: Mem, mp: MRef): void {
  const start = m[ARENA];
  m[ARENA_USED] = start;
  if (ptrWords(m) === 2) {
    m[ARENA_END] = m[LIMIT];
    if (sysReserveHigh(m, mp, m[LIMIT] - start) !== start) refuseArena(m);
    return;
  }
  for (const words of [2 * stepWords(m), stepWords(m)]) {
    const at = sysReserve(m, mp, start, words);
    if (at === start) {
      m[ARENA_END] = Math.min(start + words, m[LIMIT]);
      return;
    }
    sysUnreserve(m, mp, at, words);
  }
  refuseArena(m);
}

function refuseArena(m: Mem): never {
  fatal('ARENA_NOT_RESERVED', { message: 'runtime: cannot reserve arena virtual address space', from: m[ARENA], to: m[LIMIT] });
}

/** What the 32-bit machine reserves at a time: Go's 256 MB of 2 GB, an eighth of what it may have. */
function stepWords(m: Mem): number {
  return Math.ceil((m[LIMIT] - m[ARENA]) / 8 / PAGE_WORDS) * PAGE_WORDS;
}

/** Go's mHeap_SysAlloc: `npages` zeroed pages more of arena; 0 when there are none. mheap.lock is held. */
export function mheapSysAlloc(m: Mem, mp: MRef, npages: number): Ref {
  const words = npages << PAGE_WORD_SHIFT;
  if (words > m[ARENA_END] - m[ARENA_USED]) reserveMore(m, mp, words);
  if (words <= m[ARENA_END] - m[ARENA_USED]) {
    const p = m[ARENA_USED];
    sysMap(m, mp, p, words, HEAP_SYS);
    useArena(m, mp, p + words);
    return p;
  }
  // The 64-bit machine's reservation is all it has.
  if (m[ARENA_END] >= m[LIMIT]) return 0;
  return takeAnywhere(m, mp, words);
}

/** Maybe the address space isn't used up yet. */
function reserveMore(m: Mem, mp: MRef, words: number): void {
  const step = stepWords(m);
  const size = Math.ceil((words + PAGE_WORDS) / step) * step;
  const end = m[ARENA_END];
  if (end + size > m[LIMIT]) return;
  const p = sysReserve(m, mp, end, size);
  if (p === end) {
    m[ARENA_END] = end + size;
  } else if (p + size <= m[LIMIT]) {
    m[ARENA_END] = p + size;
    jumpTo(m, wholePages(m, p));
  } else {
    sysUnreserve(m, mp, p, size);
  }
}

/** Memory where the system likes, if the bitmap reaches it. */
function takeAnywhere(m: Mem, mp: MRef, words: number): Ref {
  // Our pages are larger than the system's, so what we get may begin within one.
  const size = words + PAGE_WORDS;
  const got = sysAllocHigh(m, mp, size, HEAP_SYS);
  if (got + size >= m[LIMIT]) {
    m[REFUSED] = got;
    sysFree(m, mp, got, size, HEAP_SYS);
    return 0;
  }
  const p = wholePages(m, got);
  jumpTo(m, p);
  m[SLOP_WORDS] += size - words;
  m[ARENA_END] = got + size;
  useArena(m, mp, p + words);
  return p;
}

/** The first of the heap's pages that begins at or after `at`. */
function wholePages(m: Mem, at: Ref): Ref {
  return m[ARENA] + Math.ceil((at - m[ARENA]) / PAGE_WORDS) * PAGE_WORDS;
}

/** What lies up to `p` and was not used yet never will be. */
function jumpTo(m: Mem, p: Ref): void {
  m[GAP_PAGES] += (p - m[ARENA_USED]) >> PAGE_WORD_SHIFT;
  m[ARENA_USED] = p;
}

/** The arena is in use up to `end`, for which there must be bitmap and span map. */
function useArena(m: Mem, mp: MRef, end: Ref): void {
  mapBits(m, mp, end - m[ARENA]);
  mapSpans(m, mp, end - m[ARENA]);
  m[ARENA_USED] = end;
  m[REFUSED] = 0;
}

/** Go's MHeap_MapBits: bitmap for so many words of arena; it grows down from the arena. */
function mapBits(m: Mem, mp: MRef, words: number): void {
  const reserved = ((m[LIMIT] - m[ARENA]) * 4) / wordsPerBitmapWord(m);
  const wanted = roundUp((words * 4) / wordsPerBitmapWord(m), BITMAP_CHUNK, reserved);
  if (m[BITMAP_MAPPED] >= wanted) return;
  sysMap(m, mp, m[ARENA] - wanted / 4, (wanted - m[BITMAP_MAPPED]) / 4, GC_SYS);
  m[BITMAP_MAPPED] = wanted;
}

/** Go's MHeap_MapSpans: an entry of the span map for each page of so many words of arena. */
function mapSpans(m: Mem, mp: MRef, words: number): void {
  const reserved = ((m[LIMIT] - m[ARENA]) >> PAGE_WORD_SHIFT) * 4;
  const wanted = roundUp((words >> PAGE_WORD_SHIFT) * 4, SPANS_CHUNK, reserved);
  if (m[SPANS_MAPPED] >= wanted) return;
  sysMap(m, mp, m[SPAN_MAP] + m[SPANS_MAPPED] / 4, (wanted - m[SPANS_MAPPED]) / 4, OTHER_SYS);
  m[SPANS_MAPPED] = wanted;
}

function roundUp(bytes: number, chunk: number, most: number): number {
  return Math.min(most, Math.ceil(bytes / chunk) * chunk);
}

/** Go's words for memory that the system gave where it is of no use; '' unless that is why the arena can't grow. */
export function refusedMemory(m: Mem): string {
  if (m[REFUSED] === 0) return '';
  const [at, from, to] = [m[REFUSED], m[ARENA], m[LIMIT]].map((ref) => `0x${(ref * 4).toString(16)}`);
  return `runtime: memory allocated by OS (${at}) not in usable range [${from},${to})`;
}
