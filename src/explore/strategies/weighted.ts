/**
 * Random walk weighted by the accesses that each thread has left.
 *
 * 1. Estimate each thread's number of accesses: a moving average over the executions so far.
 * 2. At every access draw a runnable thread with a probability proportional to its remaining accesses.
 * 3. One time in eight, or if no thread is runnable, draw one of the sleeping threads instead.
 *
 * Of threads that do not depend on each other, every interleaving is then equally likely. The uniform
 * walk favours interleavings in which short threads finish early.
 */
import { MOST, wholeParameter, type StrategyEntry } from './entry.ts';
import { Rng } from '../rng.ts';
import type { Scene, Strategy } from '../strategy.ts';
import { drawValue } from '../weak/draw.ts';

/** One choice in `WARP` wakes a sleeping thread although others can run. */
const WARP = 8;
/** Weight of a new execution in the average: 1 / MEMORY. */
const MEMORY = 4;

export class Weighted implements Strategy {
  readonly name: string;
  readonly asksOnWake = false;
  readonly budget = 1;
  readonly #fixed: boolean;
  readonly #rng = new Rng(0);
  /** By thread: estimated accesses of an execution. Empty before the first execution. */
  #expected: readonly number[];
  /** By thread: the estimate that the current execution uses. */
  #used: readonly number[];

  /** @param expected accesses of each thread; if absent, they are learned from the executions so far */
  constructor(expected?: readonly number[]) {
    this.name = expected === undefined ? 'weighted' : `weighted:${expected.join()}`;
    this.#fixed = expected !== undefined;
    this.#expected = this.#used = expected ?? [];
  }

  get spec(): string {
    return `weighted:${this.#used.join()}`;
  }

  begin(scene: Scene, seed: number): void {
    this.#rng.reseed(seed);
    this.#used = Array.from({ length: scene.threads }, (_, thread) => this.#expected[thread] ?? 0);
  }

  choose(_scene: Scene, count: number): number {
    return drawValue(this.#rng, count);
  }

  next(scene: Scene): number {
    const { runnable, runnableCount, sleeping, sleepingCount } = scene;
    const random = this.#rng.next();
    if (sleepingCount > 0 && (runnableCount === 0 || random % WARP === 0)) return sleeping[(random >>> 8) % sleepingCount];
    let left = 0;
    for (let i = 0; i < runnableCount; i++) left += this.#left(scene, runnable[i]);
    let at = this.#rng.below(left);
    for (let i = 0; i < runnableCount - 1; i++) {
      at -= this.#left(scene, runnable[i]);
      if (at < 0) return runnable[i];
    }
    return runnable[runnableCount - 1];
  }

  /** Returns the estimated accesses that `thread` has left, its pending one included; at least 1. */
  #left(scene: Scene, thread: number): number {
    return Math.max(this.#used[thread] - scene.ran[thread] + 1, 1);
  }

  end(scene: Scene): void {
    if (this.#fixed) return;
    const former = this.#expected;
    this.#expected = Array.from(scene.ran, (ran, thread) => (former.length === 0 ? ran : Math.round(former[thread] + (ran - former[thread]) / MEMORY)));
  }
}

export const weighted: StrategyEntry = {
  spec: 'weighted',
  summary: 'chooses each thread in proportion to the accesses it has left, as estimated from former executions',
  // 'weighted:120,80' fixes the accesses of each thread.
  make: (parameters) => new Weighted(parameters === '' ? undefined : parameters.split(',').map((each) => wholeParameter('weighted', each, 0, MOST))),
};
