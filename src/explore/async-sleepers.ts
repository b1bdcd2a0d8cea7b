/**
 * Waits that do not stop their thread: Atomics.waitAsync. A word's waiters are woken first come, first served, whether
 * they sleep or not. A thread that has nothing to run sleeps on the word IDLE, until one of its waits is notified or a
 * deadline passes.
 */
import { IDLE } from '../rewrite/prologue.ts';
import type { Blocked } from './execution.ts';
import { Sleepers } from './sleepers.ts';
import { RUNNABLE, WAITING } from './thread-table.ts';

interface AsyncWait {
  readonly number: number;
  readonly thread: number;
  readonly index: number;
  readonly arrival: number;
  readonly deadline: number;
  readonly onWoken: () => void;
}

export abstract class AsyncSleepers extends Sleepers {
  #waits: AsyncWait[] = [];
  #numbers = 0;

  protected override resetThreads(): void {
    super.resetThreads();
    this.#waits = [];
  }

  /** `thread` begins to wait on m[index] without sleeping, until `deadline`. Returns the number of the wait. */
  protected beginWait(thread: number, index: number, deadline: number, onWoken: () => void): number {
    const number = this.#numbers++;
    this.#waits.push({ number, thread, index, arrival: this.arrive(), deadline, onWoken });
    return number;
  }

  /** Ends a wait whose time is up. */
  endWait(number: number): void {
    this.#waits = this.#waits.filter((each) => each.number !== number);
  }

  /** Wakes up to `count` of the waiters on m[index], and calls `onWoken` with the thread of each, and whether it slept. Returns their number. */
  protected wakeWaiters(index: number, count: number, onWoken: (thread: number, sleeps: boolean) => void): number {
    let woken = 0;
    for (; woken < count; woken++) {
      const sleeper = this.firstWaiter(index);
      const wait = this.#firstWait(index);
      if (wait !== undefined && (sleeper < 0 || wait.arrival < this.arrivalOf(sleeper))) {
        this.#end(wait);
        onWoken(wait.thread, false);
      } else if (sleeper < 0) break;
      else {
        this.wake(sleeper, 'ok');
        onWoken(sleeper, true);
      }
    }
    return woken;
  }

  /**
   * Returns the threads that wait or loop at the end of an execution.
   * @param callsOf returns the sites of a thread's active calls
   */
  protected blocked(callsOf: (thread: number) => readonly number[]): Blocked[] {
    const blocked: Blocked[] = [];
    for (let thread = 0; thread < this.threads; thread++) {
      const loops = this.vain.loopWords(thread);
      if (this.isDone(thread) || (this.status[thread] === RUNNABLE && loops.length === 0)) continue;
      const isIdle = this.waitsOn[thread] === IDLE;
      const words = loops.length > 0 ? loops : isIdle ? this.#wordsOf(thread) : [this.waitsOn[thread]];
      blocked.push({ thread, site: this.pendingSite[thread], words, loops: loops.length > 0, isIdle, calls: callsOf(thread) });
    }
    return blocked;
  }

  /** Ends the first of the waits of `thread`, which has nothing to run, as a notify would. */
  protected endFirstWait(thread: number): void {
    this.#waits.find((each) => each.thread === thread)?.onWoken();
  }

  /** Returns the words on which `thread` waits without sleeping. */
  #wordsOf(thread: number): readonly number[] {
    return this.#waits.filter((each) => each.thread === thread).map(({ index }) => index);
  }

  #firstWait(index: number): AsyncWait | undefined {
    if (this.#waits.length === 0) return undefined;
    const time = this.time();
    return this.#waits.find((each) => each.index === index && each.deadline > time);
  }

  #end(wait: AsyncWait): void {
    this.endWait(wait.number);
    wait.onWoken();
    const { thread } = wait;
    if (this.status[thread] === WAITING && this.waitsOn[thread] === IDLE) this.wake(thread, 'ok');
  }
}
