/**
 * POS: partial order sampling.
 *
 * 1. Give each thread's pending access a random priority.
 * 2. Run the thread whose pending access has the highest priority, for that one access.
 * 3. Draw a new priority for its next access.
 * 4. Draw new priorities for the pending accesses that conflict with the access made: same word, and at
 *    least one of the two writes.
 *
 * Of two conflicting accesses each comes first with the same probability, however many accesses their
 * threads make before.
 *
 * Source: Yuan, Yang, Gu, "Partial order aware concurrency sampling", CAV 2018.
 */
import { noParameters, type StrategyEntry } from './entry.ts';
import { Rng } from '../rng.ts';
import type { Scene, Strategy } from '../strategy.ts';
import { drawValue } from '../weak/draw.ts';
import { ShortSleeps } from './short-sleeps.ts';
import { soonest } from './default-order.ts';

export class Pos implements Strategy {
  readonly name = 'pos';
  readonly asksOnWake = false;
  readonly budget = 1;
  readonly #rng = new Rng(0);
  readonly #sleeps = new ShortSleeps();
  /** By thread: priority of its pending access. */
  #priority = new Int32Array(0);

  begin(scene: Scene, seed: number): void {
    this.#rng.reseed(seed);
    this.#sleeps.begin(scene);
    if (this.#priority.length !== scene.threads) this.#priority = new Int32Array(scene.threads);
    for (let thread = 0; thread < scene.threads; thread++) this.#priority[thread] = this.#rng.next();
  }

  choose(_scene: Scene, count: number): number {
    return drawValue(this.#rng, count);
  }

  next(scene: Scene): number {
    this.#sleeps.look(scene, this.#rng);
    const thread = this.#highest(scene);
    this.#redraw(scene, thread);
    return thread;
  }

  #highest(scene: Scene): number {
    const { runnable, runnableCount, sleeping, sleepingCount } = scene;
    const priority = this.#priority;
    let best = -1;
    for (let i = 0; i < runnableCount; i++) if (best < 0 || priority[runnable[i]] > priority[best]) best = runnable[i];
    for (let i = 0; i < sleepingCount; i++) {
      const thread = sleeping[i];
      if (this.#sleeps.has(thread) && (best < 0 || priority[thread] > priority[best])) best = thread;
    }
    return best < 0 ? soonest(scene) : best;
  }

  /** Draws new priorities for the access after this one of `thread`, and for the accesses that conflict with this one. */
  #redraw(scene: Scene, thread: number): void {
    const { runnable, runnableCount, pendingSite, pendingIndex, writes } = scene;
    this.#priority[thread] = this.#rng.next();
    const site = pendingSite[thread];
    // A thread that has just woken has no access pending: it runs on to its next one.
    if (site < 0) return;
    for (let i = 0; i < runnableCount; i++) {
      const other = runnable[i];
      if (other === thread || pendingSite[other] < 0 || pendingIndex[other] !== pendingIndex[thread]) continue;
      if (writes[site] === 1 || writes[pendingSite[other]] === 1) this.#priority[other] = this.#rng.next();
    }
  }
}

export const pos: StrategyEntry = {
  spec: 'pos',
  summary: 'random priorities of single accesses, drawn again for accesses that conflict with the one made',
  make(parameters) {
    noParameters('pos', parameters);
    return new Pos();
  },
};
