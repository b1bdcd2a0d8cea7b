/**
 * Which sleeps pass at once: the clock of an execution is virtual, and a sleeper may as well be
 * the quickest of all. Every sleep is drawn for once, when it begins.
 */
import type { Rng } from '../rng.ts';
import type { Scene } from '../strategy.ts';

/** One sleep in so many. */
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

  /** To be called first thing at every question. */
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

  /** May `thread`, asleep, be chosen though others can run? */
  has(thread: number): boolean {
    return this.#state[thread] === SHORT;
  }
}
