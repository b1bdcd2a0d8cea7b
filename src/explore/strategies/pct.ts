/**
 * PCT: probabilistic concurrency testing.
 *
 * 1. Give the n threads distinct random priorities.
 * 2. Draw d - 1 change points, uniform over the k accesses of an execution; d is the bug depth.
 * 3. Always run the runnable thread with the highest priority.
 * 4. At change point i lower the running thread's priority below all initial ones, to -1 - i.
 *
 * An execution finds a bug of depth d with a probability of at least 1 / (n k^(d-1)). The length k is
 * not known beforehand: it is learned from the executions so far.
 *
 * The threads of the paper block. Ours also spin and sleep, and under strict priorities such a thread
 * starves the thread it waits for. Two more rules prevent that:
 *
 * 5. A thread that sleeps again after fewer than LOOK accesses is held back for 2, 4, 8 … accesses, at
 *    most MOST_HELD. It keeps its priority, so it runs soon after its condition has come true.
 * 6. A thread that runs for the length of an execution in one turn, while others can run, falls to the
 *    bottom: it may be spinning on a word that another thread has yet to write.
 *
 * Source: Burckhardt, Kothari, Musuvathi, Nagarakatte, "A randomized scheduler with probabilistic
 * guarantees of finding bugs", ASPLOS 2010.
 */
import { MOST, wholeParameter, type StrategyEntry } from './entry.ts';
import { Rng } from '../rng.ts';
import type { Scene, Strategy } from '../strategy.ts';
import { drawValue } from '../weak/draw.ts';
import { UsageError } from '../../base/fatal.ts';
import { contains, soonest } from './default-order.ts';
import { ShortSleeps } from './short-sleeps.ts';

const LEAST_DEPTH = 2;
const MOST_DEPTH = 20;
/** Assumed length of the first execution, in accesses. */
const FIRST_LENGTH = 100;
/** A turn shorter than this never lowers a thread by rule 6, in accesses. */
const LEAST_PATIENCE = 1000;
/** Fewer accesses than this between two sleeps are no progress. */
const LOOK = 20;
/** Longest time that rule 5 holds a thread back, in accesses. */
const MOST_HELD = 1024;
/** A learned length that is too long shrinks by 1 / FORGET of the difference. */
const FORGET = 8;

export class Pct implements Strategy {
  readonly name: string;
  readonly asksOnWake = true;
  budget = 1;
  readonly #depth: number;
  readonly #fixed: boolean;
  readonly #rng = new Rng(0);
  readonly #sleeps = new ShortSleeps();
  /** Learned length of an execution, in accesses; 0 before the first execution. */
  #length: number;
  /** Length that the current execution's change points were drawn for. */
  #drawnFor: number;
  /** By thread. Initial priorities are 0 and more, lowered ones negative. */
  #priority = new Int32Array(0);
  /** By thread: sleeps in a row without progress between them. */
  #naps = new Int32Array(0);
  /** By thread: the access until which rule 5 holds it back. */
  #heldUntil = new Float64Array(0);
  /** Change points, ascending, as numbers of accesses. */
  readonly #points: Float64Array;
  /** The priority that each change point assigns; negative. */
  readonly #low: Int32Array;
  /** Change points that have been passed. */
  #passed = 0;
  /** The next priority that rule 6 assigns. */
  #bottom = 0;
  /** The thread that ran last; -1 after it has gone to sleep. */
  #last = -1;
  /** The access at which the current turn began. */
  #turnBegan = 0;
  /** Length of a turn after which rule 6 applies. */
  #patience = LEAST_PATIENCE;
  /** Accesses of the turns that rule 6 ended: they don't count for the length. */
  #wasted = 0;

  /** @param length accesses of an execution; if absent, it is learned from the executions so far */
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

  /** Draws the change points and sorts each into its place; there are few. */
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

  choose(_scene: Scene, count: number): number {
    return drawValue(this.#rng, count);
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

  /** Lowers the thread that ran: at the change points it has passed, and by rule 6. */
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

  /** Rule 5: if the thread that ran has gone to sleep again without progress, holds it back. */
  #noteNap(scene: Scene): void {
    const last = this.#last;
    if (last < 0) return;
    if (scene.steps - this.#turnBegan >= LOOK) this.#naps[last] = 0;
    if (!contains(scene.sleeping, scene.sleepingCount, last)) return;
    const naps = this.#naps[last]++;
    if (naps > 0) this.#heldUntil[last] = scene.steps + Math.min(2 ** naps, MOST_HELD);
    // Its next turn is a new one, even if no other thread runs before it.
    this.#last = -1;
  }

  /** Returns the thread with the highest priority, held threads last. */
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

  /** Returns the accesses until the next change point, the end of the turn, or the end of a higher thread's hold. */
  #budgetOf(thread: number, { runnable, runnableCount, steps }: Scene): number {
    let until = this.#turnBegan + this.#patience;
    if (this.#passed < this.#points.length) until = Math.min(until, this.#points[this.#passed]);
    for (let i = 0; i < runnableCount; i++) {
      const other = runnable[i];
      if (this.#heldUntil[other] > steps && this.#priority[other] > this.#priority[thread]) until = Math.min(until, this.#heldUntil[other]);
    }
    return Math.max(until - steps, 1);
  }

  /**
   * Learns the length. It grows at once and shrinks slowly: a change point past the end is wasted, but
   * accesses past the assumed end never get one.
   */
  end(scene: Scene): void {
    if (this.#fixed) return;
    const length = Math.max(scene.steps - this.#wasted, 1);
    if (length > this.#length) this.#length = length;
    else this.#length -= Math.ceil((this.#length - length) / FORGET);
  }
}

export const pct: StrategyEntry = {
  spec: 'pct:3',
  summary: `random priorities; the number is the bug depth d: at d - 1 random points the running thread falls to the bottom (${LEAST_DEPTH} to ${MOST_DEPTH})`,
  // 'pct:3:1840' fixes the length of an execution.
  make(parameters) {
    const [depth, length, ...more] = parameters.split(':');
    if (more.length > 0) throw new UsageError(`strategy pct takes a depth and a length, as pct:3:1840, not '${parameters}'`);
    return new Pct(wholeParameter('pct', depth, LEAST_DEPTH, MOST_DEPTH), length === undefined ? undefined : wholeParameter('pct', length, 1, MOST));
  },
};

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
