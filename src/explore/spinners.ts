/**
 * Threads that only look: they read some words, pause, and read them again. Such a thread is
 * left asleep until one of its words changes, or for twice as long as the time before: what
 * it does after it has lost patience (sleep on the lock, say) is to be seen too.
 */

/** More accesses than this between two pauses are work, not looking. */
const MOST_ACCESSES = 24;
/** Looks in vain after which a thread is taken to look for ever; more than any back-off has stages. */
const FOR_EVER = 64;
/** A pause grows to this many times what was asked for. */
const LONGEST = 1024;

export class Spinners {
  readonly #threads: Looker[];

  constructor(threads: number) {
    this.#threads = Array.from({ length: threads }, () => new Looker());
  }

  reset(): void {
    for (const each of this.#threads) each.rest();
  }

  /** `thread` does something else than looking. */
  rest(thread: number): void {
    this.#threads[thread].rest();
  }

  /** `thread`'s pause is over: is what it does next looking? */
  watch(thread: number): void {
    this.#threads[thread].begin();
  }

  isWatched(thread: number): boolean {
    return this.#threads[thread].watched;
  }

  /** `thread` is about to pass an access of `m[index]`. */
  note(thread: number, m: Int32Array, index: number, writes: boolean): void {
    this.#threads[thread].note(m, index, writes);
  }

  /** `thread` pauses on m[index] for a time; returns how many times as long it should be. */
  pause(thread: number, m: Int32Array, index: number): number {
    return this.#threads[thread].pause(m, index);
  }

  /** Has a word changed that `thread`, asleep, was looking at? Then it has not looked in vain. */
  sees(thread: number, m: Int32Array): boolean {
    const looker = this.#threads[thread];
    if (!looker.sees(m)) return false;
    looker.inVain = 0;
    return true;
  }

  /** Has `thread` looked in vain at least once? */
  isLooking(thread: number): boolean {
    return this.#threads[thread].inVain > 0;
  }

  /** Has `thread` looked in vain for so long that only another can help it? */
  looksForEver(thread: number): boolean {
    return this.#threads[thread].inVain >= FOR_EVER;
  }
}

class Looker {
  watched = false;
  /** Pauses in a row in which nothing had changed. */
  inVain = 0;
  #words = 0;
  readonly #indices = new Int32Array(MOST_ACCESSES);
  readonly #values = new Int32Array(MOST_ACCESSES);
  readonly #writes = new Uint8Array(MOST_ACCESSES);
  readonly #forget = new Uint8Array(MOST_ACCESSES);
  /** What it saw the last time. */
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
    // Awake, it missed nothing: what it does from here on may be another kind of waiting.
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
   * Its own counters say nothing of the others, nor does the word that it sleeps on. A lock
   * that it tries to take in vain does: then nothing was written.
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

  /** Is m[index] one that it may have written, and other than it was before? */
  #changed(m: Int32Array, index: number): boolean {
    for (let i = 0; i < this.#words; i++) {
      if (this.#indices[i] === index && this.#writes[i] === 1 && m[index] !== this.#values[i]) return true;
    }
    return false;
  }
}
