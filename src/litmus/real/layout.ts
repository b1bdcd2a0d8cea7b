/** The places of a batch's instances in memory, drawn at random for each batch. */
import { xorshift32 } from '../../base/random.ts';
import { LOCATIONS, LOCATION_BYTES } from '../program.ts';

/** Instances of a batch: their lines fit into a second cache. */
export const BATCH = 1024;
const LINE = 64;
/** Bytes that the instances of a batch may occupy: a line for each location of each. */
export const BATCH_BYTES = BATCH * LINE * LOCATIONS.length;

/** How a batch is run. */
export interface Layout {
  /** First byte of each location, counted from the place of an instance. */
  readonly offsets: Int32Array;
  /** Instances that the threads run between two meetings. */
  readonly stretch: number;
  /** Threads read their locations before they meet, so that the lines are in their caches. */
  readonly warms: boolean;
  /** Empty iterations of each thread after a meeting. */
  readonly delays: readonly number[];
}

/** A source of random numbers that is the same in all threads. */
export class Draws {
  #state: number;

  constructor(state: number) {
    this.#state = state;
  }

  /** Returns a number from 0 to n - 1. */
  below(n: number): number {
    this.#state = xorshift32(this.#state);
    return this.#state % n;
  }
}

const STRETCHES = [1, 4, 16, 64, BATCH];

/** Draws a layout for that many threads, whose instances have the places that `drawPlaces` draws. */
export function drawLayout(draws: Draws, threads: number, canMeetOften: boolean): Layout {
  // All locations of an instance on one line, or each on its own, in any order.
  const isTogether = draws.below(4) === 0;
  const first = draws.below(LOCATIONS.length);
  const offsets = Int32Array.from(LOCATIONS, (_, i) => ((i + first) % LOCATIONS.length) * (isTogether ? LOCATION_BYTES : BATCH * LINE) + (isTogether ? 0 : LOCATION_BYTES * draws.below(LINE / LOCATION_BYTES)));
  const stretch = canMeetOften ? STRETCHES[draws.below(STRETCHES.length)] : BATCH;
  const most = 2 ** draws.below(8);
  return { offsets, stretch, warms: draws.below(2) === 0, delays: Array.from({ length: threads }, () => draws.below(most)) };
}

/** Draws the place of each instance: the lines in random order. */
export function drawPlaces(draws: Draws, place: Int32Array): void {
  for (let i = 0; i < BATCH; i++) {
    const j = draws.below(i + 1);
    place[i] = place[j];
    place[j] = i * LINE;
  }
}
