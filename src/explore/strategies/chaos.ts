/**
 * Suspends single threads while the others run at random.
 *
 * 1. Draw the mode of the execution, starve or stall, and the length of a suspension: 2^5 to 2^12 accesses.
 * 2. Starve: suspend one random thread after another, as if its processor were preempted.
 * 3. Stall: after one writing access in 2^2 to 2^7, suspend the thread that made it. It may just have
 *    taken a lock, won a CAS or set a flag.
 * 4. Draw the next thread uniformly from those that are not suspended.
 *
 * Invariant: all suspensions of an execution together take at most MOST_SUSPENDED accesses. Without a
 * limit, an execution in which the other threads only spin would not end.
 */
import { noParameters, type StrategyEntry } from './entry.ts';
import { Rng } from '../rng.ts';
import type { Scene, Strategy } from '../strategy.ts';
import { drawValue } from '../weak/draw.ts';

/** Lengths of a suspension: 2^5 … 2^12 accesses. */
const SHORTEST_LOG2 = 5;
const LENGTHS = 8;
const MOST_SUSPENDED = 2 ** 14;
/** In stall mode one writing access in 2^2 … 2^7 is followed by a suspension. */
const OFTENEST_LOG2 = 2;
const RATES = 6;
/** Mean numbers of accesses between switches in starve mode. */
const DISTANCES = [1, 10, 100];
/** One choice in `WARP` wakes a sleeping thread although others can run. */
const WARP = 8;

export class Chaos implements Strategy {
  readonly name = 'chaos';
  readonly asksOnWake = false;
  budget = 1;
  readonly #rng = new Rng(0);
  /** By thread: the access until which it is suspended. */
  #suspendedUntil = new Float64Array(0);
  /** Length of a suspension, in accesses. */
  #length = 0;
  /** Suspensions left in this execution. */
  #suspensions = 0;
  #starves = false;
  /** Starve mode: the access at which the next suspension begins. */
  #nextSuspension = 0;
  #distance = 1;
  /** Stall mode: one writing access in `#rate` suspends its thread. */
  #rate = 1;

  begin(scene: Scene, seed: number): void {
    const rng = this.#rng;
    rng.reseed(seed);
    this.#suspendedUntil = new Float64Array(scene.threads);
    this.#length = 2 ** (SHORTEST_LOG2 + rng.below(LENGTHS));
    this.#suspensions = MOST_SUSPENDED / this.#length;
    this.#starves = rng.below(2) === 0;
    this.#distance = this.#starves ? DISTANCES[rng.below(DISTANCES.length)] : 1;
    this.#rate = 2 ** (OFTENEST_LOG2 + rng.below(RATES));
    this.#nextSuspension = scene.steps;
  }

  choose(_scene: Scene, count: number): number {
    return drawValue(this.#rng, count);
  }

  next(scene: Scene): number {
    const rng = this.#rng;
    if (this.#starves && scene.steps >= this.#nextSuspension) {
      this.#nextSuspension = scene.steps + this.#length;
      this.#suspend(rng.below(scene.threads), scene);
    }
    const thread = this.#choose(scene);
    this.budget = this.#distance === 1 ? 1 : 1 + rng.below(2 * this.#distance - 1);
    const site = scene.pendingSite[thread];
    if (!this.#starves && site >= 0 && scene.writes[site] === 1 && rng.below(this.#rate) === 0) this.#suspend(thread, scene);
    return thread;
  }

  #suspend(thread: number, scene: Scene): void {
    if (this.#suspensions-- > 0) this.#suspendedUntil[thread] = scene.steps + this.#length;
  }

  /** Returns a thread that is not suspended if there is one, even a sleeping one. */
  #choose(scene: Scene): number {
    const { runnable, runnableCount, sleeping, sleepingCount } = scene;
    const awake = this.#countFree(scene, runnable, runnableCount);
    const asleep = this.#countFree(scene, sleeping, sleepingCount);
    const random = this.#rng.next();
    if (asleep > 0 && (awake === 0 || random % WARP === 0)) return this.#nthFree(scene, sleeping, (random >>> 8) % asleep);
    if (awake > 0) return this.#nthFree(scene, runnable, (random >>> 8) % awake);
    if (runnableCount > 0) return runnable[(random >>> 8) % runnableCount];
    return sleeping[(random >>> 8) % sleepingCount];
  }

  #isFree(scene: Scene, thread: number): boolean {
    return this.#suspendedUntil[thread] <= scene.steps;
  }

  #countFree(scene: Scene, threads: Int32Array, count: number): number {
    let free = 0;
    for (let i = 0; i < count; i++) if (this.#isFree(scene, threads[i])) free++;
    return free;
  }

  #nthFree(scene: Scene, threads: Int32Array, n: number): number {
    let i = 0;
    for (let left = n; ; i++) if (this.#isFree(scene, threads[i]) && left-- === 0) return threads[i];
  }
}

export const chaos: StrategyEntry = {
  spec: 'chaos',
  summary: 'suspends a thread for a long stretch, or threads that have just written',
  make(parameters) {
    noParameters('chaos', parameters);
    return new Chaos();
  },
};
