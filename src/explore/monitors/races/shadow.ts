/**
 * What is remembered of the accesses to each word, and which of them a new one may not meet
 * unordered. Methods return the epoch of an access that races with the new one, or 0.
 *
 *                  meets, unordered:   plain load   plain store   racy store   atomic load   atomic store
 *     plain load                           -           race          race           -            race
 *     plain store                         race         race          race          race          race
 *     racy load                            -            -             -             -             -
 *     racy store                          race         race           -             -             -
 *     atomic load                          -           race           -             -             -
 *     atomic store                        race         race           -             -             -
 *
 * An atomic store releases its thread's clock to the word and replaces the clock released there
 * before: a load acquires from the store that it reads, and from no older one. So a racy store
 * clears the released clock. A plain store would clear it too, but a thread that may load the
 * word after it without a race is already ordered after it.
 *
 * Each word has a cell. If a word is ever accessed by the byte, each of its bytes has a cell as
 * well. An access to the word then checks the cells of its bytes, and an access to a byte checks
 * the word's cell.
 */
import { MOST_THREADS, epochOf, numberOf, threadOf, type Clocks } from './clocks.ts';

/** Layout of a cell: the epochs of the last plain store and load, and links to more. */
const CELL_SHIFT = 2;
const STORE = 0;
/** With several unordered loads: the complement of the index of their vector. */
const LOAD = 1;
/** Index of the vectors of other accesses, 0 if there were none. */
const OTHERS = 2;
/** Cell of the word's first byte, 0 if the word was never accessed by the byte. */
const BYTES = 3;

/** The vectors at OTHERS: the released clock, and each thread's last atomic load, atomic store and racy store. */
const RELEASED = 0;
const ATOMIC_LOADS = MOST_THREADS;
const ATOMIC_STORES = 2 * MOST_THREADS;
const RACY_STORES = 3 * MOST_THREADS;
const OTHERS_WORDS = 4 * MOST_THREADS;

export class Shadow {
  readonly #clocks: Clocks;
  #cells: Int32Array;
  /** Cells in use. */
  #count: number;
  #vectors: Int32Array = new Int32Array(1 << 12);
  /** Words of it in use; 0 is never given. */
  #used = OTHERS_WORDS;
  /** Of one vector each, used before and free again. */
  readonly #free: number[] = [];

  constructor(clocks: Clocks, words: number) {
    this.#clocks = clocks;
    this.#cells = new Int32Array(words << CELL_SHIFT);
    this.#count = words;
  }

  load(word: number, thread: number, number: number): number {
    const at = word << CELL_SHIFT;
    const bytes = this.#cells[at + BYTES];
    const race = this.#meetsLoad(at, thread) || (bytes === 0 ? 0 : this.#bytesMeetLoad(bytes, thread));
    if (race === 0) this.#noteLoad(at, thread, number);
    return race;
  }

  store(word: number, thread: number, number: number): number {
    const at = word << CELL_SHIFT;
    const bytes = this.#cells[at + BYTES];
    const race = this.#meetsStore(at, thread) || (bytes === 0 ? 0 : this.#bytesMeetStore(bytes, thread));
    if (race === 0) this.#noteStore(at, thread, number);
    return race;
  }

  racyStore(word: number, thread: number, number: number): number {
    const at = word << CELL_SHIFT;
    const race = this.#plainMeetsStore(at, thread) || this.#plainBytesMeetStore(at, thread);
    if (race === 0) this.#noteRacyStore(at, thread, number);
    return race;
  }

  atomicLoad(word: number, thread: number, number: number): number {
    const at = word << CELL_SHIFT;
    const race = this.#plainMeetsLoad(at, thread) || this.#plainBytesMeetLoad(at, thread);
    if (race !== 0) return race;
    const others = this.#othersOf(at);
    this.#clocks.acquire(thread, this.#vectors, others + RELEASED);
    this.#vectors[others + ATOMIC_LOADS + thread] = number;
    return 0;
  }

  /** Without `acquires` it does not look at what it overwrites. */
  atomicStore(word: number, thread: number, number: number, acquires: boolean): number {
    const at = word << CELL_SHIFT;
    const race = this.#plainMeetsStore(at, thread) || this.#plainBytesMeetStore(at, thread);
    if (race !== 0) return race;
    const others = this.#othersOf(at);
    if (acquires) this.#clocks.acquire(thread, this.#vectors, others + RELEASED);
    this.#clocks.release(thread, number, this.#vectors, others + RELEASED);
    this.#vectors[others + ATOMIC_STORES + thread] = number;
    return 0;
  }

  loadByte(byte: number, thread: number, number: number): number {
    const word = (byte >> 2) << CELL_SHIFT;
    const at = this.#byteCell(byte);
    const race = this.#meetsLoad(at, thread) || this.#meetsLoad(word, thread);
    if (race === 0) this.#noteLoad(at, thread, number);
    return race;
  }

  storeByte(byte: number, thread: number, number: number): number {
    const word = (byte >> 2) << CELL_SHIFT;
    const at = this.#byteCell(byte);
    const race = this.#meetsStore(at, thread) || this.#meetsStore(word, thread);
    if (race === 0) this.#noteStore(at, thread, number);
    return race;
  }

