/**
 * Branch prediction, seen through the sequence of access sites.
 *
 * 1. A thread predicts its next site from the longest remembered path of sites that led here, or from the last site alone.
 * 2. A prediction has a confidence counter: a hit raises it, a miss lowers it, and at 0 the prediction is replaced.
 * 3. After a misprediction, the next longer path gets an entry, if the entry in its place has no confidence left.
 *
 * Invariant: each hash covers exactly the last LENGTHS[i] sites.
 * Source: Seznec and Michaud, "A case for (partially) tagged geometric history length branch prediction", 2006 (TAGE).
 */

/** Lengths of the paths, in sites; the first is the last site alone. */
const LENGTHS = [1, 12, 60, 300, 1200] as const;
const LONGEST = 1200;
/** Log2 of the predictions of a thread for each length. */
const GUESS_BITS = 12;
const GUESSES = 1 << GUESS_BITS;
/** The largest confidence. */
const SURE = 3;
const FACTOR = 0x01000193;
const SPREAD = 0x9e3779b1;

export class Branches {
  /** Predictions by thread, length and hash of the path: the path, the next site, the confidence. */
  readonly #path: Int32Array;
  readonly #next: Int32Array;
  readonly #sure: Uint8Array;
  /** Ring of each thread's last sites, its position, and the hash of each length. */
  readonly #sites: Int32Array;
  readonly #at: Int32Array;
  readonly #hash: Int32Array;
  /** FACTOR to the power of each length: the weight of the oldest site of a hash. */
  readonly #power = Int32Array.from(LENGTHS, (length) => { let power = 1; for (let i = 0; i < length; i++) power = Math.imul(power, FACTOR); return power; });

  constructor(threads: number) {
    const count = threads * LENGTHS.length;
    this.#path = new Int32Array(count * GUESSES);
    this.#next = new Int32Array(count * GUESSES).fill(-1);
    this.#sure = new Uint8Array(count * GUESSES);
    this.#hash = new Int32Array(count);
    this.#sites = new Int32Array(threads * LONGEST);
    this.#at = new Int32Array(threads);
  }

  /** Records that `thread` reaches `site`. Reports whether that was predicted. */
  foresees(thread: number, site: number): boolean {
    const first = thread * LENGTHS.length;
    let length = LENGTHS.length - 1;
    for (; length > 0; length--) if (this.#path[this.#place(first + length)] === this.#hash[first + length]) break;
    const place = this.#place(first + length);
    const right = this.#next[place] === site;
    this.#learn(place, site);
    if (!right && length < LENGTHS.length - 1) this.#remember(first + length + 1, site);
    this.#step(thread, site);
    return right;
  }

  #place(path: number): number {
    return path * GUESSES + (Math.imul(this.#hash[path], SPREAD) >>> (32 - GUESS_BITS));
  }

  #learn(place: number, site: number): void {
    if (this.#next[place] === site) {
      if (this.#sure[place] < SURE) this.#sure[place]++;
    } else if (this.#sure[place] > 0) {
      this.#sure[place]--;
    } else {
      this.#next[place] = site;
    }
  }

  /** Adds a prediction for `path`, unless the entry in its place still has confidence. */
  #remember(path: number, site: number): void {
    const place = this.#place(path);
    if (this.#sure[place] > 0) {
      this.#sure[place]--;
      return;
    }
    this.#path[place] = this.#hash[path];
    this.#next[place] = site;
  }

  /** Adds `site` to each hash and removes the site that is now too old for it. */
  #step(thread: number, site: number): void {
    const ring = thread * LONGEST;
    const at = this.#at[thread];
    for (let length = 0; length < LENGTHS.length; length++) {
      const back = at - LENGTHS[length];
      const oldest = this.#sites[ring + (back < 0 ? back + LONGEST : back)];
      const hash = thread * LENGTHS.length + length;
      this.#hash[hash] = Math.imul(this.#hash[hash], FACTOR) + site - Math.imul(oldest, this.#power[length]);
    }
    this.#sites[ring + at] = site;
    this.#at[thread] = at + 1 === LONGEST ? 0 : at + 1;
  }
}
