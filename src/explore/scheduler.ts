/**
 * Runs the threads of a scenario as coroutines, one at a time, over a plain buffer. All that
 * happens follows from the seed: the clock counts accesses, sleepers wake by that clock, and
 * waiters wake in the order in which they came.
 */
import { HeapBroken } from '../run/errors.ts';
import type { Control, Coroutine, Fiber, Host, WaitResult } from '../rewrite/generated.ts';
import { Violation, type Blocked, type Execution, type Verdict } from './execution.ts';
import type { Monitor } from './monitor.ts';
import { DIRTY_SHIFT, FINISHED } from '../rewrite/prologue.ts';
import { BusyLoop } from './busy-loops.ts';
import { Spinners } from './spinners.ts';
import type { Scene, Strategy } from './strategy.ts';

export interface ExploreOptions {
  readonly core: Control;
  /** The memory as each execution finds it. */
  readonly template: Int32Array;
  readonly threads: readonly ((m: Int32Array) => Coroutine)[];
  readonly strategy: Strategy;
  /** The ledger as each execution finds it; without it none is kept. */
  readonly ledger?: Float64Array;
  /** Looks at the memory after all threads have finished; returns what is wrong, or ''. */
  readonly check?: (m: Int32Array, results: readonly unknown[]) => string;
  /** Accesses after which an execution is given up; 1,000,000 unless said. */
  readonly stepLimit?: number;
  /** Virtual nanoseconds of an access; 50 unless said: few accesses fit in a microsecond of sleep. */
  readonly accessNs?: number;
  /** They need the hooked variant of the core. */
  readonly monitors?: readonly Monitor[];
  /** Keep the schedule, for `Replay`. */
  readonly record?: boolean;
}

const RUNNABLE = 0;
const WAITING = 1;
const DONE = 2;
/** What a thread waits on that is set aside. */
const NO_WORD = -1;

/** One execution with the given seed. */
export function explore(options: ExploreOptions & { readonly seed: number }): Execution {
  return new Explorer(options).run(options.seed);
}

/** Many executions of one scenario; keeps its memory between them. */
export class Explorer implements Scene, Host {
  readonly threads: number;
  current = -1;
  readonly runnable: Int32Array;
  runnableCount = 0;
  readonly sleeping: Int32Array;
  sleepingCount = 0;
  steps = 0;
  readonly pendingSite: Int32Array;
  readonly pendingIndex: Int32Array;
  readonly ran: Int32Array;
  readonly writes: Uint8Array;
  readonly dirty: Uint8Array;
  readonly deadline: Float64Array;
  /** The memory of the execution under way or just over. */
  readonly m: Int32Array;

  readonly #options: ExploreOptions;
  readonly #monitors: readonly Monitor[];
  readonly #core: Control;
  readonly #strategy: Strategy;
  readonly #stepLimit: number;
  readonly #accessNs: number;
  readonly #status: Uint8Array;
  readonly #spinners: Spinners;
  /** By thread. */
  readonly #loops: readonly BusyLoop[];
  /** The thread under way has woken another. */
  #wokeOther = false;
  /** Word a waiting thread sleeps on; when it came, for first come first woken. */
  readonly #waitsOn: Int32Array;
  readonly #arrival: Float64Array;
  /** What the last wait of each thread returned; only the `yield` of a wait looks at it. */
  readonly #messages: (WaitResult | undefined)[];
  readonly #fibers: Fiber[] = [];
  #results: unknown[] = [];
  #arrivals = 0;
  #left = 0;
  /** Nanoseconds that were slept through by all. */
  #warped = 0;
  #hash = 0;

  constructor(options: ExploreOptions) {
    const threads = options.threads.length;
    if (options.monitors !== undefined && !options.core.$hooked) throw new Error('monitors need the hooked variant of the core');
    this.#options = options;
    this.#monitors = options.monitors ?? [];
    this.#core = options.core;
    this.#strategy = options.strategy;
    this.#stepLimit = options.stepLimit ?? 1_000_000;
    this.#accessNs = options.accessNs ?? 50;
    this.threads = threads;
    this.m = options.template.slice();
    this.dirty = new Uint8Array((this.m.length >> DIRTY_SHIFT) + 1);
    this.runnable = new Int32Array(threads);
    this.sleeping = new Int32Array(threads);
    this.pendingSite = new Int32Array(threads);
    this.pendingIndex = new Int32Array(threads);
    this.ran = new Int32Array(threads);
    this.writes = options.core.$writes;
    this.#status = new Uint8Array(threads);
    this.#spinners = new Spinners(threads);
    this.#loops = options.threads.map(() => new BusyLoop());
    this.#messages = options.threads.map(() => undefined);
    this.#waitsOn = new Int32Array(threads);
    this.#arrival = new Float64Array(threads);
    this.deadline = new Float64Array(threads);
  }

