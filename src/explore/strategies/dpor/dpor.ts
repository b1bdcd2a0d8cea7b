/**
 * Dynamic partial-order reduction: every interleaving, but only one of those that differ only in the order of
 * independent steps.
 *
 * 1. Run to the end, one access at a time. Note what each step read, wrote or woke.
 * 2. Two steps depend on each other if they touch the same word, and one of them changes it or its waiters.
 * 3. A pair of dependent steps that nothing orders is a race. From the state before the first step, the search must also
 *    run some thread that leads to the other order. Add one to that state's set, unless it has one (source sets).
 * 4. Go back to the deepest state whose set has a thread left, and run it from there.
 * 5. A thread that was run from a state sleeps in the state's other branches, until a step depends on its own: it would
 *    repeat an execution (sleep sets). If all threads sleep, the rest is redundant: it runs in the default order, unnoted.
 *
 * A step that does not change its word is a read, such as a failed compare-exchange or a store of the same value. Under a
 * weak memory model any store depends on every other access, and each value of a load is a choice of its own.
 *
 * Not exact: a thread that sleeps until a deadline runs only when its time has come or nothing else can; a thread that
 * reads unchanged words again and again (repeated-reads.ts) runs only when nothing else can. `covered` reports both.
 *
 * Source: Abdulla, Aronis, Jonsson and Sagonas, "Optimal dynamic partial order reduction", POPL 2014, algorithm 1.
 */
import { UsageError } from '../../../base/fatal.ts';
import { formatCount } from '../../../base/units.ts';
import type { Scene, SearchProgress, Strategy } from '../../strategy.ts';
import { DefaultOrder, soonest } from '../default-order.ts';
import { noParameters, type StrategyEntry } from '../entry.ts';
import { RecordPreemptions } from '../preemptions.ts';
import { depend, initials, order, type Event } from './event.ts';
import { advance, bitsOf, lowest, partDone, type Node } from './node.ts';
import { LAPS } from './repeated-reads.ts';
import { Steps } from './steps.ts';

/** Threads are bits of a number. */
const MOST_THREADS = 31;
/** Most steps of an execution that are noted. */
const MOST_STEPS = 20_000;
/** Steps that are noted while all threads repeat themselves. */
const MOST_REPEATED = 1000;

export class Dpor implements Strategy {
  readonly name = 'dpor';
  readonly asksOnWake = true;
  budget = 1;
  exhausted = false;
  /** Executions so far, and those of them whose rest was redundant. */
  executions = 0;
  redundant = 0;
  readonly #order = new DefaultOrder();
  readonly #mostSteps: number;
  readonly #path: Node[] = [];
  /** The first node whose step the current execution makes for the first time. */
  #fresh = 0;
  /** Steps of the current execution. */
  #at = 0;
  /** Choices within the current step so far. */
  #choices = 0;
  #isNoting = true;
  /** Steps in a row of threads that repeat themselves. */
  #repeated = 0;
  #steps = new Steps(0);
  #threads = 0;
  #weak = false;
  /** Every store depends on every access of another thread: something may see the memory in between. */
  #allStores = false;
  /** What the search has left out. */
  #hasDeadlines = false;
  #hasLaps = false;
  #hasCut = false;
  #hasStopped = false;
  #hasClock = false;
  #isTimed = false;

  constructor(mostSteps = MOST_STEPS) {
    this.#mostSteps = mostSteps;
  }

  begin(scene: Scene): void {
    if (scene.threads > MOST_THREADS) throw new UsageError(`strategy dpor takes at most ${MOST_THREADS} threads, not ${scene.threads}`);
    if (scene.waitsAsync === true) throw new UsageError('strategy dpor does not know what depends on Atomics.waitAsync; use another strategy, such as dfs:2');
    this.#threads = scene.threads;
    this.#weak = scene.weak !== null;
    this.#allStores = this.#weak || scene.isWatched;
    this.#isTimed = scene.isTimed;
    this.#order.begin(scene);
    this.#steps = new Steps(scene.threads);
    this.#at = 0;
    this.#isNoting = true;
    this.#repeated = 0;
  }

