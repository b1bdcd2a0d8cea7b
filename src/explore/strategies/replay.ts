/** Repeats a recorded schedule: pairs of thread and budget. */
import type { Scene, Strategy } from '../strategy.ts';

export class Replay implements Strategy {
  readonly name = 'replay';
  readonly asksOnWake = false;
  budget = 1;
  readonly #schedule: readonly number[];
  #at = 0;

  constructor(schedule: readonly number[]) {
    this.#schedule = schedule;
  }

  begin(): void {
    this.#at = 0;
  }

  /** Returns the recorded thread. After the schedule's end, or if that thread can't run, returns the first that can. */
  next(scene: Scene): number {
    const thread = this.#schedule[this.#at];
    this.budget = this.#schedule[this.#at + 1] ?? Number.MAX_SAFE_INTEGER;
    this.#at += 2;
    if (thread !== undefined && (includes(scene.runnable, scene.runnableCount, thread) || includes(scene.sleeping, scene.sleepingCount, thread))) {
      return thread;
    }
    return scene.runnableCount > 0 ? scene.runnable[0] : scene.sleeping[0];
  }
}

function includes(ids: Int32Array, count: number, id: number): boolean {
  for (let i = 0; i < count; i++) if (ids[i] === id) return true;
  return false;
}
