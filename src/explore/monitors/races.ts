/**
 * The race detector. A race is a pair of accesses to one word by two threads, at least one of
 * them plain and at least one a store, that no happens-before relation orders. The detector finds
 * the pair in every execution that makes both, in either order, unless an unrelated synchronization
 * happens to order them. docs/explanation/exploration.md lists the relations, in its section on races.
 */
import type { Control } from '../../rewrite/generated.ts';
import type { Monitor } from '../monitor.ts';
import { ACCESS, type Site } from '../../rewrite/sites.ts';
import { Clocks, LAST_NUMBER, numberOf, threadOf } from './races/clocks.ts';
import { RaceFound, type Race } from './races/race-found.ts';
import { Shadow } from './races/shadow.ts';

/** As constants of this module: fields of an imported object would be read for each case of each access. */
const { load: LOAD, store: STORE, atomicLoad: ATOMIC_LOAD, atomicStore: ATOMIC_STORE, rmw: RMW, cas: CAS, casFailed: CAS_FAILED } = ACCESS;
const { wait: WAIT, waitRefused: WAIT_REFUSED, fill: FILL, copy: COPY, byteLoad: BYTE_LOAD, byteStore: BYTE_STORE } = ACCESS;

/** The functions of sync/racy.ts, which spell intended races. */
const RACY = new Set(['racyLoad', 'racyStore', 'racyLoadByte', 'racyStoreByte']);

/**
 * Makes a monitor that objects to the first race of an execution.
 * @param core the hooked variant, for its call stacks
 * @param sites the sites of `core`
 * @param names of the threads
 */
export function makeRaceDetector(core: Control, sites: readonly Site[], names: readonly string[] = []): Monitor {
  return new RaceDetector(core, sites, names);
}

class RaceDetector implements Monitor {
  readonly #core: Control;
  readonly #sites: readonly Site[];
  readonly #names: readonly string[];
  /** By site, 1 for an intended race. */
  readonly #racy: Uint8Array;
  readonly #clocks = new Clocks();
  #m: Int32Array = new Int32Array(0);
  #shadow = new Shadow(this.#clocks, 0);
  /** Number of the next access, counted over all executions. */
  #number = 1;
  /** Number of the first access of this execution. */
  #first = 1;
  /** By access of this execution, its site. */
  #log = new Int32Array(1 << 12);

  constructor(core: Control, sites: readonly Site[], names: readonly string[]) {
    this.#core = core;
    this.#sites = sites;
    this.#names = names;
    this.#racy = Uint8Array.from(sites, ({ fn }) => Number(RACY.has(fn)));
  }

  begin(m: Int32Array, threads: number): void {
    if (m.length !== this.#m.length || this.#number > LAST_NUMBER) {
      this.#shadow = new Shadow(this.#clocks, m.length);
      this.#number = 1;
    }
    this.#m = m;
    this.#first = this.#number;
    this.#clocks.begin(threads, this.#first);
  }

  access(thread: number, site: number, kind: number, index: number, value: number, old: number): void {
    const number = this.#number++;
    const nth = number - this.#first;
    if (nth === this.#log.length) this.#growLog();
    this.#log[nth] = site;
    const shadow = this.#shadow;
    let other = 0;
    switch (kind) {
      case LOAD:
        if (this.#racy[site] === 0) other = shadow.load(index, thread, number);
        break;
      case STORE:
        other = this.#racy[site] === 0 ? shadow.store(index, thread, number) : shadow.racyStore(index, thread, number);
        break;
      case ATOMIC_LOAD:
      case CAS_FAILED:
      case WAIT:
      case WAIT_REFUSED:
        other = shadow.atomicLoad(index, thread, number);
        break;
      case ATOMIC_STORE:
        other = shadow.atomicStore(index, thread, number, false);
        break;
      case RMW:
      case CAS:
        other = shadow.atomicStore(index, thread, number, true);
        break;
      case BYTE_LOAD:
        if (this.#racy[site] === 0) other = shadow.loadByte(index, thread, number);
        index >>= 2;
        break;
      case BYTE_STORE:
        other = this.#racy[site] === 0 ? shadow.storeByte(index, thread, number) : shadow.racyStoreByte(index, thread, number);
        index >>= 2;
        break;
      case FILL:
        this.#range(thread, site, number, index, value, -1);
        break;
      case COPY:
        this.#range(thread, site, number, index, value, old);
        break;
    }
    if (other !== 0) this.#report(other, thread, site, number, index);
  }

  /** All that the waker has done so far happens before the woken thread continues. */
  woken(thread: number, by: number): void {
    this.#clocks.join(thread, by, this.#number);
  }

  /** Checks a store of `words` words from `to`, and before it a load of as many from `from`, if that is not -1. */
  #range(thread: number, site: number, number: number, to: number, words: number, from: number): void {
    for (let i = 0; i < words; i++) {
      const loaded = from < 0 ? 0 : this.#shadow.load(from + i, thread, number);
      if (loaded !== 0) this.#report(loaded, thread, site, number, from + i);
      const stored = this.#shadow.store(to + i, thread, number);
      if (stored !== 0) this.#report(stored, thread, site, number, to + i);
    }
  }

  #report(earlier: number, thread: number, site: number, number: number, word: number): never {
    const nth = numberOf(earlier) - this.#first;
    const race: Race = {
      word,
      earlier: { thread: threadOf(earlier), site: this.#log[nth], number: nth, stack: null },
      later: { thread, site, number: number - this.#first, stack: this.#core.$stack() },
    };
    throw new RaceFound(race, { m: this.#m, sites: this.#sites, names: this.#names });
  }

  #growLog(): void {
    const log = new Int32Array(2 * this.#log.length);
    log.set(this.#log);
    this.#log = log;
  }
}
