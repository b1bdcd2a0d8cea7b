/**
 * The waits and the notifies of ordinary code: from them a deadlock is told from a lost wake-up.
 *
 * A wake-up is lost if every thread that is left sleeps, and one of them would go on if it were woken now: it ends, or
 * wakes another thread, or changes shared memory before it waits at the same word again. The engine tries it, after the
 * execution: it resumes one thread after the other as if it had been woken.
 */
import type { Control, Fiber, WaitResult } from '../rewrite/generated.ts';
import { FINISHED, IDLE } from '../rewrite/prologue.ts';
import type { Trial } from './explore-options.ts';

/** Most accesses that a thread makes after the end, and most timeouts that pass. */
const MOST_ACCESSES = 2000;
const MOST_PAUSES = 50;
/** Virtual time after any execution. */
const LATE_NS = 2 ** 50;

/** A call of Atomics.notify. */
interface Notify {
  readonly index: number;
  readonly thread: number;
  readonly site: number;
  /** Accesses of all threads before it. */
  readonly step: number;
  /** Number of threads that it woke. */
  readonly woken: number;
}

/** A thread that goes to sleep. */
interface Sleep {
  readonly step: number;
  /** The word then, and the one after it: a wait may be on 64 bits. */
  readonly values: readonly number[];
}

export interface LostWakeup {
  readonly thread: number;
  /** Site of the wait, and the word. */
  readonly site: number;
  readonly index: number;
  /** Accesses of all threads before it went to sleep. */
  readonly step: number;
  /** It waits by Atomics.waitAsync. */
  readonly isIdle: boolean;
  /** The word differs from what it was then. */
  readonly hasChanged: boolean;
  /** The last notify of the word; null if there was none. */
  readonly notify: Notify | null;
}

/** A thread that waits at the end of an execution. */
interface Waiter {
  readonly thread: number;
  readonly site: number;
  readonly words: readonly number[];
  readonly isIdle: boolean;
}

export class WaitLog {
  readonly #core: Control;
  readonly #trial: Trial;
  #notifies: Notify[] = [];
  readonly #sleeps = new Map<number, Sleep>();

  constructor(core: Control, trial: Trial) {
    this.#core = core;
    this.#trial = trial;
  }

  /** Begins an execution. */
  begin(): void {
    this.#notifies = [];
    this.#sleeps.clear();
  }

  notified(notify: Notify): void {
    this.#notifies.push(notify);
  }

  /** `thread` goes to sleep on m[index]. */
  sleeps(thread: number, index: number, step: number, m: Int32Array): void {
    this.#sleeps.set(thread, { step, values: [m[index], m[index + 1]] });
  }

  /**
   * Returns the first of the threads that has lost a wake-up; null if none has. Threads run after the end of the execution.
   * @param waiters the threads that are left: all of them wait for ever
   * @param endAsync ends the first wait, by Atomics.waitAsync, of a thread that has nothing to run
   */
  findLost(waiters: readonly Waiter[], fibers: readonly Fiber[], m: Int32Array, endAsync: (thread: number) => void): LostWakeup | null {
    this.#trial.begin();
    for (const { thread, site, words: [index = IDLE], isIdle } of waiters) {
      const sleep = this.#sleeps.get(thread);
      if (sleep === undefined || index < 0) continue;
      const hasChanged = sleep.values.some((value, i) => m[index + i] !== value);
      const others = waiters.filter((other) => other.thread !== thread).map((other) => other.words[0]);
      if (isIdle) endAsync(thread);
      if (!this.#goesOn(fibers[thread], isIdle ? IDLE : index, others, m)) continue;
      return { thread, site, index, isIdle, step: sleep.step, hasChanged, notify: this.#notifies.findLast((each) => each.index === index) ?? null };
    }
    return null;
  }

  /** Wakes a thread that waits on m[index], or has nothing to run, and reports whether it goes on. If not, the memory is as before. */
  #goesOn(fiber: Fiber, index: number, others: readonly number[], m: Int32Array): boolean {
    const core = this.#core;
    const before = m.slice();
    let wakesOther = false;
    let time = LATE_NS;
    core.$attach({
      now: () => time,
      notify(word, count) {
        const woken = Math.min(others.filter((each) => each === word).length, count);
        wakesOther ||= woken > 0;
        return woken;
      },
      waitAsync: () => 0,
      endWait() {},
      access() {},
    });
    let message: WaitResult = 'ok';
    for (let pauses = 0; pauses < MOST_PAUSES; pauses++) {
      let site: number;
      try {
        site = core.$resume(fiber, MOST_ACCESSES, message);
      } catch {
        return true;
      }
      if (site === FINISHED || wakesOther) return true;
      if (site >= 0) break;
      if (core.$parkTimeout() === Infinity) {
        if (core.$pendingIndex() === index && m.some((value, i) => value !== before[i])) return true;
        break;
      }
      time += core.$parkTimeout();
      message = 'timed-out';
    }
    this.#trial.restore(before);
    m.set(before);
    return false;
  }
}
