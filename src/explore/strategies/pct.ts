/**
 * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010).
 * Threads have random priorities, and the highest that can run does. At depth - 1 random
 * moments whoever runs falls below all others. A bug that needs `depth` ordered events in an
 * execution of n threads and k accesses shows with a chance of at least 1 / (n k^(depth-1)).
 *
 * The paper's threads block; ours may also spin and sleep, which strict priorities turn into
 * endless waiting. Two rules stand against that:
 *
 * - Who only looks again and sleeps again is held back for twice as many accesses each time, up
 *   to a limit. It keeps its priority, so what it waits for is soon followed by its turn; but
 *   the turns it takes from those below grow fewer, and a group of spinners can't keep each
 *   other awake for ever.
 * - Who runs for a whole execution's length in one go, while others could, falls to the bottom:
 *   it may be looking, without ever sleeping, for what one of them has yet to do.
 */
import { Rng } from '../rng.ts';
import type { Scene, Strategy } from '../strategy.ts';
import { contains, soonest } from './default-order.ts';
import { ShortSleeps } from './short-sleeps.ts';

/** Accesses of an execution, before there was one to learn from. */
const FIRST_LENGTH = 100;
/** Nobody falls for running on for fewer accesses than this. */
const LEAST_PATIENCE = 1000;
/** Fewer accesses than this between two sleeps are no progress. */
const LOOK = 20;
/** A spinner is held back for no more accesses than this. */
const MOST_HELD = 1024;
/** A length that was too long goes back by this part of the difference. */
const FORGET = 8;

export class Pct implements Strategy {
  readonly name: string;
  readonly asksOnWake = true;
  budget = 1;
  readonly #depth: number;
  readonly #fixed: boolean;
  readonly #rng = new Rng(0);
  readonly #sleeps = new ShortSleeps();
  /** Of the executions so far; 0 before the first. */
  #length: number;
  /** What the execution under way goes by. */
  #drawnFor: number;
  /** By thread: the higher runs. Priorities from 0 are the first ones. */
  #priority = new Int32Array(0);
  /** By thread: sleeps in a row with no progress between, and the access until which that holds it back. */
  #naps = new Int32Array(0);
  #heldUntil = new Float64Array(0);
  /** When whoever runs falls, ascending, and below whom: #low[i] < 0. */
  readonly #points: Float64Array;
  readonly #low: Int32Array;
  #passed = 0;
  #bottom = 0;
  #last = -1;
  #turnBegan = 0;
  #patience = LEAST_PATIENCE;
  /** Accesses of turns that were cut for being too long. */
  #wasted = 0;

  /** @param length of an execution, in accesses; learned from those before when absent */
  constructor(depth: number, length?: number) {
    this.name = length === undefined ? `pct:${depth}` : `pct:${depth}:${length}`;
    this.#depth = depth;
    this.#points = new Float64Array(depth - 1);
    this.#low = new Int32Array(depth - 1);
    this.#fixed = length !== undefined;
    this.#length = length ?? 0;
    this.#drawnFor = length ?? FIRST_LENGTH;
  }

  get spec(): string {
    return `pct:${this.#depth}:${this.#drawnFor}`;
  }

