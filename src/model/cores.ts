/**
 * What a core makes of accesses: it begins as many of them ahead as its window holds, in whatever order their
 * addresses are known, and completes them in the program's order. So most misses hide behind others, or
 * behind work; not those whose address comes from the miss before, as along a list, nor those behind a branch that was
 * guessed wrongly. This is the window model of interval analysis (Karkhanis and Smith, "A first-order
 * superscalar processor model", 2004), by the access in place of the instruction.
 *
 * Of where an address comes from the model knows one thing: a word that was loaded may be a pointer,
 * and what lies there can't be had before it.
 */
import { ACCESS } from '../rewrite/sites.ts';
import { Branches } from './branches.ts';
import { Caches, EVENT, isPlain, LINE_SHIFT } from './caches.ts';
import type { MachineModel } from './machine-model.ts';

/** Words of an object that its first access may be to: scans begin at an end. */
const REACH = 256;
/** From a pointer's word to the first of what it leads to: so many hits of the first cache, one of them a load. */
const CHAIN_HITS = 4;
/** Accesses in any window. */
const MOST_AHEAD = 4096;
/** Loads that a core remembers, while they are under way. */
const UNDERWAY = 16;

export class Cores {
  readonly caches: Caches;

  readonly #branches: Branches;
  readonly #kindNs: Float64Array;
  readonly #mispredictNs: number;
  readonly #window: number;
  readonly #buffer: number;
  readonly #chainNs: number;
  /** When each of the last `#window` accesses was complete, with all before it; what it waited for. */
  readonly #complete: Float64Array;
  readonly #reason: Uint8Array;
  readonly #count: Int32Array;
  /** When each of the last `#buffer` stores reached its line, with all before it. */
  readonly #stored: Float64Array;
  readonly #stores: Int32Array;
  /** By thread: when the last access was complete, and the last store, and the last load's word was there. */
  readonly #lastComplete: Float64Array;
  readonly #lastReason: Uint8Array;
  readonly #lastStored: Float64Array;
  readonly #lastLoaded: Float64Array;
  /** Loads under way: where their words may lead to, the lines that they fetch (-1 for none), and when they are there. */
  readonly #leadsTo: Int32Array;
  readonly #line: Int32Array;
  readonly #comes: Float64Array;
  readonly #next: Int32Array;
  /** When the last of them comes. */
  readonly #lastComes: Float64Array;

  /** As for Caches. */
  constructor(machine: MachineModel, threads: number, words: number, inUse: number) {
    this.caches = new Caches(machine, threads, words, inUse);
    this.#branches = new Branches(threads);
    this.#kindNs = kindNs(machine);
    this.#mispredictNs = machine.mispredictNs;
    this.#window = Math.max(1, Math.min(MOST_AHEAD, Math.round(machine.windowNs / machine.accessNs)));
    this.#buffer = machine.storeBuffer;
    this.#chainNs = CHAIN_HITS * machine.l1.ns;
    this.#complete = new Float64Array(threads * this.#window);
    this.#reason = new Uint8Array(threads * this.#window);
    this.#count = new Int32Array(threads);
    this.#stored = new Float64Array(threads * this.#buffer);
    this.#stores = new Int32Array(threads);
    this.#lastComplete = new Float64Array(threads);
    this.#lastReason = new Uint8Array(threads);
    this.#lastStored = new Float64Array(threads);
    this.#lastLoaded = new Float64Array(threads);
    this.#leadsTo = new Int32Array(threads * UNDERWAY).fill(-REACH);
    this.#line = new Int32Array(threads * UNDERWAY).fill(-1);
    this.#comes = new Float64Array(threads * UNDERWAY);
    this.#next = new Int32Array(threads);
    this.#lastComes = new Float64Array(threads);
  }

