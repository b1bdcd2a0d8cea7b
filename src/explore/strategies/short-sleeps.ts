/**
 * Draws which sleeps may end at once. The clock of an execution is virtual, so a sleeping thread may
 * wake before all others have run. Each sleep is drawn once, when it begins.
 */
import type { Rng } from '../rng.ts';
import type { Scene } from '../strategy.ts';

/** One sleep in `ONE_IN` is short. */
const ONE_IN = 8;

const AWAKE = 0;
const LONG = 1;
const SHORT = 2;

export class ShortSleeps {
  #state = new Uint8Array(0);

  begin(scene: Scene): void {
    if (this.#state.length === scene.threads) this.#state.fill(AWAKE);
    else this.#state = new Uint8Array(scene.threads);
  }

  /** Draws for the sleeps that have begun. Called at the start of each `next`. */
  look(scene: Scene, rng: Rng): void {
    const state = this.#state;
    if (scene.sleepingCount === 0) {
      state.fill(AWAKE);
      return;
    }
    for (let i = 0; i < scene.runnableCount; i++) state[scene.runnable[i]] = AWAKE;
    for (let i = 0; i < scene.sleepingCount; i++) {
      const thread = scene.sleeping[i];
      if (state[thread] === AWAKE) state[thread] = rng.below(ONE_IN) === 0 ? SHORT : LONG;
    }
  }

  /** Reports whether the sleeping `thread` may be chosen although others can run. */
  has(thread: number): boolean {
    return this.#state[thread] === SHORT;
  }
}
