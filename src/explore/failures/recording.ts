/** Records one execution: all its accesses, and the switches between threads. */
import type { Setting } from '../scenarios/scenario.ts';
import { DefaultOrder } from '../strategies/default-order.ts';
import { RecordPreemptions, ReplayPreemptions, type Departure } from '../strategies/preemptions.ts';
import type { Scene, Strategy } from '../strategy.ts';
import type { Monitor } from '../monitor.ts';
import type { Execution } from '../execution.ts';
import type { Outcome } from './outcome.ts';
import { Stand, type Ground } from './stand.ts';
import { Trace } from './trace.ts';

/** A sequence of accesses by one thread without a switch. */
export interface Stretch {
  readonly thread: number;
  /** Place of its first access in the trace. */
  readonly start: number;
  /** Number of that access among the thread's steps, as preemptions count them. */
  readonly number: number;
  /** Index of the preemption that began it; -1 if none did. */
  readonly preemption: number;
}

export interface Recording {
  readonly trace: Trace;
  readonly stretches: readonly Stretch[];
  readonly departures: readonly Departure[];
  /** By thread, the number of accesses of all threads after which it was seen to have ended; -1 if it was not. */
  readonly ended: readonly number[];
  readonly outcome: Outcome;
  readonly execution: Execution;
  readonly names: readonly string[];
}

/** What a watcher sees of an execution while it is recorded. */
export interface Watched {
  /** The accesses so far; the last one has just been made. */
  readonly trace: Trace;
  /** Returns the name that the word `at` has at this moment. */
  nameWord(at: number): string;
}

/**
 * Replays `preemptions` on the hooked variant and records everything.
 * @param watch makes monitors that watch the execution; they see each access after the trace does
 */
export function record(ground: Ground, setting: Setting, departures: readonly Departure[], watch?: (watched: Watched) => readonly Monitor[]): Recording {
  return recordStrategy(ground, setting, new ReplayPreemptions(departures), 0, watch);
}

/** Runs the execution of `strategy` and `seed` on the hooked variant, and records everything. */
export function recordStrategy(ground: Ground, setting: Setting, strategy: Strategy, seed: number, watch?: (watched: Watched) => readonly Monitor[]): Recording {
  const trace = new Trace();
  let stand: Stand | undefined;
  const watchers = watch?.({ trace, nameWord: (at) => stand!.nameWord(at) }) ?? [];
  // The trace comes first: the access that a monitor objects to must be in it.
  stand = new Stand({ ...ground, monitors: [trace, ...watchers, ...(ground.monitors ?? [])] }, setting);
  trace.show = (at, value) => stand!.show(at, value);
  const noting = new Noting(new RecordPreemptions(strategy), trace);
  const { outcome, execution } = stand.run(noting, seed);
  return { trace, stretches: noting.stretches, departures: noting.inner.departures, ended: noting.ended, outcome, execution, names: stand.names };
}

class Noting implements Strategy {
  readonly name = 'noting';
  readonly asksOnWake: boolean;
  budget = 1;
  readonly stretches: Stretch[] = [];
  readonly ended: number[] = [];
  readonly inner: RecordPreemptions;
  readonly #trace: Trace;
  readonly #order = new DefaultOrder();

  constructor(inner: RecordPreemptions, trace: Trace) {
    this.inner = inner;
    this.asksOnWake = inner.asksOnWake;
    this.#trace = trace;
  }

  begin(scene: Scene, seed: number): void {
    this.#order.begin(scene);
    this.inner.begin(scene, seed);
    for (let thread = 0; thread < scene.threads; thread++) this.ended[thread] = -1;
  }

  next(scene: Scene): number {
    const order = this.#order;
    order.look(scene);
    this.#noteEnds(scene);
    const before = this.inner.departures.length;
    const thread = this.inner.next(scene);
    this.budget = this.inner.budget;
    const preemption = this.inner.departures.length > before ? before : -1;
    // A thread that has just woken has no access pending yet.
    const number = order.step(scene, thread) + (scene.pendingSite[thread] < 0 ? 1 : 0);
    this.stretches.push({ thread, start: this.#trace.length, number, preemption });
    order.last = thread;
    return thread;
  }

  choose(scene: Scene, count: number): number {
    return this.inner.choose(scene, count);
  }

  end(scene: Scene): void {
    this.#noteEnds(scene);
    this.inner.end?.(scene);
  }

  #noteEnds(scene: Scene): void {
    const { ended } = this;
    for (let thread = 0; thread < scene.threads; thread++) if (ended[thread] < 0 && scene.isDone(thread)) ended[thread] = this.#trace.length;
  }
}

/** Returns the number of the access at `step` among its thread's steps, as preemptions count them. */
export function numberOf({ stretches }: Recording, step: number): number {
  const stretch = stretches.findLast(({ start }) => start <= step)!;
  return stretch.number + step - stretch.start;
}
