/**
 * The blocks that are known from earlier checks. The bits of a span in `starts` and `free`, and the length of its
 * freelist, stay as they are until its record or a word on its pages changes.
 */
import { Span } from '../heap/span.ts';
import { SPAN_KIND, PAGE_WORDS, spanRef, type HeapView } from './view.ts';

const { start: START, npages: NPAGES, sizeclass: SIZECLASS, freelist: FREELIST, freebuf: FREEBUF } = Span.at;

/** The remembered words of a record: the place of its span, then the other fields that determine its blocks. */
const PLACE = { kind: 0, start: 1, npages: 2, sizeclass: 3 } as const;
const FREE_AT = 4;
const FIELDS = 5;

export class KnownBlocks {
  /** The number of records that may be remembered. */
  #count = 0;
  #fields = new Int32Array(0);
  /** By record: the number of the check that read its blocks; 0 if they must be read. */
  #readAt = new Int32Array(0);
  /** By record: the number of the last check that found its free blocks clear; 0 if none has. */
  #clearAt = new Int32Array(0);
  /** Bit set by heap word: at that check the block that starts here was free and clear. */
  #clear = new Int32Array(0);

  /** Forgets all spans, because the tables of the view are new or can't be trusted. */
  forget(h: HeapView): void {
    h.starts.fill(0);
    h.free.fill(0);
    if (!h.writes.areKnown) return;
    this.#count = 0;
    if (this.#readAt.length < h.kind.length) {
      this.#fields = new Int32Array(h.kind.length * FIELDS);
      this.#readAt = new Int32Array(h.kind.length);
      this.#clearAt = new Int32Array(h.kind.length);
    }
    if (this.#clear.length < h.starts.length) this.#clear = new Int32Array(h.starts.length);
    this.#readAt.fill(0);
    this.#clearAt.fill(0);
    this.#clear.fill(0);
  }

  /** Forgets the spans that have changed, and clears their bits. */
  forgetChanged(h: HeapView): void {
    const count = Math.max(this.#count, h.nspans);
    for (let i = 0; i < count; i++) if (this.#readAt[i] !== 0 && !this.#isUnchanged(h, i)) this.#forgetSpan(h, i);
    this.#count = h.nspans;
  }

  /** Reports whether the blocks of span `i` are known. */
  has(i: number): boolean {
    return this.#readAt[i] > 0;
  }

  /** Remembers that the blocks of span `i`, which is in use, were read. */
  remember(h: HeapView, i: number): void {
    if (!h.writes.areKnown) return;
    const { m } = h;
    const s = spanRef(h, i);
    const at = i * FIELDS;
    this.#fields[at + PLACE.kind] = h.kind[i];
    this.#fields[at + PLACE.start] = m[s + START];
    this.#fields[at + PLACE.npages] = m[s + NPAGES];
    this.#fields[at + PLACE.sizeclass] = m[s + SIZECLASS];
    this.#fields[at + FREE_AT] = m[s + FREELIST];
    this.#readAt[i] = h.writes.now;
  }

  /** Reports whether the free blocks of span `i` are known to be clear, all of them. */
  areClear(i: number): boolean {
    return this.#readAt[i] > 0 && this.#clearAt[i] >= this.#readAt[i];
  }

  /** Reports whether the free block of `words` words at `off` in span `i` was clear before, and was not written since. */
  isClear(h: HeapView, i: number, off: number, words: number): boolean {
    const bit = off >> h.shift;
    if (((this.#clear[bit >> 5] >>> (bit & 31)) & 1) === 0) return false;
    return !h.writes.since(this.#clearAt[i], h.arena + off, h.arena + off + words);
  }

  /** Remembers that the free blocks of span `i` are clear. */
  rememberClear(h: HeapView, i: number): void {
    if (!h.writes.areKnown) return;
    this.#clearAt[i] = h.writes.now;
    const [first, end] = this.#bitsOf(h, i);
    for (let w = first; w < end; w++) this.#clear[w] = h.free[w];
  }

  #isUnchanged(h: HeapView, i: number): boolean {
    if (!this.#isInPlace(h, i)) return false;
    if (h.kind[i] === SPAN_KIND.large) return true;
    const { m } = h;
    const s = spanRef(h, i);
    const start = m[s + START];
    return m[s + FREEBUF] === 0 && m[s + FREELIST] === this.#fields[i * FIELDS + FREE_AT] && !h.writes.since(this.#readAt[i], start, start + m[s + NPAGES] * PAGE_WORDS);
  }

  #isInPlace(h: HeapView, i: number): boolean {
    if (i >= h.nspans) return false;
    const { m } = h;
    const s = spanRef(h, i);
    const at = i * FIELDS;
    const fields = this.#fields;
    return (
      h.kind[i] === fields[at + PLACE.kind] && m[s + START] === fields[at + PLACE.start] &&
      m[s + NPAGES] === fields[at + PLACE.npages] && m[s + SIZECLASS] === fields[at + PLACE.sizeclass]
    );
  }

  #forgetSpan(h: HeapView, i: number): void {
    const isInPlace = this.#isInPlace(h, i);
    const [first, end] = this.#bitsOf(h, i);
    h.starts.fill(0, first, end);
    h.free.fill(0, first, end);
    this.#readAt[i] = 0;
    if (isInPlace) return;
    this.#clear.fill(0, first, end);
    this.#clearAt[i] = 0;
  }

  /** Returns the words of a bit set that belong to the pages of the remembered span `i`. */
  #bitsOf(h: HeapView, i: number): readonly [first: number, end: number] {
    const start = this.#fields[i * FIELDS + PLACE.start] - h.arena;
    const words = this.#fields[i * FIELDS + PLACE.npages] * PAGE_WORDS;
    return [start >> h.shift >> 5, (start + words) >> h.shift >> 5];
  }
}