  /** One execution, from the template to its verdict. */
  run(seed: number): Execution {
    this.#reset();
    const schedule: number[] = [];
    let verdict: Verdict = 'ok';
    let error: unknown = null;
    let switches = 0;
    // To their first access: what comes before it no other thread can see.
    for (let thread = 0; thread < this.threads && error === null; thread++) error = this.#resume(thread, 1);
    if (error === null) this.#strategy.begin(this, seed);
    while (this.#left > 0 && error === null) {
      if (this.steps >= this.#stepLimit) {
        verdict = this.#allLoopInVain() ? 'livelock' : 'step-limit';
        break;
      }
      if (this.sleepingCount > 0) this.#wakeExpired();
      if (this.runnableCount === 0 && this.sleepingCount === 0) {
        verdict = 'deadlock';
        break;
      }
      if (this.runnableCount === 0 && this.#allLookForEver()) {
        verdict = 'livelock';
        break;
      }
      const thread = this.#strategy.next(this);
      const budget = this.#bound(this.#strategy.budget);
      if (this.#status[thread] === WAITING) this.#warpTo(thread);
      const before = this.steps;
      error = this.#resume(thread, budget);
      // One more than it ran, where it stopped of itself: replayed, it must not stop for the budget.
      if (this.#options.record) schedule.push(thread, this.steps - before + (this.#status[thread] === RUNNABLE ? 0 : 1));
      switches++;
    }
    if (error === null && verdict === 'ok') error = this.#endMonitors();
    if (error !== null) verdict = verdictOf(error);
    this.#strategy.end?.(this);
    let detail = error instanceof Error ? error.message : error === null ? '' : String(error);
    if (verdict === 'ok') {
      detail = this.#options.check?.(this.m, this.#results) ?? '';
      if (detail !== '') verdict = 'invariant';
    }
    return {
      verdict,
      detail,
      error,
      thread: error === null ? -1 : this.current,
      calls: error === null || this.current < 0 ? [] : [...this.#fibers[this.current].calls],
      blocked: this.#blocked(),
      seed,
      steps: this.steps,
      switches,
      time: this.#time(),
      traceHash: this.#hash >>> 0,
      schedule,
      results: this.#results,
    };
  }

  /** Makes the memory as it was: only what the last execution wrote needs it. */
  #restore(): void {
    const { dirty, m } = this;
    const { template } = this.#options;
    for (let block = 0; block < dirty.length; block++) {
      if (dirty[block] === 0) continue;
      dirty[block] = 0;
      const end = Math.min((block + 1) << DIRTY_SHIFT, m.length);
      for (let i = block << DIRTY_SHIFT; i < end; i++) m[i] = template[i];
    }
  }

  #reset(): void {
    this.#restore();
    this.#core.$attach(this);
    if (this.#options.ledger === undefined) this.#core.$ledger.fill(0);
    else this.#core.$ledger.set(this.#options.ledger);
    this.#results = [];
    for (let thread = 0; thread < this.threads; thread++) this.#spawn(thread);
    this.current = -1;
    this.steps = 0;
    this.#warped = 0;
    this.#arrivals = 0;
    this.#left = this.threads;
    this.#hash = 0x811c9dc5;
    this.#spinners.reset();
    for (const loop of this.#loops) loop.reset();
    this.#list();
    for (const monitor of this.#monitors) monitor.begin?.(this.m, this.threads);
  }

  #spawn(thread: number): void {
    const coroutine = this.#options.threads[thread](this.m);
    if (this.#fibers.length === thread) this.#fibers.push(this.#core.$spawn(coroutine));
    else this.#core.$respawn(this.#fibers[thread], coroutine);
    this.#results.push(undefined);
    this.#status[thread] = RUNNABLE;
    this.pendingSite[thread] = this.pendingIndex[thread] = -1;
    this.ran[thread] = 0;
  }

  /** The first objection of a monitor, or null. */
  #endMonitors(): unknown {
    try {
      for (const monitor of this.#monitors) monitor.end?.();
      return null;
    } catch (thrown) {
      return thrown;
    }
  }

  /** No longer than the execution may last, nor past a sleeper's end if the strategy wants to know. */
  #bound(budget: number): number {
    let bound = Math.min(budget, this.#stepLimit - this.steps);
    if (!this.#strategy.asksOnWake) return bound;
    for (let i = 0; i < this.sleepingCount; i++) {
      bound = Math.min(bound, Math.ceil((this.deadline[this.sleeping[i]] - this.#time()) / this.#accessNs));
    }
    return Math.max(bound, 1);
  }

  /**
   * Lets `thread` pass `budget` guards; it stops in front of the access of the last one.
   * Returns what it threw, or null.
   */
  #resume(thread: number, budget: number): unknown {
    this.#wokeOther = false;
    if (this.#spinners.isWatched(thread) || this.#loops[thread].begin < this.ran[thread] + budget) return this.#resumeClosely(thread, budget);
    return this.#go(thread, budget);
  }

  /** The same for a thread that is watched, from now on or after some accesses. */
  #resumeClosely(thread: number, budget: number): unknown {
    for (let left = budget; ; ) {
      const stretch = this.#unwatched(thread, left);
      const error = stretch === 0 ? this.#step(thread) : this.#go(thread, stretch);
      left -= Math.max(stretch, 1);
      if (left <= 0 || error !== null || this.#status[thread] !== RUNNABLE || (this.#wokeOther && this.#strategy.asksOnWake)) return error;
    }
  }

  /** How many of `left` accesses `thread` may make in one go; 0 if each of them is watched. */
  #unwatched(thread: number, left: number): number {
    if (this.#spinners.isWatched(thread)) return 0;
    return Math.max(Math.min(left, this.#loops[thread].begin - this.ran[thread]), 0);
  }

  /** One access of a thread that is watched. A thread that loops is set aside in front of it. */
  #step(thread: number): unknown {
    const site = this.pendingSite[thread];
    if (site >= 0) {
      const index = this.pendingIndex[thread];
      const writes = this.writes[site] === 1;
      if (this.#spinners.isWatched(thread)) this.#spinners.note(thread, this.m, index, writes);
      // A thread that pauses between its looks has its pauses grow.
      if (this.#loops[thread].begin <= this.ran[thread] && !this.#spinners.isLooking(thread)) {
        if (this.#loops[thread].note(this.ran[thread], site, index, this.m[index], writes)) {
          this.#setAside(thread);
          return null;
        }
      }
    }
    return this.#go(thread, 1);
  }

  /** `thread` loops: it stays in front of its access as if it slept, but nobody can wake it by a word. */
  #setAside(thread: number): void {
    this.#status[thread] = WAITING;
    this.#waitsOn[thread] = NO_WORD;
    this.deadline[thread] = this.#time() + this.#loops[thread].setAside(this.m);
    this.#list();
  }

  #go(thread: number, budget: number): unknown {
    this.current = thread;
    let site: number;
    try {
      site = this.#core.$resume(this.#fibers[thread], budget - 1, this.#messages[thread]);
    } catch (thrown) {
      this.#count(thread, this.#core.$ran());
      return thrown ?? new Error(`threw ${String(thrown)}`);
    }
    const ran = this.#core.$ran();
    this.#count(thread, ran);
    const index = this.#core.$pendingIndex();
    let hash = Math.imul(this.#hash ^ site, 0x01000193);
    hash = Math.imul(hash ^ (index + (thread << 24)), 0x01000193);
    this.#hash = Math.imul(hash ^ ran, 0x01000193) ^ (hash >>> 15);
    if (site >= 0) {
      this.pendingSite[thread] = site;
      this.pendingIndex[thread] = index;
    } else if (site === FINISHED) {
      this.#results[thread] = this.#core.$returned();
      this.#status[thread] = DONE;
      this.#left--;
      this.#list();
    } else {
      this.pendingSite[thread] = ~site;
      this.pendingIndex[thread] = index;
      this.#status[thread] = WAITING;
      this.#waitsOn[thread] = index;
      this.#arrival[thread] = this.#arrivals++;
      this.deadline[thread] = this.#time() + this.#pauseOf(thread, index, this.#core.$parkTimeout());
      this.#list();
    }
    return null;
  }

  #pauseOf(thread: number, index: number, wanted: number): number {
    return wanted < Infinity ? wanted * this.#spinners.pause(thread, this.m, index) : wanted;
  }

  #count(thread: number, ran: number): void {
    this.steps += ran;
    this.ran[thread] += ran;
  }

  isDone(thread: number): boolean {
    return this.#status[thread] === DONE;
  }

  /** Recounts who can run; few threads and few changes make this cheap. */
  #list(): void {
    let runnable = 0;
    let sleeping = 0;
    for (let thread = 0; thread < this.threads; thread++) {
      const status = this.#status[thread];
      if (status === RUNNABLE) this.runnable[runnable++] = thread;
      else if (status === WAITING && this.deadline[thread] < Infinity) this.sleeping[sleeping++] = thread;
    }
    this.runnableCount = runnable;
    this.sleepingCount = sleeping;
  }

  #time(): number {
    return this.#warped + this.steps * this.#accessNs;
  }

  #allLookForEver(): boolean {
    for (let i = 0; i < this.sleepingCount; i++) if (!this.#spinners.looksForEver(this.sleeping[i])) return false;
    return true;
  }

  /** All that are left loop over words, or look again and again at words, that nobody will change. */
  #allLoopInVain(): boolean {
    for (let thread = 0; thread < this.threads; thread++) {
      const waitsForEver = this.#status[thread] === WAITING && this.deadline[thread] === Infinity;
      if (this.#status[thread] !== DONE && !waitsForEver && this.#loops[thread].inVain === 0 && !this.#spinners.looksForEver(thread)) return false;
    }
    return true;
  }

  /**
   * `thread`'s sleep is over now, and that of all who wanted to wake before it. Who only looks
   * may look at any time: the clock moves for it only if nobody else can run.
   */
  #warpTo(thread: number): void {
    const time = this.#time();
    if ((this.#spinners.isLooking(thread) || this.#loops[thread].isAside) && this.runnableCount > 0) this.deadline[thread] = time;
    else if (this.deadline[thread] > time) this.#warped += this.deadline[thread] - time;
    this.#wakeExpired();
  }

  #wakeExpired(): void {
    const time = this.#time();
    let woken = 0;
    for (let i = 0; i < this.sleepingCount; i++) {
      const thread = this.sleeping[i];
      const isAside = this.#loops[thread].isAside;
      if (this.deadline[thread] > time && !(isAside ? this.#loops[thread].sees(this.m) : this.#spinners.sees(thread, this.m))) continue;
      if (isAside) this.#takeBack(thread);
      else {
        this.#spinners.watch(thread);
        this.#wake(thread, 'timed-out');
      }
      woken++;
    }
    if (woken > 0) this.#list();
  }

  /** `thread`, set aside, goes on with the access that it stands in front of. */
  #takeBack(thread: number): void {
    this.#loops[thread].isAside = false;
    this.#status[thread] = RUNNABLE;
  }

  #wake(thread: number, message: WaitResult): void {
    this.#status[thread] = RUNNABLE;
    this.#messages[thread] = message;
    this.pendingSite[thread] = -1;
  }

  /** Every thread that has not finished, but for one that could have gone on and does not loop. */
  #blocked(): Blocked[] {
    const blocked: Blocked[] = [];
    for (let thread = 0; thread < this.threads; thread++) {
      const loops = this.#loops[thread].words;
      if (this.#status[thread] === DONE || (this.#status[thread] === RUNNABLE && loops.length === 0)) continue;
      const words = loops.length > 0 ? loops : [this.#waitsOn[thread]];
      blocked.push({ thread, site: this.pendingSite[thread], words, loops: loops.length > 0, calls: [...this.#fibers[thread].calls] });
    }
    return blocked;
  }

  now(ran: number): number {
    // A thread that waits for a time does not look in vain.
    this.#spinners.rest(this.current);
    if (this.#loops[this.current].inVain > 0) this.#loops[this.current].giveUp(this.ran[this.current] + ran);
    return this.#time() + ran * this.#accessNs;
  }

  notify(index: number, count: number): number {
    let woken = 0;
    while (woken < count) {
      let first = -1;
      for (let thread = 0; thread < this.threads; thread++) {
        if (this.#status[thread] !== WAITING || this.#waitsOn[thread] !== index) continue;
        if (first < 0 || this.#arrival[thread] < this.#arrival[first]) first = thread;
      }
      if (first < 0) break;
      this.#wake(first, 'ok');
      for (const monitor of this.#monitors) monitor.woken?.(first, this.current, index);
      woken++;
    }
    if (woken > 0) {
      this.#wokeOther = true;
      this.#list();
      if (this.#strategy.asksOnWake) this.#core.$preempt();
    }
    return woken;
  }

  access(site: number, kind: number, index: number, value: number, old: number): void {
    for (let i = 0; i < this.#monitors.length; i++) this.#monitors[i].access(this.current, site, kind, index, value, old);
  }
}

/** Oracles, monitors and the core itself throw what they found; anything else is a bug of another kind. */
function verdictOf(error: unknown): Verdict {
  if (error instanceof Violation) return error.verdict;
  // By name: the core has its own copy of the class.
  const isFatal = error instanceof Error && error.name === 'Fatal';
  return isFatal || error instanceof HeapBroken ? 'invariant' : 'exception';
}
