/** How long nothing has moved, in time that this thread has seen pass. */
import { nanotime } from '../../base/clock.ts';

/** Seconds without any progress after which a machine counts as hung. */
export const HANG_SECONDS = 20;
/** How often a watcher looks, ms. */
export const TICK_MS = 200;

/**
 * The longest time between two looks that counts, ns. A longer one means that this process was
 * suspended or its main thread busy: the machine had no chance, or nobody saw what it did.
 */
const LONGEST_GAP_NS = 1e9;

export class Patience {
  /** The limit, s. */
  readonly seconds: number;
  /** Seen to pass since something moved, ns. */
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
   * Looks once.
   * @param moved whether anything has moved since the last look
   * @returns whether nothing has moved for longer than the limit
   */
  look(moved: boolean): boolean {
    const now = this.now();
    this.still = moved ? 0 : this.still + Math.min(now - this.last, LONGEST_GAP_NS);
    this.last = now;
    return this.still > this.seconds * 1e9;
  }

  /** What part of the limit has passed since something moved; 1 at the limit. */
  get spent(): number {
    return this.still / (this.seconds * 1e9);
  }
}
