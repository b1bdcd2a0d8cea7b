/**
 * A random walk in which each thread is as likely as it has accesses left, as far as former
 * executions tell. Of threads that don't depend on each other every interleaving is then
 * equally likely, where the uniform walk favours those in which the short ones are done early.
 */
import { Rng } from '../rng.ts';
import type { Scene, Strategy } from '../strategy.ts';

/** One choice in so many lets a sleeper's time pass, while others could run. */
const WARP = 8;
/** A new execution counts for one part in so many. */
const MEMORY = 4;

export class Weighted implements Strategy {
  readonly name: string;
  readonly asksOnWake = false;
  readonly budget = 1;
  readonly #fixed: boolean;
  readonly #rng = new Rng(0);
  /** By thread: accesses of an execution; nothing before there was one. */
  #expected: readonly number[];
  /** What the execution under way goes by. */
  #used: readonly number[];

  /** @param expected accesses of each thread; learned from the executions before when absent */
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

  /** Accesses that `thread` has yet to make, the pending one among them; 1 when it has made more than expected. */
  #left(scene: Scene, thread: number): number {
    return Math.max(this.#used[thread] - scene.ran[thread] + 1, 1);
  }

  end(scene: Scene): void {
    if (this.#fixed) return;
    const former = this.#expected;
    this.#expected = Array.from(scene.ran, (ran, thread) => (former.length === 0 ? ran : Math.round(former[thread] + (ran - former[thread]) / MEMORY)));
  }
}
