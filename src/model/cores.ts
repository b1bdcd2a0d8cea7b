/**
 * The cores: out-of-order execution of accesses.
 *
 * 1. A core begins accesses ahead as far as its window allows, each when its address is known.
 * 2. Accesses complete in program order. So most misses overlap with other misses or with work.
 * 3. An access through a loaded pointer begins after the load completes (pending-loads.ts): misses along a list do not overlap.
 * 4. A mispredicted branch (branches.ts) stalls the core until the last load completes.
 * 5. Stores drain in order through a store buffer of limited size.
 * 6. An atomic access waits for all earlier accesses, and later ones wait for it. If the machine's atomics overlap, its line
 *    is fetched ahead and later accesses begin before it is complete, as they do on processors that take a locked instruction's
 *    order back only if another core interferes.
 * 7. Threads of one core share its computing and divide its window and store buffer (hyper-threads.ts).
 *
 * Invariant: completion times never decrease along a thread's accesses.
 * Source: the window model of interval analysis (Karkhanis and Smith, "A first-order
 * superscalar processor model", 2004), with accesses in place of instructions.
 */
import { ACCESS } from '../rewrite/sites.ts';
import { Branches } from './branches.ts';
import { Caches, EVENT, isPlain } from './caches.ts';
import { HyperThreads } from './hyper-threads.ts';
import { LINE_SHIFT } from './line.ts';
import type { MachineModel } from './machine-model.ts';
import type { Objects } from './objects.ts';
import { PendingLoads } from './pending-loads.ts';
import { slowdowns, type Placement } from './placement.ts';

/** Upper limit of the window, in accesses. */
const MOST_AHEAD = 4096;

export interface CoreOptions {
  /** Factors of the cost of an access, by its site; undefined: all 1. */
  readonly scales?: Float64Array;
  /** The objects that pointers lead to; without them, no word is a pointer. */
  readonly objects?: Objects;
}

export class Cores {
  readonly caches: Caches;

  readonly #scales: Float64Array | undefined;
  readonly #branches: Branches;
  readonly #kindNs: Float64Array;
  /** By thread: the factor of its core's times; see slowdowns. */
  readonly #slower: Float64Array;
  /** Undefined if each thread has a core. */
  readonly #hyperThreads: HyperThreads | undefined;
  readonly #atomicsOverlap: boolean;
  readonly #mispredictNs: number;
  readonly #window: number;
  readonly #buffer: number;
  /** Completion times of the last `#window` accesses, and below the cause of each. */
  readonly #complete: Float64Array;
  readonly #reason: Uint8Array;
  readonly #count: Int32Array;
  /** Drain times of the last `#buffer` stores. */
  readonly #stored: Float64Array;
  readonly #stores: Int32Array;
  /** For each thread, the completion times of the last access, store and load, and the cause of the first. */
  readonly #lastComplete: Float64Array;
  readonly #lastReason: Uint8Array;
  readonly #lastStored: Float64Array;
  readonly #lastLoaded: Float64Array;
  readonly #pending: PendingLoads;

  /** The first parameters are those of Caches. */
  constructor(machine: MachineModel, placement: Placement, words: number, inUse: number, { scales, objects }: CoreOptions = {}) {
    const { threads, cores, coreOf } = placement;
    const slower = slowdowns(machine, placement);
    this.#scales = scales;
    this.caches = new Caches(machine, placement, words, inUse);
    this.#slower = Float64Array.from(coreOf, (core) => slower[core]);
    this.#hyperThreads = cores < threads ? new HyperThreads(placement) : undefined;
    this.#branches = new Branches(threads);
    this.#kindNs = kindNs(machine);
    this.#atomicsOverlap = machine.atomicsOverlap === true;
    this.#mispredictNs = machine.mispredictNs;
    this.#window = Math.max(1, Math.min(MOST_AHEAD, Math.round(machine.windowNs / machine.accessNs)));
    this.#buffer = machine.storeBuffer;
    this.#complete = new Float64Array(threads * this.#window);
    this.#reason = new Uint8Array(threads * this.#window);
    this.#count = new Int32Array(threads);
    this.#stored = new Float64Array(threads * this.#buffer);
    this.#stores = new Int32Array(threads);
    this.#lastComplete = new Float64Array(threads);
    this.#lastReason = new Uint8Array(threads);
    this.#lastStored = new Float64Array(threads);
    this.#lastLoaded = new Float64Array(threads);
    this.#pending = new PendingLoads(threads, machine.l1.ns, objects);
  }

