/**
 * Which accesses come unforeseen. A core guesses where its program goes from where it went before; what the
 * model sees of that is the order of the sites of accesses. So each thread foresees its next site from the
 * longest path of sites leading here that it remembers, or from the site alone. That is how predictors with
 * tagged histories of geometric lengths work (Seznec and Michaud, "A case for (partially) tagged geometric
 * history length branch prediction", 2006).
 */

/** Sites of a path, by its length; the first is the site alone. */
const LENGTHS = [1, 12, 60, 300, 1200] as const;
const LONGEST = 1200;
/** Guesses that each thread remembers of each length. */
const GUESS_BITS = 12;
const GUESSES = 1 << GUESS_BITS;
/** How sure a guess can become. */
const SURE = 3;
const FACTOR = 0x01000193;
const SPREAD = 0x9e3779b1;

export class Branches {
  /** By thread, length and hash of the path: the path, the site that came next, and how sure that is. */
  readonly #path: Int32Array;
  readonly #next: Int32Array;
  readonly #sure: Uint8Array;
  /** The last sites of each thread, a ring; and the hashes of the last so many. */
  readonly #sites: Int32Array;
  readonly #at: Int32Array;
  readonly #hash: Int32Array;
  /** FACTOR to the power of each length: what the oldest site of a hash counts. */
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

  /** `thread` comes to `site`; false if it was expected elsewhere. */
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

  /** The path one longer than what guessed wrongly gets a guess of its own, if there is room. */
  #remember(path: number, site: number): void {
    const place = this.#place(path);
    if (this.#sure[place] > 0) {
      this.#sure[place]--;
      return;
    }
    this.#path[place] = this.#hash[path];
    this.#next[place] = site;
  }

  /** Each hash takes `site` in, and lets go of the site that is now too old for it. */
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
