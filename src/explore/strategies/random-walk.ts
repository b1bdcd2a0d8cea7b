/**
 * At each switch any thread is as likely as any other, and switches come at a mean distance:
 * 1 finds what needs many switches close together, 10 and 100 what needs long stretches.
 */
import { Rng } from '../rng.ts';
import type { Scene, Strategy } from '../strategy.ts';

/** One choice in so many lets a sleeper's time pass, while others could run. */
const WARP = 8;

export class RandomWalk implements Strategy {
  readonly name: string;
  readonly asksOnWake = false;
  budget = 1;
  readonly #rng = new Rng(0);
  readonly #spread: number;

  /** Switches after 1 … 2 × `distance` - 1 accesses. */
  constructor(distance: number, name = `random:${distance}`) {
    this.name = name;
    this.#spread = 2 * distance - 1;
  }

  begin(_scene: Scene, seed: number): void {
    this.#rng.reseed(seed);
  }

  next(scene: Scene): number {
    const random = this.#rng.next();
    this.budget = this.#spread === 1 ? 1 : 1 + (this.#rng.next() % this.#spread);
    if (scene.sleepingCount > 0 && (scene.runnableCount === 0 || random % WARP === 0)) {
      return scene.sleeping[(random >>> 8) % scene.sleepingCount];
    }
    return scene.runnable[(random >>> 8) % scene.runnableCount];
  }
}
