/** Records one execution: all its accesses, and the switches between threads. */
import type { Setting } from '../scenarios/scenario.ts';
import { DefaultOrder } from '../strategies/default-order.ts';
import { RecordPreemptions, ReplayPreemptions, type Preemption } from '../strategies/preemptions.ts';
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
  readonly preemptions: readonly Preemption[];
  readonly outcome: Outcome;
  readonly execution: Execution;
  readonly names: readonly string[];
}

/**
 * Replays `preemptions` on the hooked variant and records everything.
 * @param look called after each access with its place in the trace, and a function that names words at that moment
 */
export function record(ground: Ground, setting: Setting, preemptions: readonly Preemption[], look?: (step: number, nameWord: (at: number) => string) => void): Recording {
  const trace = new Trace();
  let stand: Stand | undefined;
  const looker: Monitor = { access: () => look!(trace.length - 1, (at) => stand!.nameWord(at)) };
  // The trace comes first: the access that a monitor objects to must be in it.
  const monitors = [trace, ...(look === undefined ? [] : [looker]), ...(ground.monitors ?? [])];
  stand = new Stand({ ...ground, monitors }, setting);
  const noting = new Noting(new RecordPreemptions(new ReplayPreemptions(preemptions)), trace);
  const { outcome, execution } = stand.run(noting, 0);
  return { trace, stretches: noting.stretches, preemptions: noting.inner.preemptions, outcome, execution, names: stand.names };
}

class Noting implements Strategy {
  readonly name = 'noting';
  readonly asksOnWake = false;
  budget = 1;
  readonly stretches: Stretch[] = [];
  readonly inner: RecordPreemptions;
  readonly #trace: Trace;
  readonly #order = new DefaultOrder();

  constructor(inner: RecordPreemptions, trace: Trace) {
    this.inner = inner;
    this.#trace = trace;
  }

  begin(scene: Scene, seed: number): void {
    this.#order.begin(scene);
    this.inner.begin(scene, seed);
  }

  next(scene: Scene): number {
    const order = this.#order;
    order.look(scene);
    const before = this.inner.preemptions.length;
    const thread = this.inner.next(scene);
    this.budget = this.inner.budget;
    const preemption = this.inner.preemptions.length > before ? before : -1;
    // A thread that has just woken has no access pending yet.
    const number = order.step(scene, thread) + (scene.pendingSite[thread] < 0 ? 1 : 0);
    this.stretches.push({ thread, start: this.#trace.length, number, preemption });
    order.last = thread;
    return thread;
  }

  end(scene: Scene): void {
    this.inner.end?.(scene);
  }
}

/** Returns the number of the access at `step` among its thread's steps, as preemptions count them. */
export function numberOf({ stretches }: Recording, step: number): number {
  const stretch = stretches.findLast(({ start }) => start <= step)!;
  return stretch.number + step - stretch.start;
}
