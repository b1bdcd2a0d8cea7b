/**
 * The heap as the oracle sees it: the span records of one memory, decoded into tables of its
 * own outside the shared memory. Nothing here asks the collector's code; only the layout of
 * the records is shared.
 *
 * In these tables the arena is counted from its start: `off` in 32-bit words, `bit` in heap
 * words (pointer-sized), a page in 2048 words.
 */
import { CONFIG, Config } from '../memory/config.ts';
import type { Mem } from '../memory/struct.ts';
import { Span } from '../heap/span.ts';
import { FixAlloc } from '../malloc/fixalloc.ts';
import { MHEAP, MHeap } from '../malloc/mheap.ts';

export const PAGE_WORDS = 2048;
/** High word of a pointer on the 64-bit machine. */
export const TAG = 0xc0;

/** What a span record is, as far as its own fields can be believed. */
export const KIND = { none: 0, small: 1, large: 2, free: 3, faulted: 4, stack: 5 } as const;

const at = Config.at;

export class HeapView {
  readonly m: Mem;
  ptrWords = 2;
  /** log2 of ptrWords. */
  shift = 1;
  arena = 0;
  /** Words of the arena in use, and pages. */
  used = 0;
  pages = 0;
  /** Span records ever made, and the ref of the one that stands for "none cached". */
  nspans = 0;
  emptySpan = 0;

  /** By record: KIND, and the list head it was found on. */
  kind = new Uint8Array(64);
  listed = new Int32Array(64);
  /** By record: MCache slots that hold it. */
  cached = new Uint8Array(64);
  /** By record: it is on the list of unused records. */
  unused = new Uint8Array(64);
  /** By record: length of its freelist, and of its freebuf. */
  nfree = new Int32Array(64);
  nfreed = new Int32Array(64);

  /** By page: its span's record + 1; start, block size and end of usable words of a span in use. */
  owner = new Int32Array(64);
  pageStart = new Int32Array(64);
  pageStep = new Int32Array(64);
  pageEnd = new Int32Array(64);

  /** By heap word, a bit each: a block or boundary starts here, it is not handed out, it was reached. */
  starts = new Int32Array(64);
  free = new Int32Array(64);
  reached = new Int32Array(64);
  /** Words of the bit sets in use. */
  bitWords = 0;

  /** Where the blocks begin that the profiler's address map knows; see profile.ts. */
  readonly sampled = new Set<number>();

  constructor(m: Mem) {
    this.m = m;
  }

  /** Reads the memory's extent and clears the tables. */
  begin(): void {
    const m = this.m;
    this.ptrWords = m[CONFIG + at.ptrWords];
    this.shift = this.ptrWords - 1;
    this.arena = m[CONFIG + at.arenaStart];
    // A step of the user's may have written anything there, and the tables below are as large.
    this.used = Math.max(0, Math.min(m[MHEAP + MHeap.at.arenaUsed], m[CONFIG + at.arenaEnd]) - this.arena);
    this.pages = Math.floor(this.used / PAGE_WORDS);
    this.nspans = Math.max(0, Math.min(m[MHEAP + MHeap.at.spanalloc + FixAlloc.at.carved], m[CONFIG + at.maxSpans]));
    this.emptySpan = m[CONFIG + at.spans];
    this.bitWords = ((this.pages * PAGE_WORDS) >> this.shift) >> 5;
    this.makeRoom();
    this.sampled.clear();
    this.kind.fill(0, 0, this.nspans);
    this.listed.fill(0, 0, this.nspans);
    this.cached.fill(0, 0, this.nspans);
    this.unused.fill(0, 0, this.nspans);
    this.nfree.fill(0, 0, this.nspans);
    this.nfreed.fill(0, 0, this.nspans);
    this.owner.fill(0, 0, this.pages);
    this.pageStep.fill(0, 0, this.pages);
    this.starts.fill(0, 0, this.bitWords);
    this.free.fill(0, 0, this.bitWords);
  }

  private makeRoom(): void {
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
  }
}

/** Ref of span record `i`. */
export function spanRef(h: HeapView, i: number): number {
  return h.emptySpan + (i + 1) * Span.words;
}

/** Number of the span record at `s`; -1 if there is none. */
export function spanIndex(h: HeapView, s: number): number {
  const i = (s - h.emptySpan) / Span.words - 1;
  return Number.isInteger(i) && i >= 0 && i < h.nspans ? i : -1;
}

/** First word of span record `i`, from the arena's start. */
export function spanStart(h: HeapView, i: number): number {
  return h.m[spanRef(h, i) + Span.at.start] - h.arena;
}

export function spanPages(h: HeapView, i: number): number {
  return h.m[spanRef(h, i) + Span.at.npages];
}

/** The start of the block of a span in use that the word at `off` lies in; -1 if there is none. */
export function blockAt(h: HeapView, off: number): number {
  if (!(off >= 0 && off < h.pages * PAGE_WORDS)) return -1;
  const page = off >> 11;
  const step = h.pageStep[page];
  if (step === 0 || off >= h.pageEnd[page]) return -1;
  const start = h.pageStart[page];
  return start + Math.floor((off - start) / step) * step;
}

/** Where the heap word at `i` points, from the arena's start; -1 if it is no pointer into it. */
export function pointerAt(h: HeapView, i: number): number {
  const m = h.m;
  if (h.ptrWords === 2 && m[i + 1] !== TAG) return -1;
  const off = (m[i] >>> 2) - h.arena;
  return off >= 0 && off < h.used ? off : -1;
}

/** The bit of a set for the heap word at `off`. */
export function hasBit(h: HeapView, set: Int32Array, off: number): boolean {
  const bit = off >> h.shift;
  return ((set[bit >> 5] >>> (bit & 31)) & 1) !== 0;
}

/** Has the block at `off` its scan bit? */
export function isScanned(h: HeapView, off: number): boolean {
  const bit = off >> h.shift;
  return ((h.m[h.arena - 2 * (bit >> 4) - 2] >>> ((bit & 15) + 16)) & 1) !== 0;
}

/** A counter of two words. */
export function wide(m: Mem, ref: number): number {
  return (m[ref] >>> 0) + m[ref + 1] * 2 ** 32;
}

/** `0xc000012340 (32 bytes, span 12)`, for people. */
export function nameBlock(h: HeapView, off: number): string {
  const page = off >> 11;
  return `${nameWord(h, h.arena + off)} (${h.pageStep[page] * 4} bytes, span ${h.owner[page] - 1})`;
}

export function nameWord(h: HeapView, ref: number): string {
  const digits = (ref * 4).toString(16).padStart(8, '0');
  return h.ptrWords === 2 ? `0xc0${digits}` : `0x${digits}`;
}
