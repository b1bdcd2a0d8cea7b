/**
 * Who goes on when nobody says otherwise: the thread that ran, until it sleeps or ends; then
 * the next runnable one after it, round and round; a sleeper only if nobody can run, the one
 * whose sleep ends first. And the number of the step at which a thread stands.
 */
import type { Scene } from '../strategy.ts';

/** In place of a thread: before anyone has run. */
export const START = -1;

export class DefaultOrder {
  /** Who ran last; START before the first choice. */
  last = START;
  /** It has gone to sleep or has ended, even if it is awake again. */
  left = true;
  /** How often each thread has. */
  #left = new Int32Array(0);

  begin(scene: Scene): void {
    this.last = START;
    if (this.#left.length === scene.threads) this.#left.fill(0);
    else this.#left = new Int32Array(scene.threads);
  }

  /** To be called first thing at every question, once. */
  look(scene: Scene): void {
    const { last } = this;
    // Who wakes has no access pending: it does not yet stand at one.
    this.left = last === START || scene.pendingSite[last] < 0 || !contains(scene.runnable, scene.runnableCount, last);
    if (this.left && last !== START) this.#left[last]++;
  }

  /**
   * The number of the step that `thread` takes next. Its accesses are steps, and so is each
   * going to sleep and the end; so no two moments of its life have the same number.
   */
  step(scene: Scene, thread: number): number {
    return thread === START ? 0 : scene.ran[thread] + this.#left[thread];
  }

  /** Who goes on by default. */
  next(scene: Scene): number {
    if (!this.left) return this.last;
    return scene.runnableCount > 0 ? after(scene, this.last) : soonest(scene);
  }
}

/** The runnable thread next after `thread`, round and round. */
function after(scene: Scene, thread: number): number {
  for (let i = 0; i < scene.runnableCount; i++) if (scene.runnable[i] > thread) return scene.runnable[i];
  return scene.runnable[0];
}

/** The sleeping thread whose sleep ends first. */
export function soonest(scene: Scene): number {
  let best = scene.sleeping[0];
  for (let i = 1; i < scene.sleepingCount; i++) {
    if (scene.deadline[scene.sleeping[i]] < scene.deadline[best]) best = scene.sleeping[i];
  }
  return best;
}

/** Is `thread` among the first `count` of `threads`? */
export function contains(threads: Int32Array, count: number, thread: number): boolean {
  for (let i = 0; i < count; i++) if (threads[i] === thread) return true;
  return false;
}
