/** Measures how long a machine has made no progress, in time that this thread observed. */
import { nanotime } from '../../base/clock.ts';

/** Seconds without progress after which a machine counts as hung. */
export const HANG_SECONDS = 20;
/** Period of a watcher's checks, ms. */
export const TICK_MS = 200;
/** The same while the heap is recorded: the time between two samples. */
export const RECORDING_TICK_MS = 5;

/**
 * The longest time between two checks that counts, ns. In a longer gap the process was
 * suspended or the main thread busy, so the gap is no evidence against the machine.
 */
const LONGEST_GAP_NS = 1e9;

export class Patience {
  /** The limit, s. */
  readonly seconds: number;
  /** Observed time since the last progress, ns. */
  private still = 0;
  private last: number;
  private readonly now: () => number;

  /** @param now the clock, ns */
  constructor(seconds = HANG_SECONDS, now = nanotime) {
    this.seconds = seconds;
    this.now = now;
    this.last = now();
  }

  /**
   * Checks once.
   * @param moved whether there was progress since the last check
   * @returns whether the limit has passed without progress
   */
  look(moved: boolean): boolean {
    const now = this.now();
    this.still = moved ? 0 : this.still + Math.min(now - this.last, LONGEST_GAP_NS);
    this.last = now;
    return this.still > this.seconds * 1e9;
  }

  /** The share of the limit that has passed since the last progress; 1 at the limit. */
  get spent(): number {
    return this.still / (this.seconds * 1e9);
  }
}
