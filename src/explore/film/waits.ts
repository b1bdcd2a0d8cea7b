/**
 * Notes which thread waits for what: a thread that has found a lock taken wants it until it gets it, and a
 * thread that sleeps on a word does so until another thread wakes it, or its time is up.
 */
import { ACCESS } from '../../rewrite/sites.ts';
import type { Monitor } from '../monitor.ts';
import { LOCK_OP } from '../monitors/locks.ts';

/** What a thread does on a word. */
export const WAIT = { none: 0, wants: 1, sleeps: 2 } as const;
export type Wait = (typeof WAIT)[keyof typeof WAIT];

export interface WaitChange {
  /** The access with which the thread's state changed. */
  readonly step: number;
  readonly thread: number;
  readonly wait: Wait;
  /** A row of the film's words; -1 if it waits for nothing. */
  readonly word: number;
  /** The thread that ended a sleep; -1 if none did. */
  readonly by: number;
}

const NOTHING = -1;

export class Waits implements Monitor {
  readonly changes: WaitChange[] = [];
  readonly #ops: Uint8Array;
  readonly #accesses: () => number;
  readonly #wordNow: (at: number) => number;
  /** By thread, the lock that it wants, and whether it sleeps. */
  readonly #wants: number[] = [];
  readonly #sleeps: boolean[] = [];

  /** @param ops by site, one of LOCK_OP @param accesses returns the number of accesses so far @param wordNow returns the row of a word, as it is named now */
  constructor(ops: Uint8Array, accesses: () => number, wordNow: (at: number) => number) {
    this.#ops = ops;
    this.#accesses = accesses;
    this.#wordNow = wordNow;
  }

  begin(_m: Int32Array, threads: number): void {
    for (let thread = 0; thread < threads; thread++) {
      this.#wants[thread] = NOTHING;
      this.#sleeps[thread] = false;
    }
  }

  access(thread: number, site: number, kind: number, index: number, _value: number, old: number): void {
    const step = this.#accesses() - 1;
    // Nobody has woken it, so its time was up.
    if (this.#sleeps[thread]) this.#wakeUp(step, thread, -1);
    if (kind === ACCESS.wait) {
      this.#sleeps[thread] = true;
      this.#note(step, thread, WAIT.sleeps, index, -1);
    } else this.#lock(step, thread, this.#ops[site], kind, index, old);
  }

  #lock(step: number, thread: number, op: number, kind: number, index: number, old: number): void {
    // A planted bug may take a lock by a plain store.
    const stored = this.#wants[thread] === index && (kind === ACCESS.store || kind === ACCESS.atomicStore);
    if (op !== LOCK_OP.take && op !== LOCK_OP.exchange && !stored) return;
    const got = stored || (op === LOCK_OP.exchange ? old === 0 : kind === ACCESS.cas);
    if ((this.#wants[thread] === index) !== got) return;
    this.#wants[thread] = got ? NOTHING : index;
    this.#note(step, thread, got ? WAIT.none : WAIT.wants, got ? NOTHING : index, -1);
  }

  /** Called before the access of `by` that wakes `thread`. */
  woken(thread: number, by: number): void {
    this.#wakeUp(this.#accesses(), thread, by);
  }

  #wakeUp(step: number, thread: number, by: number): void {
    this.#sleeps[thread] = false;
    const lock = this.#wants[thread];
    this.#note(step, thread, lock === NOTHING ? WAIT.none : WAIT.wants, lock, by);
  }

  #note(step: number, thread: number, wait: Wait, at: number, by: number): void {
    this.changes.push({ step, thread, wait, word: at === NOTHING ? NOTHING : this.#wordNow(at), by });
  }
}
