/**
 * The loads that a core waits for, and what depends on them.
 *
 * 1. A load whose word is a pointer into the heap delays the first access to that object: the address has to be computed from
 *    the word, in CHAIN_HITS hits of the first cache, the load included.
 * 2. A thread that stores the pointer and loads it again, as the mark loops do with a buffer, gets it HOP_HITS later.
 * 3. A load of a pending line arrives with that line.
 *
 * Each thread remembers its last UNDERWAY pending loads.
 */
import { LINE_SHIFT } from './line.ts';
import type { Objects } from './objects.ts';

/** Time from the arrival of a pointer until the first word of its object arrives from the first cache, in hits of that cache. */
const CHAIN_HITS = 2;
/** Time to store a pointer and load it again. */
const HOP_HITS = 2;
const UNDERWAY = 16;

export class PendingLoads {
  readonly #objects: Objects | undefined;
  readonly #chainNs: number;
  readonly #hopNs: number;
  /** By thread, each UNDERWAY: the word loaded, its line (-1 for none), the object that it leads to (start 0: none), and its arrival. */
  readonly #word: Int32Array;
  readonly #line: Int32Array;
  readonly #start: Int32Array;
  readonly #end: Int32Array;
  readonly #comes: Float64Array;
  readonly #next: Int32Array;
  /** By thread: the latest arrival. */
  readonly #lastComes: Float64Array;

  /**
   * @param hitNs a load that hits the first cache
   * @param objects undefined if there are no pointers
   */
  constructor(threads: number, hitNs: number, objects: Objects | undefined) {
    this.#objects = objects;
    this.#chainNs = CHAIN_HITS * hitNs;
    this.#hopNs = HOP_HITS * hitNs;
    this.#word = new Int32Array(threads * UNDERWAY);
    this.#line = new Int32Array(threads * UNDERWAY).fill(-1);
    this.#start = new Int32Array(threads * UNDERWAY);
    this.#end = new Int32Array(threads * UNDERWAY);
    this.#comes = new Float64Array(threads * UNDERWAY);
    this.#next = new Int32Array(threads);
    this.#lastComes = new Float64Array(threads);
  }

  /** Returns the time, not before `now`, at which `thread` knows the address of `word`. */
  addressKnown(thread: number, word: number, now: number): number {
    let known = now;
    if (this.#lastComes[thread] + this.#chainNs <= now) return known;
    for (let i = thread * UNDERWAY; i < (thread + 1) * UNDERWAY; i++) {
      if (word >= this.#start[i] && word < this.#end[i] && this.#comes[i] + this.#chainNs > known) known = this.#comes[i] + this.#chainNs;
    }
    return known;
  }

  /**
   * Records a load of `word`, which has `value`. It is issued at `at`, begins at `start` and takes `ns` more than a hit.
   * @returns its arrival
   */
  load(thread: number, word: number, value: number, at: number, start: number, ns: number): number {
    const line = word >> LINE_SHIFT;
    let comes = start + ns;
    const pending = this.#lastComes[thread] > at;
    if (pending) {
      for (let i = thread * UNDERWAY; i < (thread + 1) * UNDERWAY; i++) if (this.#line[i] === line && this.#comes[i] > comes) comes = this.#comes[i];
    }
    if (comes > at) this.#remember(thread, word, value, ns > 0 ? line : -1, comes);
    else if (pending) this.#reload(thread, word, value, at);
    return comes;
  }

  #remember(thread: number, word: number, value: number, line: number, comes: number): void {
    const leads = this.#objects?.find(value) === true;
    this.#add(thread, word, line, leads ? this.#objects!.start : 0, leads ? this.#objects!.end : 0, comes);
  }

  /** Records a load of a word that a store has written, if that store waits for a pending load: its value is the pointer, or the object itself. */
  #reload(thread: number, word: number, value: number, at: number): void {
    const object = this.#objects?.find(value) === true ? this.#objects.start : value;
    if (object === 0) return;
    for (let i = thread * UNDERWAY; i < (thread + 1) * UNDERWAY; i++) {
      if (this.#start[i] !== object || this.#comes[i] <= at || this.#word[i] === word) continue;
      this.#add(thread, word, -1, object, this.#end[i], this.#comes[i] + this.#hopNs);
      return;
    }
  }

  #add(thread: number, word: number, line: number, start: number, end: number, comes: number): void {
    const i = thread * UNDERWAY + this.#next[thread];
    this.#next[thread] = (this.#next[thread] + 1) % UNDERWAY;
    this.#word[i] = word;
    this.#line[i] = line;
    this.#start[i] = start;
    this.#end[i] = end;
    this.#comes[i] = comes;
    if (comes > this.#lastComes[thread]) this.#lastComes[thread] = comes;
  }
}
