/**
 * What happens after the limit on accesses, if every thread gets its turn? So a livelock whose threads change words is told
 * from an execution that is only long, or whose strategy has starved a thread.
 *
 * 1. Let each thread make one access in turn, for FAIR accesses. If the last of them repeat lap after lap (the same threads,
 *    places, words and values), go on with 2. A word that counts, so that its value grows by the same amount from lap to
 *    lap, may differ. Otherwise try the same with three accesses each.
 * 2. Let each thread make many accesses before the next one, a lap and one more each time. If now all threads of the
 *    lap end, after far fewer accesses each than laps were seen, each because of a value that it did not meet in the laps
 *    (left-loops.ts), they have kept each other in their loops: it is a livelock.
 *
 * A loop that counts its laps repeats its accesses, too, whether it counts in a local variable or in the shared memory. But it
 * ends although the values are those of the laps, or it goes on after they have changed: so it is none.
 */
import type { Host } from '../rewrite/generated.ts';
import { AsyncSleepers } from './async-sleepers.ts';
import type { Blocked, FairEnd } from './execution.ts';
import type { Trial } from './explore-options.ts';
import { LeftLoops } from './left-loops.ts';
import { AccessLog } from './repeats.ts';
import { DONE, RUNNABLE } from './thread-table.ts';

/** Accesses of step 1, and those at its end that must repeat. */
const FAIR = 24_000;
const TAIL = 18_000;
/** Accesses of a turn, in step 1. */
const TURNS = [1, 3] as const;
/** A thread may make this part of the laps seen, in accesses, until it ends in step 2. */
const PART = 8;

/** Returns `blocked`, with the loops that a trial has found. */
export function withLoops(blocked: readonly Blocked[], fair: FairEnd | null): readonly Blocked[] {
  if (fair === null || fair.kind === 'ends') return blocked;
  const { loops } = fair;
  return [...blocked.filter(({ thread }) => loops.every((loop) => loop.thread !== thread)), ...loops].sort((a, b) => a.thread - b.thread);
}

export abstract class FairTrial extends AsyncSleepers {
  /** The execution is over, and its threads run on for a trial. */
  protected isTrying = false;
  /** The thread that runs in the trial. */
  #trying = 0;
  /** The thread whose turn is the first of each round. */
  #first = 0;

  /** Lets `thread` pass `budget` guards. Returns what it threw, or null. */
  protected abstract go(thread: number, budget: number): unknown;
  /** Makes generated code call `host`. */
  protected abstract attach(host: Host): void;

  /**
   * Goes on fairly with the threads that are left, after `last` has run. The memory and the clock are then as before.
   * @param trial for ordinary code: what it takes to go on
   * @returns null if nothing is known of how it would go on
   */
  protected tryFairly(last: number, trial?: Trial): FairEnd | null {
    const { steps, jumped } = this;
    const before = this.m.slice();
    this.isTrying = true;
    this.#first = last + 1;
    trial?.begin();
    this.attach({
      now: (ran) => this.time() + ran * this.accessNs,
      notify: (index, count) => this.#notify(index, count),
      waitAsync: (index, timeout, onWoken) => this.beginWait(this.#trying, index, this.time() + timeout, onWoken),
      endWait: (wait) => this.endWait(wait),
      access() {},
    });
    for (let thread = 0; thread < this.threads; thread++) this.#endSuspension(thread);
    this.list();
    const end = this.#end();
    this.isTrying = false;
    trial?.restore(before);
    this.m.set(before);
    this.steps = steps;
    this.jumped = jumped;
    return end;
  }

  #endSuspension(thread: number): void {
    if (!this.vain.isSuspended(thread)) return;
    this.vain.resume(thread);
    this.status[thread] = RUNNABLE;
  }

