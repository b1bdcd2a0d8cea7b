/**
 * Watches for threads that starve.
 *
 * A thread gets on when it changes shared memory; with a spec, when it ends an operation. Another thread overtakes it when
 * it gets on between two accesses of the waiting thread. A thread starves if it is overtaken `bound` times and has not got
 * on in between. So a thread that the strategy does not run is not overtaken: it is not the code that keeps it waiting.
 */
import { ACCESS, formatSite, type Site } from '../../rewrite/sites.ts';
import { Violation } from '../execution.ts';
import type { Monitor } from '../monitor.ts';

/** Kinds of accesses that may change a word. */
const STORES: ReadonlySet<number> = new Set([ACCESS.store, ACCESS.atomicStore, ACCESS.rmw, ACCESS.cas, ACCESS.fill, ACCESS.copy]);

interface StarvationOptions {
  /** Times that a thread may be overtaken. */
  readonly bound: number;
  readonly sites: readonly Site[];
  /** Names of the threads. */
  readonly names: readonly string[];
  /** Threads get on by ending operations. */
  readonly countsOperations: boolean;
  /** Told what is thrown, which code under test may catch. */
  readonly onFound: (found: Violation) => void;
}

export class Starvation implements Monitor {
  readonly #options: StarvationOptions;
  /** By thread: how often it was overtaken since it got on. */
  #overtaken = new Int32Array(0);
  /** By thread: 1 if another thread has got on since its last access. */
  #isBehind = new Uint8Array(0);

  constructor(options: StarvationOptions) {
    this.#options = options;
  }

  begin(_m: Int32Array, threads: number): void {
    this.#overtaken = new Int32Array(threads);
    this.#isBehind = new Uint8Array(threads);
  }

  access(thread: number, site: number, kind: number, _index: number, value: number, old: number): void {
    const { bound, countsOperations } = this.#options;
    if (!countsOperations && STORES.has(kind) && value !== old) {
      this.getsOn(thread);
      return;
    }
    if (this.#isBehind[thread] === 1) {
      this.#isBehind[thread] = 0;
      if (++this.#overtaken[thread] >= bound) this.#report(thread, site);
    }
  }

  /** `thread` has got on. */
  getsOn(thread: number): void {
    this.#isBehind.fill(1);
    this.#isBehind[thread] = 0;
    this.#overtaken[thread] = 0;
  }

  /** `thread` begins an operation: before it has made an access, nothing overtakes it. */
  begins(thread: number): void {
    this.#isBehind[thread] = 0;
    this.#overtaken[thread] = 0;
  }

  #report(thread: number, site: number): never {
    const { bound, sites, names, countsOperations, onFound } = this.#options;
    const found = new Violation('starvation', [
      `${names[thread]} was overtaken ${bound} times: another thread ${countsOperations ? 'ended an operation' : 'changed shared memory'} between two of its accesses, and ${names[thread]} did not ${countsOperations ? 'end its own' : 'change any'}`,
      `its last access is at ${formatSite(sites[site])}`,
    ]);
    onFound(found);
    throw found;
  }
}