  /** When `thread` goes on to its next access after this one, of `kind` (see ACCESS), which it begins at `now`. */
  access(thread: number, site: number, kind: number, word: number, value: number, now: number): number {
    const line = word >> LINE_SHIFT;
    const place = thread * this.#window + this.#count[thread];
    this.#count[thread] = this.#count[thread] + 1 === this.#window ? 0 : this.#count[thread] + 1;
    let at = this.#until(thread, now, this.#complete[place], this.#reason[place]);
    if (!this.#branches.foresees(thread, site)) {
      const resolved = Math.max(at, this.#lastLoaded[thread]) + this.#mispredictNs;
      at = this.#until(thread, at, resolved, EVENT.mispredict);
    }
    at += this.#kindNs[kind];
    if (!isPlain(kind)) {
      // All others are complete before it is, and nothing begins before that; its own work goes on meanwhile.
      at = this.#until(thread, at, this.#lastComplete[thread], this.#lastReason[thread]);
      if (kind !== ACCESS.atomicLoad) at = this.#until(thread, at, this.#lastStored[thread], EVENT.storeMiss);
      const ns = this.caches.latency(thread, kind, line, at);
      at = this.#until(thread, at, at + ns, this.caches.event);
      this.#lastStored[thread] = this.#lastLoaded[thread] = at;
      this.#finish(thread, place, at, 0);
      return at;
    }
    const start = this.#lastComes[thread] > at ? this.#addressKnown(thread, word, at) : at;
    const ns = this.caches.latency(thread, kind, line, start);
    const reason = this.caches.event;
    if (kind === ACCESS.store || kind === ACCESS.byteStore) {
      const slot = thread * this.#buffer + this.#stores[thread];
      this.#stores[thread] = this.#stores[thread] + 1 === this.#buffer ? 0 : this.#stores[thread] + 1;
      at = this.#until(thread, at, this.#stored[slot], EVENT.storeMiss);
      this.#lastStored[thread] = this.#stored[slot] = Math.max(this.#lastStored[thread], start + ns);
      this.#finish(thread, place, start, reason);
      return at;
    }
    const comes = Math.max(start + ns, this.#lastComes[thread] > start ? this.#lineComes(thread, line) : 0);
    this.#lastLoaded[thread] = comes;
    if (comes > at) this.#remember(thread, value, ns > 0 ? line : -1, comes);
    this.#finish(thread, place, comes, reason);
    return at;
  }

  /** When all that `thread` has begun is complete, from `now` on: so long it waits before it looks at the clock. */
  settle(thread: number, now: number): number {
    return Math.max(now, this.#lastComplete[thread], this.#lastStored[thread]);
  }

  /** It is complete at `at`, and in order. */
  #finish(thread: number, place: number, at: number, reason: number): void {
    if (at > this.#lastComplete[thread]) {
      this.#lastComplete[thread] = at;
      this.#lastReason[thread] = reason;
    }
    this.#complete[place] = this.#lastComplete[thread];
    this.#reason[place] = this.#lastReason[thread];
  }

  /** The thread stands still from `now` to `then`, if that is later, because of an event. */
  #until(thread: number, now: number, then: number, event: number): number {
    if (then <= now) return now;
    this.caches.stalled(thread, event, then - now);
    return then;
  }

  /** When the address of `word` is known: not before a pointer to there has come. */
  #addressKnown(thread: number, word: number, now: number): number {
    let known = now;
    for (let i = thread * UNDERWAY; i < (thread + 1) * UNDERWAY; i++) {
      const inside = word - this.#leadsTo[i];
      if (inside >= 0 && inside < REACH && this.#comes[i] + this.#chainNs > known) known = this.#comes[i] + this.#chainNs;
    }
    return known;
  }

  /** When a line comes that is under way; 0 if none is. */
  #lineComes(thread: number, line: number): number {
    let comes = 0;
    for (let i = thread * UNDERWAY; i < (thread + 1) * UNDERWAY; i++) if (this.#line[i] === line && this.#comes[i] > comes) comes = this.#comes[i];
    return comes;
  }

  #remember(thread: number, value: number, line: number, comes: number): void {
    const i = thread * UNDERWAY + this.#next[thread];
    this.#next[thread] = (this.#next[thread] + 1) % UNDERWAY;
    // A pointer counts bytes, its low bits may hold something else; see memory/address.ts.
    this.#leadsTo[i] = (value >>> 2) & ~1;
    this.#line[i] = line;
    this.#comes[i] = comes;
    if (comes > this.#lastComes[thread]) this.#lastComes[thread] = comes;
  }
}

/** What an access of each kind takes when its line is at hand. */
function kindNs(machine: MachineModel): Float64Array {
  const ns = new Float64Array(Object.keys(ACCESS).length);
  for (let kind = 0; kind < ns.length; kind++) if (isPlain(kind)) ns[kind] = machine.accessNs;
  ns[ACCESS.atomicLoad] = machine.atomicLoadNs;
  ns[ACCESS.atomicStore] = machine.atomicStoreNs;
  for (const kind of ['rmw', 'cas', 'casFailed'] as const) ns[ACCESS[kind]] = machine.rmwNs;
  for (const kind of ['wait', 'waitRefused', 'notify'] as const) ns[ACCESS[kind]] = machine.atomicLoadNs;
  ns[ACCESS.fill] = ns[ACCESS.copy] = machine.rangeNs;
  return ns;
}
