/**
 * The oracle's view of the heap: the span records of one memory, decoded into tables outside the
 * shared memory. The view calls no code of the collector; it shares only the layout of the records.
 *
 * Offsets in these tables count from the arena's start: `off` in 32-bit words, `bit` in heap words
 * (pointer-sized), a page in units of 2048 words.
 */
import { CONFIG, Config } from '../memory/config.ts';
import type { Mem } from '../memory/struct.ts';
import { Span } from '../heap/span.ts';
import { FixAlloc } from '../malloc/fixalloc.ts';
import { MHEAP, MHeap } from '../malloc/mheap.ts';
import { Writes } from './writes.ts';

export const PAGE_WORDS = 2048;
/** High word of a pointer on the 64-bit machine. */
export const TAG = 0xc0;

/** Kinds of span records. `none` is an unused record or one whose fields are corrupt. */
export const SPAN_KIND = { none: 0, small: 1, large: 2, free: 3, faulted: 4, stack: 5 } as const;

const at = Config.at;

export class HeapView {
  readonly m: Mem;
  readonly writes: Writes;
  /** Kept from one check to the next. */
  keeps = false;
  ptrWords = 2;
  /** log2 of the units of a pointer's low word in a 32-bit word: bytes, or pairs of bytes above 4 GB. */
  ptrShift = 2;
  /** log2 of ptrWords. */
  shift = 1;
  arena = 0;
  /** Words of the arena in use. */
  used = 0;
  /** Pages of the arena in use. */
  pages = 0;
  /** Span records that were ever carved. */
  nspans = 0;
  /** Reference of the record that an empty MCache slot holds. */
  emptySpan = 0;

  /** By record: its SPAN_KIND. */
  kind = new Uint8Array(64);
  /** By record: head of the list that holds it, or 0. */
  listed = new Int32Array(64);
  /** By record: number of MCache slots that hold it. */
  cached = new Uint8Array(64);
  /** By record: 1 if it is on the list of unused records. */
  unused = new Uint8Array(64);
  /** By record: length of its freelist. */
  nfree = new Int32Array(64);
  /** By record: length of its freebuf. */
  nfreed = new Int32Array(64);

  /** By page: number of its span's record + 1, or 0. */
  owner = new Int32Array(64);
  /** By page: offset of its span's first word. */
  pageStart = new Int32Array(64);
  /** By page of a span in use: words of a block. Otherwise 0. */
  pageStep = new Int32Array(64);
  /** By page of a span in use: offset past the last word that a pointer may point to. */
  pageEnd = new Int32Array(64);

  /** Bit set by heap word: a block or a boundary starts here. */
  starts = new Int32Array(64);
  /** Bit set by heap word: the block that starts here is not allocated. */
  free = new Int32Array(64);
  /** Bit set by heap word: the tracer reached the block that starts here. */
  reached = new Int32Array(64);
  /** Words in use of each bit set. */
  bitWords = 0;

  /** Offsets of the blocks in the profiler's address map; profile.ts fills it. */
  readonly sampled = new Set<number>();

  constructor(m: Mem, writes?: Uint8Array) {
    this.m = m;
    this.writes = new Writes(writes);
  }

  /** Reads the extent of the memory, and clears the tables except for known blocks. */
  begin(): void {
    const m = this.m;
    this.writes.begin();
    const { arena, shift } = this;
    this.ptrWords = m[CONFIG + at.ptrWords];
    this.ptrShift = m[CONFIG + at.ptrShift];
    this.shift = this.ptrWords - 1;
    this.arena = m[CONFIG + at.arenaStart];
    // A user's step may have overwritten these words, and they set the size of the tables.
    this.used = Math.max(0, Math.min(m[MHEAP + MHeap.at.arenaUsed], m[CONFIG + at.arenaEnd]) - this.arena);
    this.pages = Math.floor(this.used / PAGE_WORDS);
    this.nspans = Math.max(0, Math.min(m[MHEAP + MHeap.at.spanalloc + FixAlloc.at.carved], m[CONFIG + at.maxSpans]));
    this.emptySpan = m[CONFIG + at.spans];
    this.bitWords = ((this.pages * PAGE_WORDS) >> this.shift) >> 5;
    const isAsBefore = !this.makeRoom() && arena === this.arena && shift === this.shift;
    this.keeps &&= isAsBefore;
    this.sampled.clear();
    this.kind.fill(0, 0, this.nspans);
    this.listed.fill(0, 0, this.nspans);
    this.cached.fill(0, 0, this.nspans);
    this.unused.fill(0, 0, this.nspans);
    this.owner.fill(0, 0, this.pages);
    this.pageStep.fill(0, 0, this.pages);
  }

