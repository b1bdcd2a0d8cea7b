/**
 * Sleeping threads and the virtual clock.
 *
 * 1. An access takes `accessNs` of virtual time.
 * 2. A sleeping thread wakes when the clock reaches its deadline.
 * 3. A strategy may choose a sleeping thread: the clock then jumps to its deadline.
 * 4. A thread that waits in vain (vain-waits.ts) also wakes when a word that it reads changes.
 */
import { RUNNABLE, ThreadTable, WAITING } from './thread-table.ts';
import { VainWaits } from './vain-waits.ts';

/** The word that a suspended thread waits on: none, so no wake-up reaches it. */
const NO_WORD = -1;

export class Sleepers extends ThreadTable {
  steps = 0;
  /** How often threads have read the clock. */
  clockReads = 0;
  /** The memory of the current or last execution. */
  readonly m: Int32Array;
  protected readonly vain: VainWaits;
  /** Virtual nanoseconds of an access. */
  protected readonly accessNs: number;
  /** Virtual nanoseconds by which the clock has jumped. */
  protected jumped = 0;

  constructor(threads: number, m: Int32Array, accessNs: number) {
    super(threads);
    this.m = m;
    this.accessNs = accessNs;
    this.vain = new VainWaits(threads);
  }

  protected override resetThreads(): void {
    super.resetThreads();
    this.steps = this.clockReads = 0;
    this.jumped = 0;
    this.vain.reset();
  }

  /** The virtual clock, in nanoseconds. */
  protected time(): number {
    return this.jumped + this.steps * this.accessNs;
  }

  /** Counts `ran` accesses of `thread`. */
  protected count(thread: number, ran: number): void {
    this.steps += ran;
    this.ran[thread] += ran;
  }

  /** Puts `thread` to sleep on m[index] for `timeout` virtual nanoseconds. A spinner's pauses grow. */
  protected sleep(thread: number, index: number, timeout: number): void {
    const pause = timeout < Infinity ? timeout * this.vain.pauseFactor(thread, this.m, index) : timeout;
    this.park(thread, index, this.time() + pause);
  }

  /** Suspends `thread`, which loops, before its pending access. It sleeps, but no word wakes it. */
  protected suspend(thread: number): void {
    this.status[thread] = WAITING;
    this.waitsOn[thread] = NO_WORD;
    this.deadline[thread] = this.time() + this.vain.suspend(thread, this.m);
    this.list();
  }

  /**
   * Ends the sleep of `thread`, and of all threads with earlier deadlines. A thread that waits in vain may
   * continue at any time: the clock jumps for it only if no other thread can run.
   */
  protected wakeNow(thread: number): void {
    const time = this.time();
    if (this.vain.mayContinue(thread) && this.runnableCount > 0) this.deadline[thread] = time;
    else if (this.deadline[thread] > time) this.jumped += this.deadline[thread] - time;
    this.wakeExpired();
  }

  /** Wakes the sleeping threads whose deadlines have passed, and those whose words have changed. */
  protected wakeExpired(): void {
    const time = this.time();
    let woken = 0;
    for (let i = 0; i < this.sleepingCount; i++) {
      const thread = this.sleeping[i];
      if (this.deadline[thread] > time && !this.vain.hasNews(thread, this.m)) continue;
      if (this.vain.isSuspended(thread)) {
        // It continues with its pending access.
        this.vain.resume(thread);
        this.status[thread] = RUNNABLE;
      } else {
        this.vain.pauseOver(thread);
        this.wake(thread, 'timed-out');
      }
      woken++;
    }
    if (woken > 0) this.list();
  }

  /** Returns the accesses until the first sleeping thread's deadline; Infinity if none sleeps. */
  protected untilDeadline(): number {
    let accesses = Infinity;
    for (let i = 0; i < this.sleepingCount; i++) accesses = Math.min(accesses, Math.ceil((this.deadline[this.sleeping[i]] - this.time()) / this.accessNs));
    return accesses;
  }

  /** Returns a number of accesses during which no sleeping thread wakes by itself; 0 if one may at any time. */
  protected calmFor(): number {
    for (let i = 0; i < this.sleepingCount; i++) if (this.vain.mayContinue(this.sleeping[i])) return 0;
    // One less, because a quotient is rounded.
    return this.untilDeadline() - 1;
  }

  /**
   * `thread` has stopped after `ran` accesses of its turn, the pending one included. Returns the last of them before which a strategy
   * would have been asked, if the turn had ended there. A thread that stopped at the end of its turn has not begun the next. A spin is
   * counted as an access, but nothing can stop a thread before it.
   */
  protected lastDue(thread: number, ran: number, threw: boolean): number {
    const spins = this.status[thread] === WAITING && this.waitsOn[thread] === NO_WORD && !this.vain.isSuspended(thread);
    return spins || (this.status[thread] === RUNNABLE && !threw) ? ran - 1 : ran;
  }

  /** Reports whether all sleeping threads are spinners that only another thread can help. */
  protected allSpinForEver(): boolean {
    for (let i = 0; i < this.sleepingCount; i++) if (!this.vain.spinsForEver(this.sleeping[i])) return false;
    return true;
  }

  /** Reports whether every thread that is left waits for a change that no other thread will make. */
  protected allWaitInVain(): boolean {
    for (let thread = 0; thread < this.threads; thread++) {
      if (!this.isDone(thread) && !this.waitsForEver(thread) && !this.vain.isInVain(thread)) return false;
    }
    return true;
  }
}
