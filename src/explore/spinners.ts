/**
 * Detects spinners: threads that read some words, pause for a time, and read them again.
 *
 * 1. After a pause note the thread's accesses: word and value, at most MOST_ACCESSES.
 * 2. At the next pause drop the words that the thread itself has changed, and the word it sleeps on.
 * 3. If no other word has changed, the look was in vain: the pause grows to 2, 4, 8 … times its length.
 * 4. If a word changes during the pause, the thread wakes at once.
 *
 * The pauses grow but end, because a spinner may do something else later, such as sleeping on a lock.
 */

/** More accesses than this between two pauses are work. */
const MOST_ACCESSES = 24;
/** Looks in vain after which a thread counts as spinning for ever: more than any back-off has stages. */
const FOR_EVER = 64;
/** Largest factor by which a pause grows. */
const LONGEST = 1024;

export class Spinners {
  readonly #threads: Looker[];

  constructor(threads: number) {
    this.#threads = Array.from({ length: threads }, () => new Looker());
  }

  reset(): void {
    for (const each of this.#threads) each.rest();
  }

  /** `thread` is no spinner: forgets its accesses. */
  rest(thread: number): void {
    this.#threads[thread].rest();
  }

  /** The pause of `thread` is over: its accesses are noted from now on. */
  watch(thread: number): void {
    this.#threads[thread].begin();
  }

  isWatched(thread: number): boolean {
    return this.#threads[thread].watched;
  }

  /** Notes that `thread` is about to access `m[index]`. */
  note(thread: number, m: Int32Array, index: number, writes: boolean): void {
    this.#threads[thread].note(m, index, writes);
  }

  /** `thread` pauses on m[index] for a time. Returns the factor by which the pause grows. */
  pause(thread: number, m: Int32Array, index: number): number {
    return this.#threads[thread].pause(m, index);
  }

  /** Reports whether a word that the sleeping `thread` read has changed. If so, its look was not in vain. */
  sees(thread: number, m: Int32Array): boolean {
    const looker = this.#threads[thread];
    if (!looker.sees(m)) return false;
    looker.inVain = 0;
    return true;
  }

  /** Reports whether `thread` has looked in vain at least once. */
  isLooking(thread: number): boolean {
    return this.#threads[thread].inVain > 0;
  }

  /** Reports whether `thread` has looked in vain so often that only another thread can help it. */
  looksForEver(thread: number): boolean {
    return this.#threads[thread].inVain >= FOR_EVER;
  }
}

class Looker {
  watched = false;
  /** Looks in a row that found no change. */
  inVain = 0;
  /** Accesses noted since the last pause. */
  #words = 0;
  readonly #indices = new Int32Array(MOST_ACCESSES);
  readonly #values = new Int32Array(MOST_ACCESSES);
  readonly #writes = new Uint8Array(MOST_ACCESSES);
  readonly #forget = new Uint8Array(MOST_ACCESSES);
  /** Accesses noted before the last pause. */
  #seen = 0;
  readonly #seenIndices = new Int32Array(MOST_ACCESSES);
  readonly #seenValues = new Int32Array(MOST_ACCESSES);

  rest(): void {
    this.watched = false;
    this.inVain = this.#words = this.#seen = 0;
  }

  begin(): void {
    this.watched = true;
    this.#seenIndices.set(this.#indices);
    this.#seenValues.set(this.#values);
    this.#seen = this.#words;
    this.#words = 0;
  }

  note(m: Int32Array, index: number, writes: boolean): void {
    if (this.#words === MOST_ACCESSES) {
      this.rest();
      return;
    }
    // The thread has seen the change while awake. From here on it may wait for something else.
    if (this.#isNews(index, m[index])) this.inVain = 0;
    this.#indices[this.#words] = index;
    this.#writes[this.#words] = Number(writes);
    this.#values[this.#words++] = m[index];
  }

  pause(m: Int32Array, index: number): number {
    const looked = this.watched;
    this.watched = false;
    this.#forgetOwn(m, index);
    if (!looked || this.#words === 0 || this.sees(m)) {
      this.rest();
      return 1;
    }
    this.inVain++;
    return Math.min(2 ** this.inVain, LONGEST);
  }

  sees(m: Int32Array): boolean {
    for (let i = 0; i < this.#words; i++) if (m[this.#indices[i]] !== this.#values[i]) return true;
    return false;
  }

  #isNews(index: number, value: number): boolean {
    for (let i = 0; i < this.#seen; i++) if (this.#seenIndices[i] === index) return this.#seenValues[i] !== value;
    return false;
  }

  /**
   * Drops the words that the thread has changed, such as its own counters, and the word it sleeps on. A
   * lock that it failed to take stays: nothing was written.
   */
  #forgetOwn(m: Int32Array, pauseWord: number): void {
    for (let i = 0; i < this.#words; i++) this.#forget[i] = Number(this.#indices[i] === pauseWord || this.#changed(m, this.#indices[i]));
    let kept = 0;
    for (let i = 0; i < this.#words; i++) {
      if (this.#forget[i] === 1) continue;
      this.#indices[kept] = this.#indices[i];
      this.#values[kept++] = this.#values[i];
    }
    this.#words = kept;
  }

  /** Reports whether the thread may have written m[index], and the word has changed. */
  #changed(m: Int32Array, index: number): boolean {
    for (let i = 0; i < this.#words; i++) {
      if (this.#indices[i] === index && this.#writes[i] === 1 && m[index] !== this.#values[i]) return true;
    }
    return false;
  }
}