  racyStoreByte(byte: number, thread: number, number: number): number {
    const word = (byte >> 2) << CELL_SHIFT;
    const at = this.#byteCell(byte);
    const race = this.#plainMeetsStore(at, thread) || this.#plainMeetsStore(word, thread);
    if (race !== 0) return race;
    this.#noteRacyStore(at, thread, number);
    this.#clocks.forget(this.#vectors, this.#othersOf(word) + RELEASED);
    return 0;
  }

  /** What of the cell at `at` a plain load may not meet. */
  #meetsLoad(at: number, thread: number): number {
    const others = this.#cells[at + OTHERS];
    const race = this.#plainMeetsLoad(at, thread);
    if (race !== 0 || others === 0) return race;
    return this.#unordered(others + ATOMIC_STORES, thread) || this.#unordered(others + RACY_STORES, thread);
  }

  #meetsStore(at: number, thread: number): number {
    const others = this.#cells[at + OTHERS];
    const race = this.#plainMeetsStore(at, thread);
    if (race !== 0 || others === 0) return race;
    return this.#unordered(others + ATOMIC_STORES, thread) || this.#unordered(others + ATOMIC_LOADS, thread) || this.#unordered(others + RACY_STORES, thread);
  }

  /** The plain store there, if a load of any kind may not meet it. */
  #plainMeetsLoad(at: number, thread: number): number {
    const store = this.#cells[at + STORE];
    return this.#clocks.isBefore(store, thread) ? 0 : store;
  }

  /** The plain store or load there, if a store of any kind may not meet it. */
  #plainMeetsStore(at: number, thread: number): number {
    const store = this.#cells[at + STORE];
    if (!this.#clocks.isBefore(store, thread)) return store;
    const load = this.#cells[at + LOAD];
    if (load < 0) return this.#unordered(~load, thread);
    return this.#clocks.isBefore(load, thread) ? 0 : load;
  }

  #bytesMeetLoad(bytes: number, thread: number): number {
    for (let cell = bytes; cell < bytes + 4; cell++) {
      const race = this.#meetsLoad(cell << CELL_SHIFT, thread);
      if (race !== 0) return race;
    }
    return 0;
  }

  #bytesMeetStore(bytes: number, thread: number): number {
    for (let cell = bytes; cell < bytes + 4; cell++) {
      const race = this.#meetsStore(cell << CELL_SHIFT, thread);
      if (race !== 0) return race;
    }
    return 0;
  }

  #plainBytesMeetLoad(at: number, thread: number): number {
    const bytes = this.#cells[at + BYTES];
    if (bytes === 0) return 0;
    for (let cell = bytes; cell < bytes + 4; cell++) {
      const race = this.#plainMeetsLoad(cell << CELL_SHIFT, thread);
      if (race !== 0) return race;
    }
    return 0;
  }

  #plainBytesMeetStore(at: number, thread: number): number {
    const bytes = this.#cells[at + BYTES];
    if (bytes === 0) return 0;
    for (let cell = bytes; cell < bytes + 4; cell++) {
      const race = this.#plainMeetsStore(cell << CELL_SHIFT, thread);
      if (race !== 0) return race;
    }
    return 0;
  }

  #unordered(at: number, thread: number): number {
    return this.#clocks.unordered(this.#vectors, at, thread);
  }

  #noteLoad(at: number, thread: number, number: number): void {
    const load = this.#cells[at + LOAD];
    if (load < 0) this.#vectors[~load + thread] = number;
    else if (this.#clocks.isBefore(load, thread)) this.#cells[at + LOAD] = epochOf(number, thread);
    else this.#share(at, load, thread, number);
  }

  /** Two loads that nothing orders: from now on each thread's last one is kept. */
  #share(at: number, load: number, thread: number, number: number): void {
    const shared = this.#free.pop() ?? this.#vector(MOST_THREADS);
    this.#vectors.fill(0, shared, shared + MOST_THREADS);
    this.#vectors[shared + threadOf(load)] = numberOf(load);
    this.#vectors[shared + thread] = number;
    this.#cells[at + LOAD] = ~shared;
  }

  /** All earlier accesses are ordered before this store, so an access ordered after it is ordered after them. */
  #noteStore(at: number, thread: number, number: number): void {
    const load = this.#cells[at + LOAD];
    if (load < 0) this.#free.push(~load);
    this.#cells[at + LOAD] = 0;
    this.#cells[at + STORE] = epochOf(number, thread);
  }

  #noteRacyStore(at: number, thread: number, number: number): void {
    const others = this.#othersOf(at);
    this.#vectors[others + RACY_STORES + thread] = number;
    this.#clocks.forget(this.#vectors, others + RELEASED);
  }

  #othersOf(at: number): number {
    const others = this.#cells[at + OTHERS];
    return others !== 0 ? others : (this.#cells[at + OTHERS] = this.#vector(OTHERS_WORDS));
  }

  #vector(words: number): number {
    const at = this.#used;
    this.#used += words;
    if (this.#used > this.#vectors.length) this.#vectors = grown(this.#vectors);
    return at;
  }

  /** Where the cell of `byte` is. */
  #byteCell(byte: number): number {
    const at = ((byte >> 2) << CELL_SHIFT) + BYTES;
    if (this.#cells[at] === 0) {
      // A memory of few words needs more than one doubling.
      while ((this.#count + 4) << CELL_SHIFT > this.#cells.length) this.#cells = grown(this.#cells);
      this.#cells[at] = this.#count;
      this.#count += 4;
    }
    return (this.#cells[at] + (byte & 3)) << CELL_SHIFT;
  }
}

function grown(array: Int32Array): Int32Array {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}
