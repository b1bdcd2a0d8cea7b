/**
 * The race detector for ordinary code. As ECMA-262 defines it, two accesses of different threads race if they have a byte
 * in common, one of them is a store, and nothing orders them. The race is a data race unless both are operations of
 * Atomics on exactly the same bytes.
 *
 * An access is ordered before another by
 * - its thread's own order; all of setup comes before, and check comes after
 * - an atomic store, and the atomic load of the same bytes that reads it or a later update of it
 * - waits and notifies of one word, whose critical sections follow one another, and a notify and the wait that it ends
 *
 * An access at a place that the scenario calls racy has the rules of the core's racy loads and stores: see
 * monitors/races/shadow.ts. Plain accesses that are not so marked still race with it, if it stores.
 *
 * Memory is a set of spans, the ranges of bytes that were accessed. Spans that overlap know each other. Numbers of
 * accesses only grow, so nothing is cleared between executions.
 */
import { UsageError } from '../../base/fatal.ts';
import { ACCESS, type Site } from '../../rewrite/sites.ts';
import { Clocks, LAST_NUMBER, MOST_THREADS, numberOf, threadOf } from '../monitors/races/clocks.ts';
import { RaceFound, type Race } from '../monitors/races/race-found.ts';
import type { Monitor } from '../monitor.ts';
import type { OrdinaryControl } from './core.ts';
import { touchesOf } from './touches.ts';

/** Vectors of a span: by thread, the number of its last access of each kind; and the clock that the last atomic store released. */
const LOADS = 0;
const STORES = MOST_THREADS;
const ATOMIC_LOADS = 2 * MOST_THREADS;
const ATOMIC_STORES = 3 * MOST_THREADS;
const RACY_STORES = 4 * MOST_THREADS;
const RELEASED = 5 * MOST_THREADS;
const WORDS = 6 * MOST_THREADS;

/** By kind of access, the vector that notes it, and the vectors of accesses that it may not meet unordered. */
const MEETS: Readonly<Record<number, readonly number[]>> = {
  [LOADS]: [STORES, ATOMIC_STORES, RACY_STORES],
  [STORES]: [STORES, LOADS, ATOMIC_STORES, ATOMIC_LOADS, RACY_STORES],
  [ATOMIC_LOADS]: [STORES],
  [ATOMIC_STORES]: [STORES, LOADS],
  [RACY_STORES]: [STORES, LOADS],
};
/** As MEETS, for other bytes than the access's own: there, operations of Atomics race as plain ones do. */
const MEETS_OTHER: Readonly<Record<number, readonly number[]>> = { ...MEETS, [ATOMIC_LOADS]: [STORES, ATOMIC_STORES], [ATOMIC_STORES]: [STORES, LOADS, ATOMIC_STORES, ATOMIC_LOADS] };

const BLOCK_SHIFT = 6;
const SIZES = 2 ** 26;

interface Span {
  readonly start: number;
  readonly size: number;
  readonly vectors: Int32Array;
  /** Other spans with bytes of this one. */
  readonly others: Span[];
}

export class OrdinaryRaces implements Monitor {
  readonly #core: OrdinaryControl;
  readonly #sites: readonly Site[];
  readonly #clocks = new Clocks();
  #spans = new Map<number, Span>();
  /** By block of bytes, the spans that touch it. */
  #blocks = new Map<number, Span[]>();
  /** By first byte of a word, the clock that the last critical section of its waiters released. */
  #sections = new Map<number, Int32Array>();
  #m: Int32Array = new Int32Array(0);
  #number = 1;
  #first = 1;
  /** By access of this execution, its site. */
  #log: number[] = [];

  /** @param core the hooked variant, with its `sites` */
  constructor(core: OrdinaryControl, sites: readonly Site[]) {
    this.#core = core;
    this.#sites = sites;
  }

  begin(m: Int32Array, threads: number): void {
    if (threads > MOST_THREADS) throw new UsageError(`the race detector follows at most ${MOST_THREADS} threads, not ${threads}`);
    if (this.#number > LAST_NUMBER) {
      this.#spans = new Map();
      this.#blocks = new Map();
      this.#sections = new Map();
      this.#number = 1;
    }
    this.#m = m;
    this.#first = this.#number;
    this.#log = [];
    this.#clocks.begin(threads, this.#first);
  }