  /** Replaces tables that are too small. Returns true if any were. */
  private makeRoom(): boolean {
    const isRoomy = this.kind.length >= this.nspans && this.owner.length >= this.pages && this.starts.length >= this.bitWords;
    if (this.kind.length < this.nspans) {
      const n = this.nspans * 2;
      this.kind = new Uint8Array(n);
      this.listed = new Int32Array(n);
      this.cached = new Uint8Array(n);
      this.unused = new Uint8Array(n);
      this.nfree = new Int32Array(n);
      this.nfreed = new Int32Array(n);
    }
    if (this.owner.length < this.pages) {
      const n = Math.ceil(this.pages * 1.25);
      this.owner = new Int32Array(n);
      this.pageStart = new Int32Array(n);
      this.pageStep = new Int32Array(n);
      this.pageEnd = new Int32Array(n);
    }
    if (this.starts.length < this.bitWords) {
      const n = Math.ceil(this.bitWords * 1.25);
      this.starts = new Int32Array(n);
      this.free = new Int32Array(n);
      this.reached = new Int32Array(n);
    }
    return !isRoomy;
  }
}

/** Returns the reference of span record `i`. */
export function spanRef(h: HeapView, i: number): number {
  return h.emptySpan + (i + 1) * Span.words;
}

/** Returns the number of the span record at `s`, or -1 if `s` is no record. */
export function spanIndex(h: HeapView, s: number): number {
  const i = (s - h.emptySpan) / Span.words - 1;
  return Number.isInteger(i) && i >= 0 && i < h.nspans ? i : -1;
}

/** Returns the offset of the first word of span `i`. */
export function spanStart(h: HeapView, i: number): number {
  return h.m[spanRef(h, i) + Span.at.start] - h.arena;
}

export function spanPages(h: HeapView, i: number): number {
  return h.m[spanRef(h, i) + Span.at.npages];
}

/** Returns the offset of the block that contains the word at `off`, or -1 if no block of a span in use does. */
export function blockAt(h: HeapView, off: number): number {
  if (!(off >= 0 && off < h.pages * PAGE_WORDS)) return -1;
  const page = off >> 11;
  const step = h.pageStep[page];
  if (step === 0 || off >= h.pageEnd[page]) return -1;
  const start = h.pageStart[page];
  return start + Math.floor((off - start) / step) * step;
}

/** Reports whether the high word `high` is a pointer's. Above 4 GB its lowest bit belongs to the offset. */
export function isTagged(h: HeapView, high: number): boolean {
  return (h.ptrShift === 1 ? high & ~1 : high) === TAG;
}

/** Returns the offset that the heap word at reference `i` points to, or -1 if the word is no pointer into the arena. */
export function pointerAt(h: HeapView, i: number): number {
  const m = h.m;
  if (h.ptrWords === 2 && !isTagged(h, m[i + 1])) return -1;
  const off = (m[i] >>> h.ptrShift) - h.arena;
  return off >= 0 && off < h.used ? off : -1;
}

/** Reads the bit of the heap word at `off` in a bit set. */
export function hasBit(h: HeapView, set: Int32Array, off: number): boolean {
  const bit = off >> h.shift;
  return ((set[bit >> 5] >>> (bit & 31)) & 1) !== 0;
}

/** Reports whether the scan bit of the block at `off` is set. */
export function isScanned(h: HeapView, off: number): boolean {
  const bit = off >> h.shift;
  return ((h.m[h.arena - 2 * (bit >> 4) - 2] >>> ((bit & 15) + 16)) & 1) !== 0;
}

/** Reads a counter of two words. */
export function wide(m: Mem, ref: number): number {
  return (m[ref] >>> 0) + m[ref + 1] * 2 ** 32;
}

/** Names a block in messages: `0xc000012340 (32 bytes, span 12)`. */
export function nameBlock(h: HeapView, off: number): string {
  const page = off >> 11;
  return `${nameWord(h, h.arena + off)} (${h.pageStep[page] * 4} bytes, span ${h.owner[page] - 1})`;
}

export function nameWord(h: HeapView, ref: number): string {
  return h.ptrWords === 2 ? `0x${(TAG * 2 ** 32 + ref * 4).toString(16)}` : `0x${(ref * 4).toString(16).padStart(8, '0')}`;
}
