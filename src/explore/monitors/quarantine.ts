/**
 * A block belongs to the program from malloc to its free. Otherwise it is in quarantine: only
 * the allocator touches it (src/malloc, for links, zeroing and the flag that demands zeroing),
 * and the holder of the heap's lock, for memory returned to the system. The collector does not
 * touch it: a free block has no scan bit, so a stale pointer may mark it, but no M scans it.
 *
 * The monitor follows blocks by the stores to the `freelist` and `freebuf` of their span: the
 * order of these stores is the history of the blocks.
 */
import { CONFIG, Config } from '../../memory/config.ts';
import { PAGE_WORDS, type Ref } from '../../memory/address.ts';
import { SPAN_STATE, Span } from '../../heap/span.ts';
import { MHEAP_LOCK } from '../../malloc/mheap-record.ts';
import { nameWord } from '../../inspect/name-word.ts';
import type { Monitor } from '../monitor.ts';
import { ACCESS, type Site } from '../../rewrite/sites.ts';
import type { Books } from './books.ts';
import type { Report } from './report.ts';

/** States of a word of the arena. */
const IN_USE = 0;
const FREE_BLOCK = 1;
const FREE_PAGE = 2;

/** Kinds of sites that change a freelist. */
const PLAIN = 0;
/** It allocates the old head. */
const HANDS_OUT = 1;
/** It carves the span: all its blocks become free. */
const CARVES = 2;
/** It links blocks that are free already: those of `freebuf`. */
const RELINKS = 3;

const WORDS = Span.words;
const { start, npages, freelist, freebuf, elemsize, nelems, sizeclass, state } = Span.at;

export class Quarantine implements Monitor {
  readonly #books: Books;
  readonly #report: Report;
  /** By site, 1 for sites of the allocator, which may touch free blocks. */
  readonly #allocates: Uint8Array;
  readonly #how: Uint8Array;
  #m: Int32Array = new Int32Array(0);
  #arena = 0;
  #spans = 0;
  #spansEnd = 0;
  /** By word of the arena, its state. */
  #what = new Uint8Array(0);

  constructor(books: Books, report: Report, sites: readonly Site[]) {
    this.#books = books;
    this.#report = report;
    this.#allocates = Uint8Array.from(sites, ({ file, fn }) => Number(file.startsWith('src/malloc/') || isFreelistCheck(file, fn)));
    this.#how = Uint8Array.from(sites, howItChanges);
  }

