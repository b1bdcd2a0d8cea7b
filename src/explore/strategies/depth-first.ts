/**
 * Every interleaving, those with few preemptions first (Musuvathi and Qadeer, PLDI 2007: most
 * bugs need one or two). A preemption is a switch away from a thread that could go on; where a
 * thread sleeps or ends, who follows is free. Sleepers wake when their time has come by the
 * accesses of others, or when nobody can run; that they wake earlier is not tried.
 *
 * At each bound from 0 up the tree of choices is walked depth first. Its memory is one path: the
 * next execution repeats the last one up to its last choice that has an alternative. A bound
 * goes over the executions of the lower ones again, which are few beside its own.
 */
import type { Scene, Strategy } from '../strategy.ts';
import { DefaultOrder, soonest } from './default-order.ts';

/** Choices of an execution that are kept; later ones fall to the default. */
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
  /** The path: which alternative was taken, of how many. */
  readonly #taken: number[] = [];
  readonly #of: number[] = [];
  #at = 0;
  #preemptions = 0;
  /** At this bound: a preemption was left out for it; a choice for want of room. */
  #boundCuts = false;
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
    // To the end of its turn, unless a preemption is possible before.
    this.budget = Number.MAX_SAFE_INTEGER;
    if (scene.runnableCount > 1) {
      if (this.#preemptions < this.#bound) this.budget = 1;
      else this.#boundCuts = true;
    }
    return order.last;
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

  /** Which of `count` alternatives this execution takes; the default is number 0. */
  #decide(count: number): number {
    const at = this.#at++;
    if (at < this.#taken.length) {
      if (this.#of[at] !== count) throw new Error('an execution did not repeat another as far as their choices were the same');
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

/** The runnable thread `n` places after `first`, round and round. */
function nth(scene: Scene, first: number, n: number): number {
  const place = scene.runnable.indexOf(first);
  return scene.runnable[(place + n) % scene.runnableCount];
}
