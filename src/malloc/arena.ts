/**
 * Growth of the arena, the memory of the heap's pages.
 *
 *   1. The 64-bit machine reserves the whole arena at boot, and maps it piece by piece.
 *   2. The 32-bit machine reserves a part of it. If that is used up, it reserves more, at the
 *      end of the last part or behind a gap.
 *   3. If that fails too, it takes memory where the system has it, if the bitmap covers it.
 *
 * Invariants: the pages of a gap have no span, no entry in the span map and no bit in the
 * bitmap. arenaUsed is raised last, after the bitmap and the span map are mapped up to it.
 *
 * Source: mallocinit and MHeap_SysAlloc in malloc.goc of Go 1.3.
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
/** Bytes of span map mapped at a time: one page of the system. */
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
 * Reserves the arena; on the 32-bit machine its first part: two eighths, or else one eighth,
 * as Go tries 512 MB, then 256 MB, of 2 GB.
 * @throws Fatal ARENA_NOT_RESERVED if the system refuses
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

/** Returns the words that the 32-bit machine reserves at a time: an eighth of the arena, as Go's 256 MB of 2 GB. */
function stepWords(m: Mem): number {
  return Math.ceil((m[LIMIT] - m[ARENA]) / 8 / PAGE_WORDS) * PAGE_WORDS;
}

/**
 * Grows the arena by `npages` zeroed pages. Precondition: mheap.lock is held. Go's
 * MHeap_SysAlloc.
 * @returns the ref of the first word, 0 if the arena is full
 */
export function mheapSysAlloc(m: Mem, mp: MRef, npages: number): Ref {
  const words = npages << PAGE_WORD_SHIFT;
  if (words > m[ARENA_END] - m[ARENA_USED]) reserveMore(m, mp, words);
  if (words <= m[ARENA_END] - m[ARENA_USED]) {
    const p = m[ARENA_USED];
    sysMap(m, mp, p, words, HEAP_SYS);
    useArena(m, mp, p + words);
    return p;
  }
  // The 64-bit machine has reserved all it can use.
  if (m[ARENA_END] >= m[LIMIT]) return 0;
  return takeAnywhere(m, mp, words);
}

/** Reserves room for `words` more words, at the end of the arena or behind a gap, if the system has it. */
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

/** Takes `words` words wherever the system has them. Returns 0 if the bitmap does not cover them. */
function takeAnywhere(m: Mem, mp: MRef, words: number): Ref {
  // The heap's pages are larger than the system's, so the memory may begin within one.
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

/** Returns the start of the first heap page at or after `at`. */
function wholePages(m: Mem, at: Ref): Ref {
  return m[ARENA] + Math.ceil((at - m[ARENA]) / PAGE_WORDS) * PAGE_WORDS;
}

/** Makes the pages between arenaUsed and `p` a gap. */
function jumpTo(m: Mem, p: Ref): void {
  m[GAP_PAGES] += (p - m[ARENA_USED]) >> PAGE_WORD_SHIFT;
  Atomics.store(m, ARENA_USED, p);
}

/** Raises arenaUsed to `end`, after mapping the bitmap and the span map up to there. */
function useArena(m: Mem, mp: MRef, end: Ref): void {
  mapBits(m, mp, end - m[ARENA]);
  mapSpans(m, mp, end - m[ARENA]);
  // Atomic: an M that loads it by Atomics sees the bitmap and the span map mapped that far.
  Atomics.store(m, ARENA_USED, end);
  m[REFUSED] = 0;
}

/** Maps the bitmap of the arena's first `words` words; it grows down from the arena's start. Go's MHeap_MapBits. */
function mapBits(m: Mem, mp: MRef, words: number): void {
  const reserved = ((m[LIMIT] - m[ARENA]) * 4) / wordsPerBitmapWord(m);
  const wanted = roundUp((words * 4) / wordsPerBitmapWord(m), BITMAP_CHUNK, reserved);
  if (m[BITMAP_MAPPED] >= wanted) return;
  sysMap(m, mp, m[ARENA] - wanted / 4, (wanted - m[BITMAP_MAPPED]) / 4, GC_SYS);
  m[BITMAP_MAPPED] = wanted;
}

/** Maps the entries of the span map for the arena's first `words` words. Go's MHeap_MapSpans. */
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

/** Returns Go's message for memory outside the usable range, if that is why the arena can't grow; else ''. */
export function refusedMemory(m: Mem): string {
  if (m[REFUSED] === 0) return '';
  const [at, from, to] = [m[REFUSED], m[ARENA], m[LIMIT]].map((ref) => `0x${(ref * 4).toString(16)}`);
  return `runtime: memory allocated by OS (${at}) not in usable range [${from},${to})`;
}