  next(scene: Scene): number {
    const { last } = this.#order;
    this.#order.look(scene);
    if (this.#isNoting) this.#note(scene, false);
    const thread = this.#isNoting ? this.#visit(scene, last) : this.#order.next(scene);
    this.budget = this.#isNoting ? 1 : Number.MAX_SAFE_INTEGER;
    this.#order.last = thread;
    if (this.#isNoting) {
      this.#steps.begin(scene, thread);
      this.#at++;
      this.#choices = 0;
    }
    return thread;
  }

  choose(_scene: Scene, count: number): number {
    if (!this.#isNoting) return 0;
    const { values, counts } = this.#path[this.#at - 1];
    const at = this.#choices++;
    if (at === values.length) {
      values.push(0);
      counts.push(count);
    } else if (counts[at] !== count) throw new Error('an execution departs from the former one although all its choices so far are the same');
    return values[at];
  }

  /** Notes what the last step has done. */
  #note(scene: Scene, isLast: boolean): void {
    if (this.#at === 0) return;
    const node = this.#path[this.#at - 1];
    const known = this.#at - 1 < this.#fresh ? node.event : null;
    node.event = this.#steps.end(scene, known, isLast && endsEarly(scene));
  }

  /** Returns the thread that runs from this state. */
  #visit(scene: Scene, last: number): number {
    const enabled = this.#enabled(scene);
    const known = this.#path[this.#at];
    if (known !== undefined) {
      if (known.enabled !== enabled) throw new Error('an execution departs from the former one although all its choices so far are the same');
      return known.thread;
    }
    const sleep = this.#sleep();
    const awake = enabled & ~bitsOf(sleep);
    if (awake === 0 || this.#at >= this.#mostSteps || this.#repeated > MOST_REPEATED) {
      this.#isNoting = false;
      if (awake === 0) this.redundant++;
      else if (this.#at >= this.#mostSteps) this.#hasCut = true;
      else this.#hasStopped = true;
      return this.#order.next(scene);
    }
    // To continue with the thread that ran saves preemptions.
    const later = last < 0 ? awake : awake & (-1 << last);
    const thread = lowest(later === 0 ? awake : later);
    this.#path.push({ enabled, sleep, backtrack: 1 << thread, done: 0, explored: [], thread, event: null, values: [], counts: [] });
    return thread;
  }

  /** Returns the threads that can run, as bits. */
  #enabled(scene: Scene): number {
    let enabled = 0;
    for (let i = 0; i < scene.runnableCount; i++) {
      const thread = scene.runnable[i];
      if (this.#steps.repeats(scene, thread)) this.#hasLaps = true;
      else enabled |= 1 << thread;
    }
    for (let i = 0; i < scene.sleepingCount; i++) {
      const thread = scene.sleeping[i];
      // A pause may last as long as it likes.
      if (scene.pendingIndex[thread] < 0) enabled |= 1 << thread;
      else this.#hasDeadlines = true;
    }
    this.#steps.look(scene, enabled, this.#at - 1);
    this.#repeated = enabled === 0 && scene.runnableCount > 0 ? this.#repeated + 1 : 0;
    if (enabled !== 0) return enabled;
    return 1 << (scene.runnableCount > 0 ? this.#order.next(scene) : soonest(scene));
  }

  /** Returns the steps that sleep in the state after the last step. */
  #sleep(): readonly Event[] {
    if (this.#at === 0) return [];
    const { sleep, explored, event } = this.#path[this.#at - 1];
    return [...sleep, ...explored].filter((each) => each.thread !== event!.thread && !depend(each, event!, this.#allStores));
  }

  end(scene: Scene): void {
    this.executions++;
    if (scene.clockReads > 0) this.#hasClock = true;
    if (this.#isNoting) this.#note(scene, true);
    this.#addRaces();
    if (this.#isNoting && this.#at > 0 && endsEarly(scene)) {
      // Steps that the other threads would have made are not known.
      const node = this.#path[this.#at - 1];
      node.backtrack |= node.enabled & ~bitsOf(node.sleep);
    }
    this.#fresh = advance(this.#path);
    this.exhausted = this.#fresh < 0;
  }

  /** Finds the races of the steps that this execution has made for the first time. */
  #addRaces(): void {
    const path = this.#path;
    const events = path.slice(0, this.#at).map(({ event }) => event!);
    for (let at = Math.max(this.#fresh, 0); at < events.length; at++) {
      const races: number[] = [];
      order(events, at, this.#threads, this.#allStores, (earlier) => void races.push(earlier));
      for (const earlier of races) {
        const node = path[earlier];
        const first = initials(events, earlier, at);
        if ((first & (node.backtrack | bitsOf(node.sleep))) !== 0) continue;
        const able = first & node.enabled;
        if (able !== 0) node.backtrack |= (able & (1 << events[at].thread)) !== 0 ? 1 << events[at].thread : able & -able;
      }
    }
  }

  get progress(): SearchProgress | undefined {
    if (this.executions === 0) return undefined;
    const done = this.exhausted ? 1 : partDone(this.#path);
    return { estimate: this.executions / done, done };
  }

  get covered(): string {
    const all = 'up to the order of independent accesses';
    const { progress } = this;
    if (progress === undefined) return '';
    if (!this.exhausted) return `about ${(100 * progress.done).toPrecision(2)}% of an estimated ${formatCount(Math.round(progress.estimate))} interleavings ${all}`;
    return [
      `every interleaving ${all}`,
      ...(this.#hasDeadlines ? ['with few of the moments at which a sleeping thread may wake'] : []),
      ...(this.#hasLaps ? [`with loops over unchanged words followed for ${LAPS} laps`] : []),
      ...(this.#hasClock ? ['with few of the times that the clock may tell'] : []),
      ...(this.#isTimed ? ['with operations on different words in one order of time'] : []),
      ...(this.#hasStopped ? ['not beyond a point from which all threads only repeat themselves'] : []),
      ...(this.#weak ? ['within the limits on older values'] : []),
      ...(this.#hasCut ? [`of the first ${formatCount(this.#mostSteps)} steps`] : []),
    ].join(', ');
  }
}

/** Reports whether an execution has ended although a thread could go on: one has failed. */
function endsEarly(scene: Scene): boolean {
  return scene.runnableCount > 0 || scene.sleepingCount > 0;
}

export const dpor: StrategyEntry = {
  spec: 'dpor',
  summary: 'every interleaving up to the order of independent accesses, for small scenarios; sleeping threads never wake early',
  make(parameters) {
    noParameters('dpor', parameters);
    return new RecordPreemptions(new Dpor());
  },
};
