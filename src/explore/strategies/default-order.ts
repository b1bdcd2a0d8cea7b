/**
 * The default order of threads, and the numbering of a thread's steps.
 *
 * 1. The thread that ran continues until it sleeps or ends.
 * 2. The next runnable thread after it follows, cyclically by number.
 * 3. If no thread is runnable, the sleeping thread with the earliest deadline wakes.
 */
import type { Scene } from '../strategy.ts';

/** Stands for a thread before any has run. */
export const START = -1;

export class DefaultOrder {
  /** The thread that ran last; START before the first choice. */
  last = START;
  /** `last` has gone to sleep or ended, even if it is awake again. */
  left = true;
  /** By thread: how often it has gone to sleep or ended. */
  #left = new Int32Array(0);

  begin(scene: Scene): void {
    this.last = START;
    if (this.#left.length === scene.threads) this.#left.fill(0);
    else this.#left = new Int32Array(scene.threads);
  }

  /** Notes the state of the scene. Called once at the start of each `next`. */
  look(scene: Scene): void {
    const { last } = this;
    // A thread that has just woken has no access pending.
    this.left = last === START || scene.pendingSite[last] < 0 || !contains(scene.runnable, scene.runnableCount, last);
    if (this.left && last !== START) this.#left[last]++;
  }

  /**
   * Returns the number of the step that `thread` takes next. Accesses, going to sleep and the end are
   * steps, so no two states of a thread have the same number.
   */
  step(scene: Scene, thread: number): number {
    return thread === START ? 0 : scene.ran[thread] + this.#left[thread];
  }

  /** Returns the thread that runs by default. */
  next(scene: Scene): number {
    if (!this.left) return this.last;
    return scene.runnableCount > 0 ? after(scene, this.last) : soonest(scene);
  }
}

/** Returns the next runnable thread after `thread`, cyclically. */
function after(scene: Scene, thread: number): number {
  for (let i = 0; i < scene.runnableCount; i++) if (scene.runnable[i] > thread) return scene.runnable[i];
  return scene.runnable[0];
}

/** Returns the sleeping thread with the earliest deadline. */
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