  /** Returns the time of `thread`'s next access, after one of `kind` (see ACCESS) that begins at `now`. */
  access(thread: number, site: number, kind: number, word: number, value: number, now: number): number {
    const line = word >> LINE_SHIFT;
    const scale = this.#scales === undefined ? 1 : this.#scales[site];
    const place = thread * this.#window + this.#count[thread];
    this.#count[thread] = this.#count[thread] + 1 === this.#window ? 0 : this.#count[thread] + 1;
    const sharing = this.#hyperThreads === undefined ? 1 : this.#hyperThreads.work(thread);
    const oldest = sharing === 1 ? place : ringPlace(thread, this.#window, place, sharing);
    let at = this.#until(thread, now, this.#complete[oldest], this.#reason[oldest]);
    if (!this.#branches.foresees(thread, site)) {
      const resolved = Math.max(at, this.#lastLoaded[thread]) + this.#mispredictNs * scale * this.#slower[thread];
      at = this.#until(thread, at, resolved, EVENT.mispredict);
    }
    const overlaps = this.#atomicsOverlap && ordersAll(kind);
    const computing = this.#kindNs[kind] * scale * this.#slower[thread];
    at += this.#hyperThreads === undefined ? computing : this.#hyperThreads.compute(thread, computing, at);
    if (overlaps) {
      const start = this.#pending.addressKnown(thread, word, at);
      const comes = start + this.caches.latency(thread, kind, line, start) * scale;
      const reason = this.caches.event;
      // A locked instruction stores, too, after all stores before it.
      this.#finish(thread, place, kind === ACCESS.atomicLoad ? comes : Math.max(comes, this.#lastStored[thread]), reason);
      if (kind !== ACCESS.atomicLoad) this.#lastStored[thread] = this.#lastComplete[thread];
      this.#lastLoaded[thread] = comes;
      return at;
    }
    if (!isPlain(kind)) {
      // All earlier accesses complete first, and no later one begins before it completes.
      at = this.#until(thread, at, this.#lastComplete[thread], this.#lastReason[thread]);
      if (kind !== ACCESS.atomicLoad) at = this.#until(thread, at, this.#lastStored[thread], EVENT.storeMiss);
      const ns = this.caches.latency(thread, kind, line, at) * scale;
      at = this.#until(thread, at, at + ns, this.caches.event);
      this.#lastStored[thread] = this.#lastLoaded[thread] = at;
      this.#finish(thread, place, at, 0);
      return at;
    }
    const start = this.#pending.addressKnown(thread, word, at);
    const ns = this.caches.latency(thread, kind, line, start) * scale;
    const reason = this.caches.event;
    if (kind === ACCESS.store || kind === ACCESS.byteStore) {
      const slot = thread * this.#buffer + this.#stores[thread];
      this.#stores[thread] = this.#stores[thread] + 1 === this.#buffer ? 0 : this.#stores[thread] + 1;
      const drained = sharing === 1 ? slot : ringPlace(thread, this.#buffer, slot, sharing);
      at = this.#until(thread, at, this.#stored[drained], EVENT.storeMiss);
      this.#lastStored[thread] = this.#stored[slot] = Math.max(this.#lastStored[thread], start + ns);
      this.#finish(thread, place, start, reason);
      return at;
    }
    const comes = this.#pending.load(thread, word, value, at, start, ns);
    this.#lastLoaded[thread] = comes;
    this.#finish(thread, place, comes, reason);
    return at;
  }

  /** Returns the time, not before `now`, at which all of `thread`'s accesses are complete. A read of the clock waits for it. */
  settle(thread: number, now: number): number {
    return Math.max(now, this.#lastComplete[thread], this.#lastStored[thread]);
  }

  /** Notes that `thread` sleeps, pauses or has ended: other threads of its core have its part. */
  rest(thread: number): void {
    this.#hyperThreads?.rest(thread);
  }

  /** Completes the access at `at` or, to keep the order, later. */
  #finish(thread: number, place: number, at: number, reason: number): void {
    if (at > this.#lastComplete[thread]) {
      this.#lastComplete[thread] = at;
      this.#lastReason[thread] = reason;
    }
    this.#complete[place] = this.#lastComplete[thread];
    this.#reason[place] = this.#lastReason[thread];
  }

  /** Stalls the thread from `now` until `then`, if that is later. Returns the later time. */
  #until(thread: number, now: number, then: number, event: number): number {
    if (then <= now) return now;
    this.caches.stalled(thread, event, then - now);
    return then;
  }
}

/** Returns the place in a thread's ring of `size` of the entry that is the part of one of `sharing` threads before `place`. */
function ringPlace(thread: number, size: number, place: number, sharing: number): number {
  const first = thread * size;
  const part = Math.max(1, Math.floor(size / sharing));
  return first + ((place - first + size - part) % size);
}

/** Reports whether accesses of `kind` are locked instructions, or loads and stores that are ordered as those are. */
function ordersAll(kind: number): boolean {
  return kind >= ACCESS.atomicLoad && kind <= ACCESS.casFailed;
}

/** Returns the ns of an access of each kind that hits the first cache. */
export function kindNs(machine: MachineModel): Float64Array {
  const ns = new Float64Array(Object.keys(ACCESS).length);
  for (let kind = 0; kind < ns.length; kind++) if (isPlain(kind)) ns[kind] = machine.accessNs;
  ns[ACCESS.atomicLoad] = machine.atomicLoadNs;
  ns[ACCESS.atomicStore] = machine.atomicStoreNs;
  for (const kind of ['rmw', 'cas', 'casFailed'] as const) ns[ACCESS[kind]] = machine.rmwNs;
  for (const kind of ['wait', 'waitRefused', 'notify'] as const) ns[ACCESS[kind]] = machine.atomicLoadNs;
  ns[ACCESS.fill] = ns[ACCESS.copy] = machine.rangeNs;
  return ns;
}
