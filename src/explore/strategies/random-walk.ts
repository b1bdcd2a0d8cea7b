/**
 * Random walk with a mean distance between switches.
 *
 * 1. Draw one of the runnable threads, each with the same probability.
 * 2. One time in eight, or if no thread is runnable, draw one of the sleeping threads instead: the
 *    clock jumps to its deadline.
 * 3. Draw the length of its turn, uniform from 1 to 2d - 1 accesses, with mean d.
 *
 * A distance of 1 finds bugs that need many switches close together, 10 and 100 those that need long
 * stretches. With a distance of 1 this is the uniform random scheduler.
 */
import { noParameters, wholeParameter, type StrategyEntry } from './entry.ts';
import { Rng } from '../rng.ts';
import type { Scene, Strategy } from '../strategy.ts';
import { drawValue } from '../weak/draw.ts';

/** One choice in `WARP` wakes a sleeping thread although others can run. */
const WARP = 8;
/** Choices that are made ahead at most. */
const MOST_AHEAD = 8;

export class RandomWalk implements Strategy {
  readonly name: string;
  readonly asksOnWake = false;
  budget = 1;
  readonly #rng = new Rng(0);
  readonly #spread: number;
  /** The thread chosen last. */
  #thread = -1;
  /** Choices made ahead since, and the state of `#rng` before each. */
  #ahead = 0;
  readonly #before = new Int32Array(MOST_AHEAD);

  /** @param distance mean number of accesses between two switches */
  constructor(distance: number, name = `random:${distance}`) {
    this.name = name;
    this.#spread = 2 * distance - 1;
  }

  begin(_scene: Scene, seed: number): void {
    this.#rng.reseed(seed);
  }

  choose(_scene: Scene, count: number): number {
    return drawValue(this.#rng, count);
  }

  next(scene: Scene): number {
    this.#ahead = 0;
    const random = this.#rng.next();
    this.budget = this.#drawBudget();
    return (this.#thread = choose(scene, random));
  }

  ahead(scene: Scene): number {
    // Under a weak memory model a turn may draw numbers itself.
    if (scene.weak !== null || this.#ahead === MOST_AHEAD) return 0;
    const before = this.#rng.state;
    if (choose(scene, this.#rng.next()) === this.#thread) {
      this.#before[this.#ahead++] = before;
      return this.#drawBudget();
    }
    this.#rng.state = before;
    return 0;
  }

  takeBack(count: number): void {
    this.#ahead -= count;
    this.#rng.state = this.#before[this.#ahead];
  }

  #drawBudget(): number {
    return this.#spread === 1 ? 1 : 1 + (this.#rng.next() % this.#spread);
  }
}

/** Returns the thread of `scene` that the number `random` stands for. */
function choose(scene: Scene, random: number): number {
  if (scene.sleepingCount > 0 && (scene.runnableCount === 0 || random % WARP === 0)) {
    return scene.sleeping[(random >>> 8) % scene.sleepingCount];
  }
  return scene.runnable[(random >>> 8) % scene.runnableCount];
}

export const uniform: StrategyEntry = {
  spec: 'uniform',
  summary: 'chooses anew at every access, with equal probability',
  make(parameters) {
    noParameters('uniform', parameters);
    return new RandomWalk(1, 'uniform');
  },
};

export const randomWalk: StrategyEntry = {
  spec: 'random:10',
  summary: 'the same with longer turns: the number is the mean number of accesses between switches',
  make: (parameters) => new RandomWalk(wholeParameter('random', parameters, 1, 1_000_000)),
};
