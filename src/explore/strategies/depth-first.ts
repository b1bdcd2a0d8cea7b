/**
 * Depth-first search over all interleavings, with a growing bound on preemptions.
 *
 * 1. A preemption is a switch away from a thread that could continue. The choice of the next thread
 *    after one has slept or ended is free.
 * 2. For each bound 0, 1, 2, … walk the tree of choices depth first, with at most that many preemptions
 *    on a path.
 * 3. The memory is one path. The next execution repeats the last one up to its last choice that has an
 *    alternative left, and takes that alternative.
 * 4. When no choice has an alternative left, raise the bound. A bound repeats the executions of the
 *    lower ones, which are few in comparison.
 * 5. End when the bound is reached, or when it has cut no preemption: then every interleaving is covered.
 *
 * A sleeping thread wakes when its deadline passes, or when no thread can run. Earlier wake-ups are
 * not covered. There is no partial order reduction: equivalent interleavings are all run.
 *
 * Source: Musuvathi and Qadeer, "Iterative context bounding for systematic testing of multithreaded
 * programs", PLDI 2007. They find that most bugs need one or two preemptions.
 */
import { MOST, wholeParameter, type StrategyEntry } from './entry.ts';
import { RecordPreemptions } from './preemptions.ts';
import type { Scene, Strategy } from '../strategy.ts';
import { DefaultOrder, soonest } from './default-order.ts';

/** Most choices of an execution that are kept. Later ones take the default. */
const MOST_CHOICES = 1_000_000;

export class DepthFirst implements Strategy {
  readonly name: string;
  readonly asksOnWake = true;
  budget = 1;
  exhausted = false;
  covered = '';
  readonly #order = new DefaultOrder();
  readonly #mostPreemptions: number;
  readonly #mostChoices: number;
  #bound = 0;
  /** The path: the alternative that each choice takes, from 0. */
  readonly #taken: number[] = [];
  /** The path: number of alternatives of each choice. */
  readonly #of: number[] = [];
  /** Choices that the current execution has made. */
  #at = 0;
  /** Preemptions of the current execution. */
  #preemptions = 0;
  /** The bound has excluded a preemption since it was raised. */
  #boundCuts = false;
  /** The limit on choices has excluded an alternative since the bound was raised. */
  #roomCuts = false;

  constructor(mostPreemptions: number, mostChoices = MOST_CHOICES) {
    this.name = `dfs:${mostPreemptions}`;
    this.#mostPreemptions = mostPreemptions;
    this.#mostChoices = mostChoices;
  }

  begin(scene: Scene): void {
    this.#order.begin(scene);
    this.#at = 0;
    this.#preemptions = 0;
  }

  next(scene: Scene): number {
    const order = this.#order;
    order.look(scene);
    order.last = scene.runnableCount === 0 ? soonest(scene) : this.#choose(scene);
    // Runs until the thread sleeps or ends, unless a preemption is still allowed.
    this.budget = Number.MAX_SAFE_INTEGER;
    if (scene.runnableCount > 1) {
      if (this.#preemptions < this.#bound) this.budget = 1;
      else this.#boundCuts = true;
    }
    return order.last;
  }

  choose(_scene: Scene, count: number): number {
    return this.#decide(count);
  }

  #choose(scene: Scene): number {
    const order = this.#order;
    const first = order.next(scene);
    if (scene.runnableCount === 1 || (!order.left && this.#preemptions === this.#bound)) return first;
    const alternative = this.#decide(scene.runnableCount);
    if (alternative === 0) return first;
    if (!order.left) this.#preemptions++;
    return nth(scene, first, alternative);
  }

  /** Returns which of `count` alternatives this execution takes; number 0 is the default. */
  #decide(count: number): number {
    const at = this.#at++;
    if (at < this.#taken.length) {
      if (this.#of[at] !== count) throw new Error('an execution departs from the former one although all its choices so far are the same');
      return this.#taken[at];
    }
    if (at >= this.#mostChoices) {
      this.#roomCuts = true;
      return 0;
    }
    this.#taken.push(0);
    this.#of.push(count);
    return 0;
  }

  /** Moves the path to the next execution of the search. */
  end(): void {
    const taken = this.#taken;
    const of = this.#of;
    while (taken.length > 0 && taken[taken.length - 1] + 1 === of[of.length - 1]) {
      taken.pop();
      of.pop();
    }
    if (taken.length > 0) taken[taken.length - 1]++;
    else this.#raiseBound();
  }

  #raiseBound(): void {
    const bound = this.#bound++;
    const within = bound === 0 ? 'without preemptions' : bound === 1 ? 'with at most 1 preemption' : `with at most ${bound} preemptions`;
    const which = this.#boundCuts ? `every interleaving ${within}` : 'every interleaving';
    this.covered = this.#roomCuts ? `${which} of the first ${this.#mostChoices} choices` : which;
    this.exhausted = !this.#boundCuts || this.#bound > this.#mostPreemptions;
    this.#boundCuts = this.#roomCuts = false;
  }
}

export const depthFirst: StrategyEntry = {
  spec: 'dfs:2',
  summary: 'every interleaving with up to so many preemptions, for small scenarios; sleeping threads never wake early',
  // The path alone does not repeat an execution: its preemptions do.
  make: (parameters) => new RecordPreemptions(new DepthFirst(wholeParameter('dfs', parameters, 0, MOST))),
};

/** Returns the runnable thread `n` places after `first`, cyclically. */
function nth(scene: Scene, first: number, n: number): number {
  const place = scene.runnable.indexOf(first);
  return scene.runnable[(place + n) % scene.runnableCount];
}
