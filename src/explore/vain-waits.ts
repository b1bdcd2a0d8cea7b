/**
 * Threads that wait by reading words again and again, instead of sleeping on one. Under an unfair
 * strategy such a thread would run for ever. Two kinds are recognised:
 *
 * - a spinner reads words, pauses, and reads them again (spinners.ts); its pauses grow
 * - a busy loop reads words without a pause (busy-loops.ts); it is suspended before its next access
 *
 * Either continues as soon as one of its words changes.
 */
import { BusyLoop } from './busy-loops.ts';
import { Spinners } from './spinners.ts';

export class VainWaits {
  readonly #spinners: Spinners;
  /** By thread. */
  readonly #loops: readonly BusyLoop[];

  constructor(threads: number) {
    this.#spinners = new Spinners(threads);
    this.#loops = Array.from({ length: threads }, () => new BusyLoop());
  }

  reset(): void {
    this.#spinners.reset();
    for (const loop of this.#loops) loop.reset();
  }

  /**
   * Returns how many of `budget` accesses `thread` may make unobserved; 0 if the next one must be noted.
   * @param ran accesses that the thread has made
   */
  unobserved(thread: number, ran: number, budget: number): number {
    if (this.#spinners.isWatched(thread)) return 0;
    return Math.max(Math.min(budget, this.#loops[thread].begin - ran), 0);
  }

  /** Notes the pending access of `thread`, which has made `ran`. Returns true if the thread loops: `suspend` it. */
  note(thread: number, ran: number, site: number, index: number, m: Int32Array, writes: boolean): boolean {
    if (this.#spinners.isWatched(thread)) this.#spinners.note(thread, m, index, writes);
    // A spinner needs no suspension: its pauses grow.
    if (this.#loops[thread].begin > ran || this.#spinners.isLooking(thread)) return false;
    return this.#loops[thread].note(ran, site, index, m[index], writes);
  }

  /** Suspends `thread`, which loops. Returns the length of its suspension in virtual nanoseconds. */
  suspend(thread: number, m: Int32Array): number {
    return this.#loops[thread].suspend(m);
  }

  isSuspended(thread: number): boolean {
    return this.#loops[thread].isSuspended;
  }

  /** Ends the suspension of `thread`. */
  resume(thread: number): void {
    this.#loops[thread].isSuspended = false;
  }

  /** Returns the factor by which the pause of `thread` on m[index] grows: at least 1. */
  pauseFactor(thread: number, m: Int32Array, index: number): number {
    return this.#spinners.pause(thread, m, index);
  }

  /** The pause of `thread` is over: its next accesses may be those of a spinner. */
  pauseOver(thread: number): void {
    this.#spinners.watch(thread);
  }

  /** `thread`, which has made `ran` accesses, reads the clock: it waits for a time, not for a word. */
  readsClock(thread: number, ran: number): void {
    this.#spinners.rest(thread);
    if (this.#loops[thread].inVain > 0) this.#loops[thread].giveUp(ran);
  }

  /** Reports whether a word that the waiting `thread` reads has changed. */
  hasNews(thread: number, m: Int32Array): boolean {
    const loop = this.#loops[thread];
    return loop.isSuspended ? loop.sees(m) : this.#spinners.sees(thread, m);
  }

  /** Reports whether the sleeping `thread` is a spinner or suspended: it may continue at any time. */
  mayContinue(thread: number): boolean {
    return this.#spinners.isLooking(thread) || this.#loops[thread].isSuspended;
  }

  /** Reports whether `thread` is a spinner that only another thread can help. */
  spinsForEver(thread: number): boolean {
    return this.#spinners.looksForEver(thread);
  }

  /** Reports whether `thread` loops, or spins for ever, over words that do not change. */
  isInVain(thread: number): boolean {
    return this.#loops[thread].inVain > 0 || this.#spinners.looksForEver(thread);
  }

  /** The words of the busy loop of `thread`, ascending; none if it does not loop. */
  loopWords(thread: number): readonly number[] {
    return this.#loops[thread].words;
  }
}
