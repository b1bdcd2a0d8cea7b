/** The tags of several caches of one kind, each set-associative, with the least recently used way replaced. */
export class SetAssociative {
  readonly #ways: number;
  readonly #sets: number;
  /** By cache, set and recency: the tag; -1 for none. */
  readonly #tags: Int32Array;

  /** @param entries of each cache, a multiple of `ways` or rounded down to one */
  constructor(caches: number, entries: number, ways: number) {
    this.#ways = Math.min(ways, entries);
    this.#sets = Math.floor(entries / this.#ways);
    this.#tags = new Int32Array(caches * this.#sets * this.#ways).fill(-1);
  }

  /** Makes `tag` the most recent of its set in `cache`. Reports whether it was there. */
  touch(cache: number, tag: number): boolean {
    const tags = this.#tags;
    const first = this.#setOf(cache, tag);
    let carried = tags[first];
    if (carried === tag) return true;
    tags[first] = tag;
    for (let at = first + 1; at < first + this.#ways; at++) {
      const each = tags[at];
      tags[at] = carried;
      if (each === tag) return true;
      carried = each;
    }
    return false;
  }

  /** Removes `tag` from `cache`, if it is there. */
  drop(cache: number, tag: number): void {
    const first = this.#setOf(cache, tag);
    for (let at = first; at < first + this.#ways; at++) if (this.#tags[at] === tag) this.#tags[at] = -1;
  }

  #setOf(cache: number, tag: number): number {
    return (cache * this.#sets + (tag % this.#sets)) * this.#ways;
  }
}
