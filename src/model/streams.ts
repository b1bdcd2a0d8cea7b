/**
 * The streams of misses that each core's prefetcher follows. A stream is a page, or with `streams` of the machine a place that
 * misses continue from, in whichever page.
 *
 * 1. A miss within NEAR lines of the last one of a stream continues it. Any other miss in its page begins it anew.
 * 2. After IN_A_ROW such misses the next lines of the stream are prefetched.
 * 3. A new stream replaces the one of its set that was used least recently.
 *
 * A core that was measured follows streams across the ends of pages. The more it follows at a time, the later their lines come: a line
 * costs what was measured for the number of streams that had misses since the last one of its own. For other cores neither is known: they
 * follow 128, each in a page, which are more than a mark loop needs, and their lines come from the second cache.
 */
import { PAGE_LINES_SHIFT } from './line.ts';

/** The distance in lines up to which a miss continues a stream. */
const NEAR = 4;
/** Misses of a stream after which lines are prefetched. */
const IN_A_ROW = 3;
/** Pages whose last miss a core remembers, if the number of its streams was not measured. */
const PAGES = 128;

/** The latency of a prefetched line with up to `count` streams at a time. */
export interface StreamLatency {
  readonly count: number;
  readonly ns: number;
}

export class Streams {
  readonly #sets: number;
  readonly #ways: number;
  /** By core, set and recency: the line of the last miss, and the number of misses in a row. */
  readonly #last: Int32Array;
  readonly #inARow: Uint8Array;

  /** By recency: the latency of a prefetched line. */
  readonly #ns: Float64Array;

  /** @param measured latencies in ascending order of the counts, or the one latency of cores that were not measured */
  constructor(cores: number, measured: readonly StreamLatency[] | number) {
    this.#sets = typeof measured === 'number' ? PAGES : 1;
    this.#ways = typeof measured === 'number' ? 1 : measured.at(-1)!.count;
    this.#ns = Float64Array.from({ length: this.#ways }, (_, before) => (typeof measured === 'number' ? measured : measured.find(({ count }) => count > before)!.ns));
    this.#last = new Int32Array(cores * this.#sets * this.#ways).fill(-NEAR - 1);
    this.#inARow = new Uint8Array(this.#last.length);
  }

  /** Records a miss of `core`. Returns the latency of the line if it has been prefetched, ns; -1 if not. */
  prefetchedNs(core: number, line: number): number {
    const first = (core * this.#sets + ((line >> PAGE_LINES_SHIFT) & (this.#sets - 1))) * this.#ways;
    const way = this.#find(first, line);
    const distance = line - this.#last[way];
    const inARow = distance > NEAR || distance < -NEAR ? 0 : Math.min(IN_A_ROW, this.#inARow[way] + 1);
    const prefetched = inARow === IN_A_ROW && this.#inARow[way] === IN_A_ROW;
    for (let at = way; at > first; at--) {
      this.#last[at] = this.#last[at - 1];
      this.#inARow[at] = this.#inARow[at - 1];
    }
    this.#last[first] = line;
    this.#inARow[first] = inARow;
    return prefetched ? this.#ns[way - first] : -1;
  }

  /** Returns the place of the stream that `line` continues, else that of its page, else the least recent of the set. */
  #find(first: number, line: number): number {
    let found = first + this.#ways - 1;
    for (let at = found; at >= first; at--) {
      const distance = line - this.#last[at];
      if (distance <= NEAR && distance >= -NEAR) return at;
      if (this.#last[at] >> PAGE_LINES_SHIFT === line >> PAGE_LINES_SHIFT) found = at;
    }
    return found;
  }
}