  access(thread: number, site: number, kind: number): void {
    const core = this.#core;
    this.#number++;
    this.#log.push(site);
    const call = core.$nativeCall();
    if (call !== null) {
      for (const { start, size, writes } of touchesOf(call)) this.#plain(thread, site, start, size, writes);
      return;
    }
    const start = core.$touchedFrom();
    const size = core.$touchedBytes();
    switch (kind) {
      case ACCESS.load:
        this.#plain(thread, site, start, size, false);
        break;
      case ACCESS.store:
        this.#plain(thread, site, start, size, true);
        break;
      case ACCESS.atomicLoad:
      case ACCESS.casFailed:
        this.#atomic(thread, site, start, size, true, false);
        break;
      case ACCESS.atomicStore:
        this.#atomic(thread, site, start, size, false, true);
        break;
      case ACCESS.rmw:
      case ACCESS.cas:
        this.#atomic(thread, site, start, size, true, true);
        break;
      case ACCESS.wait:
      case ACCESS.waitRefused:
        this.#section(thread, start);
        this.#atomic(thread, site, start, size, true, false);
        break;
      case ACCESS.notify:
        this.#section(thread, start);
        break;
    }
  }

  /** All that the waker has done so far happens before the woken thread continues. */
  woken(thread: number, by: number): void {
    this.#clocks.join(thread, by, this.#number);
  }

  #plain(thread: number, site: number, start: number, size: number, writes: boolean): void {
    if (size === 0) return;
    const isRacy = this.#core.$about.racy[site] === 1;
    if (isRacy && !writes) return;
    const kind = isRacy ? RACY_STORES : writes ? STORES : LOADS;
    const span = this.#spanOf(start, size);
    this.#check(span, kind, thread, site);
    // An atomic load acquires nothing from a store that is not atomic.
    if (kind === RACY_STORES) this.#clocks.forget(span.vectors, RELEASED);
    span.vectors[kind + thread] = this.#number - 1;
  }

  #atomic(thread: number, site: number, start: number, size: number, reads: boolean, writes: boolean): void {
    if (size === 0) return;
    const span = this.#spanOf(start, size);
    const number = this.#number - 1;
    this.#check(span, writes ? ATOMIC_STORES : ATOMIC_LOADS, thread, site);
    if (reads) this.#clocks.acquire(thread, span.vectors, RELEASED);
    if (writes) this.#clocks.release(thread, number, span.vectors, RELEASED);
    span.vectors[(writes ? ATOMIC_STORES : ATOMIC_LOADS) + thread] = number;
  }

  /** `thread` passes the critical section of the word whose first byte is `start`. */
  #section(thread: number, start: number): void {
    let released = this.#sections.get(start);
    if (released === undefined) this.#sections.set(start, (released = new Int32Array(MOST_THREADS)));
    this.#clocks.acquire(thread, released, 0);
    this.#clocks.release(thread, this.#number - 1, released, 0);
  }

  /** @throws RaceFound if the access meets an earlier one that it may not meet */
  #check(span: Span, kind: number, thread: number, site: number): void {
    this.#checkIn(span, span, MEETS[kind], thread, site);
    for (const other of span.others) this.#checkIn(other, span, MEETS_OTHER[kind], thread, site);
  }

  #checkIn({ vectors, start }: Span, own: Span, kinds: readonly number[], thread: number, site: number): void {
    for (const kind of kinds) {
      const earlier = this.#clocks.unordered(vectors, kind, thread);
      if (earlier !== 0) this.#report(earlier, thread, site, Math.max(start, own.start));
    }
  }

  #spanOf(start: number, size: number): Span {
    const key = start * SIZES + size;
    const known = this.#spans.get(key);
    if (known !== undefined) return known;
    const others = new Set<Span>();
    const span: Span = { start, size, vectors: new Int32Array(WORDS), others: [] };
    for (let block = start >> BLOCK_SHIFT; block <= (start + size - 1) >> BLOCK_SHIFT; block++) {
      const inBlock = this.#blocks.get(block) ?? [];
      for (const other of inBlock) if (other.start < start + size && start < other.start + other.size) others.add(other);
      inBlock.push(span);
      this.#blocks.set(block, inBlock);
    }
    for (const other of others) {
      span.others.push(other);
      other.others.push(span);
    }
    this.#spans.set(key, span);
    return span;
  }

  #report(earlier: number, thread: number, site: number, byte: number): never {
    const nth = numberOf(earlier) - this.#first;
    const race: Race = {
      word: byte >> 2,
      earlier: { thread: threadOf(earlier), site: this.#log[nth], number: nth, stack: null },
      later: { thread, site, number: this.#number - 1 - this.#first, stack: null },
    };
    const core = this.#core;
    const name = core.$nameOf(byte >> 2, byte);
    const found = new RaceFound(race, { m: this.#m, sites: this.#sites, names: core.$about.names, nameOf: () => name });
    // Code under test may catch what is thrown here, so the engine is told, too.
    core.$stop(found);
    throw found;
  }
}