  begin(scene: Scene, seed: number): void {
    const rng = this.#rng;
    rng.reseed(seed);
    if (this.#length > 0) this.#drawnFor = this.#length;
    this.#patience = Math.max(LEAST_PATIENCE, this.#drawnFor);
    if (this.#priority.length !== scene.threads) this.#makeRoom(scene.threads);
    this.#naps.fill(0);
    this.#heldUntil.fill(0);
    shuffle(this.#priority, rng);
    this.#drawPoints(scene.steps);
    this.#last = -1;
    this.#turnBegan = scene.steps;
    this.#wasted = 0;
    this.#sleeps.begin(scene);
  }

  #makeRoom(threads: number): void {
    this.#priority = new Int32Array(threads);
    this.#naps = new Int32Array(threads);
    this.#heldUntil = new Float64Array(threads);
  }

  /** They are few, and each goes to its place. */
  #drawPoints(begin: number): void {
    const points = this.#points;
    const low = this.#low;
    for (let drawn = 0; drawn < points.length; drawn++) {
      const at = begin + 1 + this.#rng.below(this.#drawnFor);
      let place = drawn;
      for (; place > 0 && points[place - 1] > at; place--) {
        points[place] = points[place - 1];
        low[place] = low[place - 1];
      }
      points[place] = at;
      low[place] = -1 - drawn;
    }
    this.#passed = 0;
    this.#bottom = -this.#depth;
  }

  next(scene: Scene): number {
    this.#sleeps.look(scene, this.#rng);
    this.#lower(scene);
    this.#noteNap(scene);
    const thread = this.#highest(scene);
    if (thread !== this.#last) this.#turnBegan = scene.steps;
    this.#last = thread;
    this.budget = this.#budgetOf(thread, scene);
    return thread;
  }

  /** Whoever ran falls at its change points, and for having run too long. */
  #lower(scene: Scene): void {
    const { steps } = scene;
    const last = this.#last;
    for (; this.#passed < this.#points.length && this.#points[this.#passed] <= steps; this.#passed++) {
      if (last >= 0) this.#priority[last] = this.#low[this.#passed];
    }
    if (last >= 0 && scene.runnableCount > 1 && steps - this.#turnBegan >= this.#patience) {
      this.#priority[last] = this.#bottom--;
      this.#wasted += steps - this.#turnBegan;
      this.#turnBegan = steps;
    }
  }

  /** Whoever ran may have gone to sleep, and once more after hardly a look. */
  #noteNap(scene: Scene): void {
    const last = this.#last;
    if (last < 0) return;
    if (scene.steps - this.#turnBegan >= LOOK) this.#naps[last] = 0;
    if (!contains(scene.sleeping, scene.sleepingCount, last)) return;
    const naps = this.#naps[last]++;
    if (naps > 0) this.#heldUntil[last] = scene.steps + Math.min(2 ** naps, MOST_HELD);
    // Its next turn is another one, even if nobody comes between.
    this.#last = -1;
  }

  #highest(scene: Scene): number {
    const { runnable, runnableCount, sleeping, sleepingCount, steps } = scene;
    const priority = this.#priority;
    const held = this.#heldUntil;
    let best = -1;
    for (let i = 0; i < runnableCount; i++) {
      const thread = runnable[i];
      if (held[thread] <= steps && (best < 0 || priority[thread] > priority[best])) best = thread;
    }
    for (let i = 0; i < sleepingCount; i++) {
      const thread = sleeping[i];
      if (held[thread] <= steps && this.#sleeps.has(thread) && (best < 0 || priority[thread] > priority[best])) best = thread;
    }
    if (best >= 0) return best;
    if (runnableCount === 0) return soonest(scene);
    best = runnable[0];
    for (let i = 1; i < runnableCount; i++) if (priority[runnable[i]] > priority[best]) best = runnable[i];
    return best;
  }

  /** Until the next fall, or until one that is held back has its turn. */
  #budgetOf(thread: number, { runnable, runnableCount, steps }: Scene): number {
    let until = this.#turnBegan + this.#patience;
    if (this.#passed < this.#points.length) until = Math.min(until, this.#points[this.#passed]);
    for (let i = 0; i < runnableCount; i++) {
      const other = runnable[i];
      if (this.#heldUntil[other] > steps && this.#priority[other] > this.#priority[thread]) until = Math.min(until, this.#heldUntil[other]);
    }
    return Math.max(until - steps, 1);
  }

  /** The length goes up at once and down slowly: a change point past the end is lost, a part without any is never tried. */
  end(scene: Scene): void {
    if (this.#fixed) return;
    const length = Math.max(scene.steps - this.#wasted, 1);
    if (length > this.#length) this.#length = length;
    else this.#length -= Math.ceil((this.#length - length) / FORGET);
  }
}

/** Fills `order` with the numbers below its length in random order. */
function shuffle(order: Int32Array, rng: Rng): void {
  for (let i = 0; i < order.length; i++) order[i] = i;
  for (let i = order.length - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    const other = order[j];
    order[j] = order[i];
    order[i] = other;
  }
}