  #notify(index: number, count: number): number {
    const woken = this.wakeWaiters(index, count, () => {});
    this.list();
    return woken;
  }

  #end(): FairEnd | null {
    const from = this.steps;
    for (const turn of TURNS) {
      const log = new AccessLog(FAIR + this.threads * turn);
      while (log.count < FAIR) {
        const goesOn = this.#round(() => turn, log);
        if (this.#areDone()) return { kind: 'ends', accesses: this.steps - from };
        if (!goesOn) return null;
      }
      const repeated = repetitionOf(log);
      if (repeated === null) continue;
      const { lap, counters } = repeated;
      const loops = loopsOf(log, lap);
      const isLivelock = loops.length > 1 && this.#endInBursts(loops, lap, new LeftLoops(log, lap, counters));
      return { kind: isLivelock ? 'livelock' : 'repeats', lap, counters: [...counters].sort((one, other) => one - other), loops };
    }
    return null;
  }

  /** Step 2. Reports whether all threads of `loops` end soon, and because of each other. */
  #endInBursts(loops: readonly Blocked[], lap: number, left: LeftLoops): boolean {
    const most = Math.floor(Math.floor(TAIL / lap) / PART);
    const ran = this.ran.slice();
    for (let burst = lap; loops.some(({ thread }) => !this.isDone(thread)); burst += lap + 1) {
      if (!this.#round((thread) => Math.min(burst, most - (this.ran[thread] - ran[thread])), left)) return false;
    }
    return loops.every(({ thread }) => left.becauseOfOthers(thread));
  }

  /**
   * Lets each thread that can run make `turnOf` accesses. If none can, the first sleeper wakes.
   * @param log gets the accesses
   * @returns false if a thread threw, has a turn of no accesses, or none can run any more
   */
  #round(turnOf: (thread: number) => number, log: Pick<AccessLog, 'add'>): boolean {
    this.wakeExpired();
    if (this.runnableCount === 0 && this.sleepingCount > 0) this.wakeNow(this.#firstSleeper());
    if (this.runnableCount === 0) return false;
    const place = (thread: number) => (thread - this.#first + this.threads) % this.threads;
    for (const thread of this.runnable.slice(0, this.runnableCount).sort((a, b) => place(a) - place(b))) {
      const turn = turnOf(thread);
      if (turn <= 0) return false;
      for (let i = 0; i < turn && this.status[thread] === RUNNABLE; i++) {
        const index = this.pendingIndex[thread];
        log.add(thread, this.pendingSite[thread], index, this.m[index] ?? 0);
        this.#trying = thread;
        if (this.go(thread, 1) !== null) return false;
      }
    }
    return true;
  }

  #firstSleeper(): number {
    return this.sleeping.subarray(0, this.sleepingCount).reduce((first, each) => (this.deadline[each] < this.deadline[first] ? each : first));
  }

  #areDone(): boolean {
    return this.status.every((status) => status === DONE);
  }
}

/** Returns how the accesses at the end of `log` repeat: the length of a lap, and the words that count; null if they do not, or too seldom. */
function repetitionOf(log: AccessLog): { readonly lap: number; readonly counters: ReadonlySet<number> } | null {
  const exact = log.lapOf(TAIL);
  if (isShort(exact)) return { lap: exact, counters: new Set() };
  const lap = log.lapOf(TAIL, 3);
  const counters = isShort(lap) ? log.countersOf(lap, TAIL) : null;
  return counters === null ? null : { lap, counters };
}

/** Reports whether there are enough laps of this length. */
function isShort(lap: number): boolean {
  return Math.floor(TAIL / lap) >= PART;
}

/** Returns the loop of each thread that has accesses in the last lap: its words, and its sites, each once. */
function loopsOf(log: AccessLog, lap: number): Blocked[] {
  const words = new Map<number, Set<number>>();
  const sites = new Map<number, Set<number>>();
  for (let i = log.count - lap; i < log.count; i++) {
    const thread = log.thread(i);
    words.set(thread, (words.get(thread) ?? new Set()).add(log.index(i)));
    sites.set(thread, (sites.get(thread) ?? new Set()).add(log.site(i)));
  }
  const ascending = (numbers: Iterable<number>) => [...numbers].filter((number) => number >= 0).sort((a, b) => a - b);
  return ascending(words.keys()).map((thread) => {
    const places = ascending(sites.get(thread)!);
    // Its calls change within a lap.
    return { thread, site: places[0] ?? -1, words: ascending(words.get(thread)!), loops: true, isIdle: false, calls: [], sites: places };
  });
}
