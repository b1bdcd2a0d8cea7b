/**
 * Runs the threads of a scenario as coroutines, one at a time, over a plain buffer.
 *
 * 1. Restore the memory, start every thread, and run each up to its first access.
 * 2. Ask the strategy for a thread and a budget of accesses.
 * 3. If the thread sleeps, move the virtual clock to its deadline.
 * 4. Run the thread until the budget is spent, or it sleeps, ends or throws.
 * 5. Repeat from 2 until all threads are done, one throws, or none can make progress.
 * 6. Run the monitors' last checks and the scenario's own.
 *
 * Invariant: an execution is a function of scenario, setting, strategy and seed. The clock counts
 * accesses, sleeping threads wake by that clock, and waiting threads wake first come, first served.
 */
import type { Control, Fiber, Host, WaitResult } from '../rewrite/generated.ts';
import { verdictOf, type Execution, type Verdict } from './execution.ts';
import type { ExploreOptions } from './explore-options.ts';
import { FairTrial, withLoops } from './fair-trial.ts';
import type { Monitor } from './monitor.ts';
import { makeWriteFlags } from '../memory/write-flags.ts';
import { FINISHED } from '../rewrite/prologue.ts';
import { restoreWritten } from './restore.ts';
import type { Scene, Strategy } from './strategy.ts';
import { TraceHash } from './trace-hash.ts';
import { Turn } from './turn.ts';
import { makeWeakMemory } from './weak/make.ts';
import { WaitLog } from './wait-log.ts';
import type { WeakMemory } from './weak/weak-memory.ts';
import { DONE, RUNNABLE, WAITING } from './thread-table.ts';

/** Runs one execution with the given seed. */
export function explore(options: ExploreOptions & { readonly seed: number }): Execution {
  return new Explorer(options).run(options.seed);
}

/** Runs executions of one scenario, all on one memory. */
export class Explorer extends FairTrial implements Scene, Host {
  current = -1;
  readonly writes: Uint8Array;
  readonly isWatched: boolean;
  readonly isTimed: boolean;
  readonly waitsAsync: boolean;
  readonly dirty: Uint8Array;
  readonly #options: ExploreOptions;
  readonly #monitors: readonly Monitor[];
  readonly #core: Control;
  readonly #strategy: Strategy;
  readonly #stepLimit: number;
  /** What threads waited for; null if the scenario does not ask which have lost a wake-up. */
  readonly #waitLog: WaitLog | null;
  /** Decides what loads return; null if they return the newest values. */
  readonly weak: WeakMemory | null;
  /** The running thread has woken another. */
  #wokeOther = false;
  readonly #fibers: Fiber[] = [];
  #results: unknown[] = [];
  /** Threads that are not done. */
  #left = 0;
  /** See `Execution.traceHash`. */
  readonly #hash = new TraceHash();
  readonly #turn: Turn;

  get thread(): number {
    return this.current;
  }