  begin(m: Int32Array): void {
    this.#m = m;
    this.#arena = m[CONFIG + Config.at.arenaStart];
    this.#spans = m[CONFIG + Config.at.spans] + WORDS;
    this.#spansEnd = this.#spans + (m[CONFIG + Config.at.maxSpans] - 1) * WORDS;
    const words = m[CONFIG + Config.at.arenaEnd] - this.#arena;
    if (this.#what.length !== words) this.#what = new Uint8Array(words);
    this.#what.fill(IN_USE);
    for (let s = this.#spans; s < this.#spansEnd; s += WORDS) {
      if (m[s + state] === SPAN_STATE.free) this.#pages(s, FREE_PAGE);
      if (m[s + state] !== SPAN_STATE.inUse || m[s + sizeclass] === 0) continue;
      for (const head of [freelist, freebuf]) for (let p = m[s + head]; p !== 0; p = m[p]) this.#block(s, p, FREE_BLOCK);
    }
  }

  access(thread: number, site: number, kind: number, index: number, value: number, old: number): void {
    if (index >= this.#arena) {
      if (this.#allocates[site] === 0) this.#outside(thread, site, kind, index, value, old);
    } else if (kind === ACCESS.store && index >= this.#spans && index < this.#spansEnd) {
      this.#span(thread, site, index, value, old);
    }
  }

  /** Checks an access of the arena outside of the allocator. */
  #outside(thread: number, site: number, kind: number, index: Ref, value: number, old: number): void {
    if (kind === ACCESS.byteLoad || kind === ACCESS.byteStore) return;
    if (kind === ACCESS.fill || kind === ACCESS.copy) {
      this.#range(thread, site, index, value, 'writes');
      if (kind === ACCESS.copy && old >= this.#arena) this.#range(thread, site, old, value, 'reads');
    } else if (this.#what[index - this.#arena] !== IN_USE) {
      const writes = kind === ACCESS.store || kind === ACCESS.atomicStore || kind === ACCESS.rmw || kind === ACCESS.cas;
      this.#object(thread, site, index, writes ? 'writes' : 'reads');
    }
  }

  #range(thread: number, site: number, from: Ref, count: number, does: string): void {
    const end = from - this.#arena + count;
    for (let i = from - this.#arena; i < end; i++) {
      if (this.#what[i] === IN_USE) continue;
      if (this.#what[i] === FREE_PAGE && this.#books.holds(thread, MHEAP_LOCK)) continue;
      this.#object(thread, site, this.#arena + i, does);
    }
  }

  #object(thread: number, site: number, index: Ref, does: string): never {
    const where = this.#what[index - this.#arena] === FREE_PAGE ? 'a free span' : 'a free block';
    return this.#report.object('FREE_MEMORY_TOUCHED', `thread ${thread} ${does} ${nameWord(this.#m, index)}, in ${where}`, site);
  }

  #span(thread: number, site: number, index: Ref, value: number, old: number): void {
    const field = (index - this.#spans) % WORDS;
    if (field === state) this.#changeState(index - state, value);
    else if (field === freelist || field === freebuf) {
      const s = index - field;
      // A stack span has no blocks.
      if (this.#m[s + state] !== SPAN_STATE.inUse || this.#m[s + sizeclass] === 0) return;
      this.#changeList(thread, site, s, value, old);
    }
  }

  #changeState(s: Ref, value: number): void {
    if (value === SPAN_STATE.free) this.#pages(s, FREE_PAGE);
    else if (value === SPAN_STATE.inUse || value === SPAN_STATE.stack) this.#pages(s, IN_USE);
  }

  #changeList(thread: number, site: number, s: Ref, value: number, old: number): void {
    const m = this.#m;
    const how = this.#how[site];
    if (how === CARVES) {
      for (let n = 0, p = m[s + start]; n < m[s + nelems]; n++, p += m[s + elemsize] >>> 2) this.#block(s, p, FREE_BLOCK);
    } else if (how === HANDS_OUT) {
      if (old === 0) return;
      if (this.#isFree(old)) this.#block(s, old, IN_USE);
      else this.#report.object('BLOCK_HANDED_OUT_TWICE', `thread ${thread} is handed ${this.#name(s, old)}, which is in use`, site);
    } else if (how === PLAIN) {
      let p = value;
      for (; p !== 0 && p !== old; p = m[p]) this.#free(thread, site, s, p);
      // A block that is linked twice turns the list into a circle.
      for (let n = 0; p !== 0; p = m[p]) if (++n > m[s + nelems]) this.#freedTwice(thread, site, s, p);
    }
  }

  #free(thread: number, site: number, s: Ref, p: Ref): void {
    const m = this.#m;
    const from = p - m[s + start];
    const size = m[s + elemsize] >>> 2;
    if (from < 0 || from >= m[s + nelems] * size || from % size !== 0) {
      this.#report.object('FREELIST_LEADS_ASTRAY', `thread ${thread} links word ${p} into a freelist of span ${this.#number(s)}, which has no block there`, site);
    }
    if (this.#isFree(p)) this.#freedTwice(thread, site, s, p);
    this.#block(s, p, FREE_BLOCK);
  }

  #freedTwice(thread: number, site: number, s: Ref, p: Ref): never {
    return this.#report.object('BLOCK_FREED_TWICE', `thread ${thread} frees ${this.#name(s, p)}, which is free`, site);
  }

  #isFree(p: Ref): boolean {
    return this.#what[p - this.#arena] !== IN_USE;
  }

  #block(s: Ref, p: Ref, what: number): void {
    const from = p - this.#arena;
    this.#what.fill(what, from, from + (this.#m[s + elemsize] >>> 2));
  }

  #pages(s: Ref, what: number): void {
    const from = this.#m[s + start] - this.#arena;
    this.#what.fill(what, from, from + this.#m[s + npages] * PAGE_WORDS);
  }

  #name(s: Ref, p: Ref): string {
    const size = this.#m[s + elemsize] >>> 2;
    return `block ${(p - this.#m[s + start]) / size} of span ${this.#number(s)}`;
  }

  #number(s: Ref): number {
    return (s - this.#spans) / WORDS;
  }
}

function howItChanges({ file, fn }: Site): number {
  if (file === 'src/malloc/malloc.ts' || file === 'src/malloc/small.ts') return HANDS_OUT;
  if (fn.startsWith('growSpan')) return CARVES;
  return fn.startsWith('reclaimLocked') || fn.startsWith('returnSpan') ? RELINKS : PLAIN;
}

/** Go's bitmap collector, when it sweeps, follows the freelists to check the bits of free blocks. */
function isFreelistCheck(file: string, fn: string): boolean {
  return file === 'src/gc/collectors/bitmap/collector.ts' && fn.startsWith('checkFreelists');
}
