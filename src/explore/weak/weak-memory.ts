/**
 * The part that both weak models share: the records of stores, and a load's choice among values.
 *
 * Invariant: the memory itself always holds the newest values, in the order of execution. A model only decides which
 * older values a load may return, and number 0 of each choice is the newest. So an execution whose choices are all 0 is
 * the sequentially consistent one.
 */
import type { WeakMemory as Interface } from '../../rewrite/generated.ts';
import { ATOMIC, Records, WHOLE } from './records.ts';

/** How often a thread may read past one store of a word. A loop that waits for the store ends. */
export const MOST_PASSES = 4;

/** Chooses one of `count` values; 0 is the newest. */
export type Choose = (count: number) => number;

export abstract class WeakMemory implements Interface {
  /** The thread that runs. */
  thread = 0;
  readonly flags: Uint8Array;
  protected readonly m: Int32Array;
  protected readonly records: Records;
  protected readonly threads: number;
  readonly #choose: Choose;
  #orders = 0;
  /** The contents before a store of several bytes, by word. */
  readonly #before: number[] = [];

  constructor(threads: number, m: Int32Array, choose: Choose) {
    this.threads = threads;
    this.m = m;
    this.#choose = choose;
    this.records = new Records(m.length, threads);
    this.flags = this.records.flags;
  }

  /** Begins an execution. */
  begin(): void {
    this.records.begin();
    this.#orders = 0;
  }

  abstract load(word: number, newest: number): number;
  abstract loadBytes(start: number, size: number, isWhole: boolean, isAtomic: boolean, out: Uint8Array): boolean;
  abstract updateBytes(start: number, size: number, out: Uint8Array): boolean;
  abstract update(word: number, newest: number): number;
  abstract atomicLoad(word: number, newest: number): number;
  abstract critical(word: number): void;

  /** `thread`, which waited on `word`, continues. */
  abstract woke(thread: number, word: number): void;

  /** The running thread reads the clock. */
  abstract readsClock(): void;

  /** `thread` has ended. */
  abstract done(thread: number): void;

  /** Called after a store of the running thread, with its number. */
  protected abstract stored(order: number, isAtomic: boolean): void;

  /** Sets the columns of a record that only this model needs. */
  protected abstract describe(record: number): void;

  store(word: number, before: number, value: number): void {
    this.#whole(word, before, value, WHOLE);
    this.stored(this.#orders, false);
  }

  atomicStore(word: number, before: number, value: number): void {
    this.#whole(word, before, value, WHOLE | ATOMIC);
    this.stored(this.#orders, true);
  }

  loadByte(byte: number, newest: number): number {
    return this.loadBytes(byte, 1, true, false, this.scratch) ? this.scratch[0] : newest;
  }

  storeByte(byte: number, before: number): void {
    const shift = (byte & 3) << 3;
    const word = this.m[byte >> 2];
    this.#record(byte >> 2, (word & ~(255 << shift)) | (before << shift), byte, 1, WHOLE, ++this.#orders);
    this.stored(this.#orders, false);
  }

  /** Room for the bytes of a load. */
  readonly scratch = new Uint8Array(8);

  beforeStore(start: number, size: number): void {
    const first = start >> 2;
    for (let word = first; word <= (start + size - 1) >> 2; word++) this.#before[word - first] = this.m[word];
  }

  afterStore(start: number, size: number, isWhole: boolean, isAtomic: boolean): void {
    const order = ++this.#orders;
    const first = start >> 2;
    const kind = (isWhole ? WHOLE : 0) | (isAtomic ? ATOMIC : 0);
    for (let word = first; word <= (start + size - 1) >> 2; word++) this.#record(word, this.#before[word - first], start, size, kind, order);
    this.stored(order, isAtomic);
  }

  fill(start: number, end: number, value: number): void {
    // Clearing what is clear is common, and makes no value that was not there.
    for (let word = start; word < end; word++) if (this.flags[word] !== 0 || this.m[word] !== value) this.store(word, this.m[word], value);
  }

  copy(target: number, start: number, end: number): void {
    const values: number[] = [];
    for (let word = start; word < end; word++) values.push(this.flags[word] === 0 ? this.m[word] : this.load(word, this.m[word]));
    for (const [i, value] of values.entries()) {
      const before = this.m[target + i];
      this.m[target + i] = value;
      this.store(target + i, before, value);
    }
  }

  #whole(word: number, before: number, value: number, kind: number): void {
    const { records } = this;
    const record = records.push(word, this.thread, before);
    records.value[record] = value;
    records.order[record] = ++this.#orders;
    records.mask[record] = 15;
    records.kind[record] = kind;
    records.start[record] = 4 * word;
    records.size[record] = 4;
    if ((kind & ATOMIC) === 0) records.plain[records.historyOf(word)] = 1;
    this.describe(record);
  }

  /** Records the part of a store that is in `word`, which held `before` and holds the new value now. */
  #record(word: number, before: number, start: number, size: number, kind: number, order: number): void {
    const { records } = this;
    const record = records.push(word, this.thread, before);
    const from = Math.max(start - 4 * word, 0);
    const to = Math.min(start + size - 4 * word, 4);
    records.value[record] = this.m[word];
    records.order[record] = order;
    records.mask[record] = (1 << to) - (1 << from);
    records.kind[record] = kind;
    records.start[record] = start;
    records.size[record] = size;
    const history = records.historyOf(word);
    if (start !== 4 * word || size !== 4 || (kind & WHOLE) === 0) records.mixed[history] = 1;
    if ((kind & ATOMIC) === 0) records.plain[history] = 1;
    this.describe(record);
  }

  /** Number of the newest store. */
  protected get newestOrder(): number {
    return this.#orders;
  }

  /** Reports whether the running thread may still read past the newest store of a history. */
  protected mayPass(history: number): boolean {
    return this.records.passes[history * this.threads + this.thread] < MOST_PASSES;
  }

  /** The running thread has read past the newest store. */
  protected passed(history: number): void {
    this.records.passes[history * this.threads + this.thread]++;
  }

  /** Chooses one of `count` values; without a choice, 0. */
  protected choose(count: number): number {
    return count > 1 ? this.#choose(count) : 0;
  }
}

/** Returns byte `byte` of the memory, counted from its first. */
export function byteOf(word: number, byte: number): number {
  return (word >>> ((byte & 3) << 3)) & 255;
}