  constructor(options: ExploreOptions) {
    super(options.threads.length, options.template.slice(), options.accessNs ?? 50);
    if (options.monitors !== undefined && !options.core.$hooked) throw new Error('monitors need the hooked variant of the core');
    if (options.memory !== undefined && options.memory !== 'sc' && !options.core.$hooked) throw new Error(`memory model ${options.memory} needs the hooked variant of the core`);
    this.#options = options;
    this.#monitors = [...(options.monitors ?? []), ...(options.watchers ?? [])];
    this.#core = options.core;
    this.#strategy = options.strategy;
    this.#stepLimit = options.stepLimit ?? 1_000_000;
    this.#waitLog = options.trial === undefined ? null : new WaitLog(options.core, options.trial);
    this.dirty = makeWriteFlags(this.m.length);
    this.writes = options.core.$writes;
    this.isWatched = options.isWatched === true;
    this.isTimed = options.isTimed === true;
    this.waitsAsync = options.waitsAsync === true;
    // A recorded schedule has each turn by itself. In ordinary code a callback runs past the end of a turn.
    this.#turn = new Turn(this, options.strategy, options.record !== true && options.core.$isOrdinary !== true);
    this.weak = makeWeakMemory(options.memory ?? 'sc', this.threads, this.m, (count) => this.#choose(count));
  }

  /** Runs one execution, from the template to its verdict. */
  run(seed: number): Execution {
    this.#reset();
    const schedule: number[] = [];
    let verdict: Verdict = 'ok';
    let error: unknown = null;
    let switches = 0;
    // No other thread can see anything before a thread's first access.
    for (let thread = 0; thread < this.threads && error === null; thread++) {
      this.#turn.begin(this.steps, 1);
      error = this.#resume(thread);
    }
    if (error === null) this.#strategy.begin(this, seed);
    while (this.#left > 0 && error === null) {
      if (this.steps >= this.#stepLimit) {
        verdict = this.allWaitInVain() ? 'livelock' : 'step-limit';
        break;
      }
      if (this.sleepingCount > 0) this.wakeExpired();
      if (this.runnableCount === 0 && this.sleepingCount === 0) {
        verdict = 'deadlock';
        break;
      }
      if (this.runnableCount === 0 && this.allSpinForEver()) {
        verdict = 'livelock';
        break;
      }
      const thread = this.#strategy.next(this);
      const before = this.steps;
      const most = this.#stepLimit - before;
      // Whole numbers alone: a guard counts slower if its budget was ever compared with Infinity.
      let budget = Math.min(this.#strategy.budget, most);
      if (this.#strategy.asksOnWake && this.sleepingCount > 0) budget = Math.min(budget, this.untilDeadline());
      if (this.status[thread] === WAITING) this.wakeNow(thread);
      this.#turn.begin(before, Math.max(budget, 1));
      if (this.#turn.joins) this.#turn.join(most, this.sleepingCount === 0 ? most : this.calmFor());
      error = this.#resume(thread);
      if (this.#turn.joined > 0) switches += this.#turn.end(this.lastDue(thread, this.steps - before, error !== null));
      // If the thread stopped by itself, one more: a replay must not stop it for the budget.
      if (this.#options.record) schedule.push(thread, this.steps - before + (this.status[thread] === RUNNABLE ? 0 : 1));
      switches++;
    }
    if (error === null && verdict === 'ok') error = this.#endMonitors();
    if (error !== null) verdict = verdictOf(error);
    this.#strategy.end?.(this);
    const waits = verdict === 'deadlock' || verdict === 'livelock';
    if (waits && this.#options.mayWait?.() === true) verdict = 'ok';
    const blocked = this.blocked((thread) => [...this.#fibers[thread].calls]);
    const lost = verdict === 'deadlock' ? (this.#waitLog?.findLost(blocked, this.#fibers, this.m, (thread) => this.endFirstWait(thread)) ?? null) : null;
    if (lost !== null) verdict = 'lost-wakeup';
    const fair = verdict === 'step-limit' ? this.tryFairly(this.current, this.#options.trial) : null;
    if (fair?.kind === 'livelock') verdict = 'livelock';
    let detail = error instanceof Error ? error.message : error === null ? '' : String(error);
    if (verdict === 'ok' && !waits) {
      detail = this.#options.check?.(this.m, this.#results) ?? '';
      if (detail !== '') verdict = 'invariant';
    }
    return {
      verdict,
      detail,
      error,
      thread: error === null ? -1 : this.current,
      calls: error === null || this.current < 0 ? [] : [...this.#fibers[this.current].calls],
      blocked: withLoops(blocked, fair),
      lost,
      fair,
      seed,
      steps: this.steps,
      switches,
      time: this.time(),
      traceHash: this.#hash.end(),
      schedule,
      results: this.#results,
    };
  }

  #reset(): void {
    restoreWritten(this.m, this.#options.template, this.dirty);
    this.#waitLog?.begin();
    this.#core.$attach(this);
    if (this.#options.ledger === undefined) this.#core.$ledger.fill(0);
    else this.#core.$ledger.set(this.#options.ledger);
    this.#results = this.#options.threads.map(() => undefined);
    this.current = -1;
    this.#left = this.threads;
    this.#hash.begin();
    this.resetThreads();
    // Last: a scenario may make its state now, and read the clock.
    for (let thread = 0; thread < this.threads; thread++) this.#spawn(thread);
    this.weak?.begin();
    for (const monitor of this.#monitors) monitor.begin?.(this.m, this.threads);
  }

  #spawn(thread: number): void {
    const coroutine = this.#options.threads[thread](this.m);
    if (this.#fibers.length === thread) this.#fibers.push(this.#core.$spawn(coroutine));
    else this.#core.$respawn(this.#fibers[thread], coroutine);
  }

  /** Runs the monitors' last checks; returns what the first that objects throws, or null. */
  #endMonitors(): unknown {
    try {
      for (const monitor of this.#monitors) monitor.end?.();
      return null;
    } catch (thrown) {
      return thrown;
    }
  }

  /**
   * Lets `thread` run to the end of its turn: it makes its pending access, and stops at the last guard. Returns what it threw, or null. If
   * it may wait in vain, it makes noted single accesses.
   */
  #resume(thread: number): unknown {
    this.#wokeOther = false;
    const turn = this.#turn;
    for (;;) {
      const stretch = this.vain.unobserved(thread, this.ran[thread], turn.ends - this.steps);
      const error = stretch === 0 ? this.#step(thread) : this.go(thread, stretch);
      if (this.steps >= turn.ends || error !== null || this.status[thread] !== RUNNABLE || (this.#wokeOther && this.#strategy.asksOnWake)) return error;
    }
  }

  /** Lets `thread` make one access, which is noted first. A thread that loops is suspended before it. */
  #step(thread: number): unknown {
    const site = this.pendingSite[thread];
    if (site >= 0 && this.vain.note(thread, this.ran[thread], site, this.pendingIndex[thread], this.m, this.writes[site] === 1)) {
      this.suspend(thread);
      return null;
    }
    return this.go(thread, 1);
  }

  /** Resumes the coroutine of `thread` until it has passed `budget` guards. Returns what it threw, or null. */
  protected go(thread: number, budget: number): unknown {
    this.current = thread;
    if (this.weak !== null) this.weak.thread = thread;
    let site: number;
    try {
      site = this.#core.$resume(this.#fibers[thread], budget - 1, this.messages[thread]);
    } catch (thrown) {
      this.count(thread, this.#core.$ran());
      return thrown ?? new Error(`threw ${String(thrown)}`);
    }
    const ran = this.#core.$ran();
    this.count(thread, ran);
    const index = this.#core.$pendingIndex();
    if (!this.isTrying) this.#hash.ran(thread, site, index, ran);
    if (site >= 0) {
      this.pendingSite[thread] = site;
      this.pendingIndex[thread] = index;
      this.pendingWords[thread] = this.#core.$pendingWords();
    } else if (site === FINISHED) {
      this.#results[thread] = this.#core.$returned();
      this.status[thread] = DONE;
      this.weak?.done(thread);
      this.#left--;
      this.list();
    } else {
      this.pendingSite[thread] = ~site;
      this.pendingIndex[thread] = index;
      if (index >= 0) this.#waitLog?.sleeps(thread, index, this.steps, this.m);
      this.sleep(thread, index, this.#core.$parkTimeout());
    }
    return null;
  }

  get accessNumber(): number {
    return this.ran[this.current] + this.#core.$ran();
  }

  /** Lets the strategy choose one of `count` values that the running thread may load. */
  #choose(count: number): number {
    const choice = this.#strategy.choose?.(this, count) ?? 0;
    // An execution that reads only the newest values has the hash that it has without a memory model.
    if (choice > 0) this.#hash.chose(choice, this.accessNumber);
    return choice;
  }

  protected attach(host: Host): void {
    this.#core.$attach(host);
  }

  protected override wake(thread: number, message: WaitResult): void {
    if (this.waitsOn[thread] >= 0) this.weak?.woke(thread, this.waitsOn[thread]);
    super.wake(thread, message);
  }

  now(ran: number): number {
    this.clockReads++;
    this.weak?.readsClock();
    if (this.current >= 0) this.vain.readsClock(this.current, this.ran[this.current] + ran);
    return this.time() + ran * this.accessNs;
  }

  notify(index: number, count: number, site = -1): number {
    const woken = this.wakeWaiters(index, count, (thread, sleeps) => {
      if (!sleeps) this.weak?.woke(thread, index);
      // A thread may notify a wait of its own that does not sleep.
      if (thread !== this.current) for (const monitor of this.#monitors) monitor.woken?.(thread, this.current, index);
    });
    this.#waitLog?.notified({ index, thread: this.current, site, step: this.steps + this.#core.$ran(), woken });
    if (woken > 0) {
      this.#wokeOther = true;
      this.list();
      if (this.#strategy.asksOnWake) this.#core.$preempt();
      else if (this.#turn.joined > 0) this.#core.$preempt(this.#turn.shorten(this.steps + this.#core.$ran()));
    }
    return woken;
  }

  waitAsync(index: number, timeout: number, onWoken: () => void): number {
    this.#waitLog?.sleeps(this.current, index, this.steps + this.#core.$ran(), this.m);
    return this.beginWait(this.current, index, this.time() + timeout, onWoken);
  }

  access(site: number, kind: number, index: number, value: number, old: number): void {
    for (let i = 0; i < this.#monitors.length; i++) this.#monitors[i].access(this.current, site, kind, index, value, old);
  }
}
