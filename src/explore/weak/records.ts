/**
 * The stores that loads may still return, by word.
 *
 * A word without records has one possible value, the one in the memory. Its first store makes a history: the contents
 * before it (the base), and the store. A history keeps the newest DEPTH stores, and drops older ones. So a load may
 * miss values that the model allows, but never returns one that the model forbids.
 *
 * A store of more than four bytes, or across two words, has a record in each word. They have the same order.
 */

/** Stores that a word keeps. */
export const DEPTH = 16;
/** Thread of a base: its contents happened before everything. */
export const BASE = 255;
/** Value of `flags` for a word with stores of several threads. */
export const MANY = 255;

/** Kinds of stores, as bits: made by Atomics; of a type that never tears. */
export const ATOMIC = 1;
export const WHOLE = 2;

const FIRST_HISTORIES = 256;

export class Records {
  /** By word: 0 without a history; number of the thread + 1 if all its stores are of one thread; MANY. */
  readonly flags: Uint8Array;
  /** By record: the word after the store; only the bytes of `mask` are the store's. */
  value = new Int32Array(DEPTH * FIRST_HISTORIES);
  /** By record: number of the store, ascending as the execution goes. */
  order = new Int32Array(DEPTH * FIRST_HISTORIES);
  thread = new Uint8Array(DEPTH * FIRST_HISTORIES);
  /** By record: the thread's epoch, and its view of the others (views.ts). */
  epoch = new Int32Array(DEPTH * FIRST_HISTORIES);
  view = new Int32Array(DEPTH * FIRST_HISTORIES);
  /** By record: bytes of the word that it changed, as bits. */
  mask = new Uint8Array(DEPTH * FIRST_HISTORIES);
  kind = new Uint8Array(DEPTH * FIRST_HISTORIES);
  /** By record: first byte and number of bytes of the whole store. */
  start = new Int32Array(DEPTH * FIRST_HISTORIES);
  size = new Int32Array(DEPTH * FIRST_HISTORIES);
  /** By history: 1 if a store is not one of the whole word. */
  mixed = new Uint8Array(FIRST_HISTORIES);
  /** By history: 1 if a store is plain. */
  plain = new Uint8Array(FIRST_HISTORIES);
  /** By history and thread: how often the thread has read past the newest store. */
  passes: Uint8Array;
  readonly #threads: number;
  readonly #count = new Growing(FIRST_HISTORIES);
  readonly #head = new Growing(FIRST_HISTORIES);
  /** By word, if it has a history: its number. */
  readonly #histories: Int32Array;
  /** Words with a history, each at least once. */
  readonly #touched: number[] = [];
  #made = 0;

  constructor(words: number, threads: number) {
    this.flags = new Uint8Array(words);
    this.#histories = new Int32Array(words);
    this.#threads = threads;
    this.passes = new Uint8Array(threads * FIRST_HISTORIES);
  }

  /** Forgets all stores. */
  begin(): void {
    for (const word of this.#touched) this.flags[word] = 0;
    this.#touched.length = 0;
    this.#made = 0;
  }

  /** Returns the history of a word that has one. */
  historyOf(word: number): number {
    return this.#histories[word];
  }

  /** Number of records of a history. */
  countOf(history: number): number {
    return this.#count.of[history];
  }

  /** Returns the record of a history that is the `age`-th newest, from 0. */
  at(history: number, age: number): number {
    return history * DEPTH + ((this.#head.of[history] - age) & (DEPTH - 1));
  }

  /** Adds a record of a store by `thread` to `word`, which held `before`; the caller sets its other columns. */
  push(word: number, thread: number, before: number): number {
    if (this.flags[word] === 0) this.#start(word, thread, before);
    else if (this.flags[word] !== thread + 1) this.flags[word] = MANY;
    const history = this.#histories[word];
    const passes = history * this.#threads;
    for (let i = passes; i < passes + this.#threads; i++) this.passes[i] = 0;
    const head = (this.#head.of[history] = (this.#head.of[history] + 1) & (DEPTH - 1));
    if (this.#count.of[history] < DEPTH) this.#count.of[history]++;
    const record = history * DEPTH + head;
    this.thread[record] = thread;
    return record;
  }

  /** The word has only one possible value from now on. */
  settle(word: number): void {
    this.flags[word] = 0;
  }

  #start(word: number, thread: number, before: number): void {
    const history = this.#made++;
    if (history === this.mixed.length) this.#grow();
    this.#histories[word] = history;
    this.#touched.push(word);
    this.flags[word] = thread + 1;
    this.mixed[history] = this.plain[history] = 0;
    this.#count.of[history] = 1;
    this.#head.of[history] = 0;
    const base = history * DEPTH;
    this.value[base] = before;
    this.order[base] = this.epoch[base] = this.view[base] = 0;
    this.thread[base] = BASE;
    this.mask[base] = 15;
    this.kind[base] = WHOLE;
    this.start[base] = 4 * word;
    this.size[base] = 4;
  }

  #grow(): void {
    const histories = 2 * this.mixed.length;
    const records = DEPTH * histories;
    this.value = grown(this.value, new Int32Array(records));
    this.order = grown(this.order, new Int32Array(records));
    this.thread = grown(this.thread, new Uint8Array(records));
    this.epoch = grown(this.epoch, new Int32Array(records));
    this.view = grown(this.view, new Int32Array(records));
    this.mask = grown(this.mask, new Uint8Array(records));
    this.kind = grown(this.kind, new Uint8Array(records));
    this.start = grown(this.start, new Int32Array(records));
    this.size = grown(this.size, new Int32Array(records));
    this.mixed = grown(this.mixed, new Uint8Array(histories));
    this.plain = grown(this.plain, new Uint8Array(histories));
    this.passes = grown(this.passes, new Uint8Array(histories * this.#threads));
    this.#count.grow(histories);
    this.#head.grow(histories);
  }
}

class Growing {
  of: Uint8Array;

  constructor(length: number) {
    this.of = new Uint8Array(length);
  }

  grow(length: number): void {
    this.of = grown(this.of, new Uint8Array(length));
  }
}

function grown<Column extends Int32Array | Uint8Array>(old: Column, larger: Column): Column {
  larger.set(old);
  return larger;
}
