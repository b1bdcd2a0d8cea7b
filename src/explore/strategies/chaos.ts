/**
 * Puts single threads to one side while the others go on at random. What it does in an
 * execution is drawn once for it: either it starves one thread after another for a long
 * stretch, as if its processor were taken away; or it stalls threads right after an access
 * that may have changed a word: one that has just taken a lock, won a CAS, raised a flag.
 */
import { Rng } from '../rng.ts';
import type { Scene, Strategy } from '../strategy.ts';

/** Lengths of a stretch: 2^5 … 2^12 accesses. */
const SHORTEST_LOG2 = 5;
const LENGTHS = 8;
/** All stretches of an execution together: where the others can only look, it would not end. */
const MOST_ASIDE = 2 ** 14;
/** One writing access in 2^2 … 2^7 is followed by a stall. */
const OFTENEST_LOG2 = 2;
const RATES = 6;
/** Accesses between switches, at most twice as many, while one is starved. */
const DISTANCES = [1, 10, 100];
/** One choice in so many lets a sleeper's time pass, while others could run. */
const WARP = 8;

export class Chaos implements Strategy {
  readonly name = 'chaos';
  readonly asksOnWake = false;
  budget = 1;
  readonly #rng = new Rng(0);
  /** By thread: the access until which it is put aside. */
  #asideUntil = new Float64Array(0);
  /** Of a stretch, in accesses; and how many there may be yet. */
  #length = 0;
  #stretches = 0;
  #starves = false;
  /** The access at which the next stretch begins. */
  #nextStretch = 0;
  #distance = 1;
  #rate = 1;

  begin(scene: Scene, seed: number): void {
    const rng = this.#rng;
    rng.reseed(seed);
    this.#asideUntil = new Float64Array(scene.threads);
    this.#length = 2 ** (SHORTEST_LOG2 + rng.below(LENGTHS));
    this.#stretches = MOST_ASIDE / this.#length;
    this.#starves = rng.below(2) === 0;
    this.#distance = this.#starves ? DISTANCES[rng.below(DISTANCES.length)] : 1;
    this.#rate = 2 ** (OFTENEST_LOG2 + rng.below(RATES));
    this.#nextStretch = scene.steps;
  }

  next(scene: Scene): number {
    const rng = this.#rng;
    if (this.#starves && scene.steps >= this.#nextStretch) {
      this.#nextStretch = scene.steps + this.#length;
      this.#putAside(rng.below(scene.threads), scene);
    }
    const thread = this.#choose(scene);
    this.budget = this.#distance === 1 ? 1 : 1 + rng.below(2 * this.#distance - 1);
    const site = scene.pendingSite[thread];
    if (!this.#starves && site >= 0 && scene.writes[site] === 1 && rng.below(this.#rate) === 0) this.#putAside(thread, scene);
    return thread;
  }

  #putAside(thread: number, scene: Scene): void {
    if (this.#stretches-- > 0) this.#asideUntil[thread] = scene.steps + this.#length;
  }

  /** Somebody who is not put aside; a sleeper sooner than one who is. */
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
    return this.#asideUntil[thread] <= scene.steps;
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
