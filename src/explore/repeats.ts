/** Finds whether a list of accesses ends in a part that repeats exactly. */

/** Accesses: thread, site, word and the word's value before, four numbers each. */
export class AccessLog {
  /** Accesses that it holds. */
  count = 0;
  readonly #entries: Int32Array;

  constructor(most: number) {
    this.#entries = new Int32Array(WORDS * most);
  }

  add(thread: number, site: number, index: number, value: number): void {
    this.#entries.set([thread, site, index, value], WORDS * this.count++);
  }

  thread(i: number): number {
    return this.#entries[WORDS * i];
  }

  site(i: number): number {
    return this.#entries[WORDS * i + 1];
  }

  index(i: number): number {
    return this.#entries[WORDS * i + 2];
  }

  value(i: number): number {
    return this.#entries[WORDS * i + 3];
  }

  /**
   * Returns the length of the shortest lap of which the last `tail` accesses consist. The last lap may be incomplete: for
   * accesses that do not repeat it is `tail`.
   * @param compared numbers of an access that must repeat, of the four: 3 for all but the value
   */
  lapOf(tail: number, compared: 3 | 4 = WORDS): number {
    // The prefix function of Knuth, Morris and Pratt: the longest border of the first accesses of the tail.
    const from = this.count - tail;
    const border = new Int32Array(tail);
    for (let i = 1, length = 0; i < tail; i++) {
      while (length > 0 && !this.#isSame(from + i, from + length, compared)) length = border[length - 1];
      if (this.#isSame(from + i, from + length, compared)) length++;
      border[i] = length;
    }
    return tail - border[tail - 1];
  }

  /**
   * Returns the words that count: in the last `tail` accesses, which repeat in laps of `lap` but for values, their values change by the
   * same amount from lap to lap. Returns null if a value changes in another way.
   */
  countersOf(lap: number, tail: number): ReadonlySet<number> | null {
    const counters = new Set<number>();
    for (let i = this.count - tail + 2 * lap; i < this.count; i++) {
      const step = (this.value(i) - this.value(i - lap)) | 0;
      if (step !== ((this.value(i - lap) - this.value(i - 2 * lap)) | 0)) return null;
      if (step !== 0) counters.add(this.index(i));
    }
    return counters;
  }

  #isSame(one: number, other: number, compared: number): boolean {
    for (let word = 0; word < compared; word++) if (this.#entries[WORDS * one + word] !== this.#entries[WORDS * other + word]) return false;
    return true;
  }
}

const WORDS = 4;
