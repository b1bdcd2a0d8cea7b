/**
 * A turn: how many accesses the chosen thread makes before the strategy is asked again. Successive turns of one thread are joined,
 * because to suspend a coroutine and resume it costs as much as several accesses.
 *
 * 1. Before a turn let the strategy choose ahead, as long as its choice is the same thread and no sleeper's time is up.
 * 2. Run these turns as one. If the thread wakes another, it stops where the present one ends.
 * 3. Take back the choices that were not due: the thread slept or ended before, or has woken another.
 *
 * Invariant: the execution is the same as without joining. A choice depends on the strategy's random numbers and on which
 * threads are runnable or asleep, and these change only as in 1 to 3.
 */
import type { Scene, Strategy } from './strategy.ts';

export class Turn {
  /** Accesses of the execution at which the thread stops. */
  ends = 0;
  #began = 0;
  readonly #scene: Scene;
  readonly #strategy: Strategy;
  /** Whether turns are joined. */
  readonly joins: boolean;
  /** Turns joined to the first. */
  joined = 0;
  /** The first access of each, counted from the beginning of the first turn. */
  readonly #starts: number[] = [];

  /** @param joins whether to join turns, if the strategy can choose ahead */
  constructor(scene: Scene, strategy: Strategy, joins: boolean) {
    this.#scene = scene;
    this.#strategy = strategy;
    this.joins = joins && strategy.ahead !== undefined;
  }

  /** Begins a turn of `budget` accesses, after `steps` of the execution, with no other joined. */
  begin(steps: number, budget: number): void {
    this.#began = steps;
    this.ends = steps + budget;
    this.joined = 0;
  }

  /**
   * If `joins`: joins to the turn those that follow it.
   * @param most accesses of all of them
   * @param calm accesses during which no sleeper wakes
   */
  join(most: number, calm: number): void {
    let total = this.ends - this.#began;
    while (total < most && total < calm) {
      const more = this.#strategy.ahead!(this.#scene);
      if (more === 0) break;
      this.#starts[this.joined++] = total;
      total += more;
    }
    this.ends = this.#began + (total < most ? total : most);
  }

  /**
   * The thread has woken another, after `steps` accesses of the execution: it stops where the present turn ends. Returns how many guards
   * more it may pass.
   */
  shorten(steps: number): number {
    const made = steps - this.#began;
    for (let i = 0; i < this.joined; i++) {
      if (this.#starts[i] <= made) continue;
      this.ends = this.#began + this.#starts[i];
      return this.#starts[i] - made - 1;
    }
    return this.ends - steps - 1;
  }

  /**
   * Ends the turn, and takes back the choices that were not due.
   * @param last last access before which the strategy would have been asked, counted from the beginning of the turn
   * @returns how many joined turns were due
   */
  end(last: number): number {
    const { joined } = this;
    while (this.joined > 0 && this.#starts[this.joined - 1] > last) this.joined--;
    if (this.joined < joined) this.#strategy.takeBack!(joined - this.joined);
    return this.joined;
  }
}
