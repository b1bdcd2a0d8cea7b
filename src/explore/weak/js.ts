/**
 * ECMAScript's memory model, for loads that return stores made earlier in the execution.
 *
 * 1. Happens-before: a thread's own order; from an atomic store to the atomic load that reads it, if both are of the
 *    same bytes; between waits and notifications of one word, which share a critical section. Everything happens after
 *    the start, and the check happens after everything.
 * 2. A load may return any store W, byte by byte, unless a store W' hides it: W happens before W', and W' happens before
 *    the load. A plain load does not change what its thread has seen: the next load may return an older value.
 * 3. Atomics have one order, that of execution. Of the atomic stores of its own bytes, an atomic load returns only the
 *    newest. It may also return a plain store that races, or a store of other bytes, unless that store happens before
 *    the load and before a later atomic store of the load's bytes. Of the atomic stores of the same bytes that happen
 *    before a load, the load returns only the newest.
 * 4. Among the stores of exactly a load's bytes that can't tear, a load that can't tear takes bytes from only one. The
 *    initial contents of a word count as one such store.
 *
 * Left out: a load never returns a store that is made later in the execution (load buffering), because its value is
 * not known yet.
 *
 * Sources: ECMA-262, chapter "Memory Model" (coherent reads, tear free reads, sequentially consistent atomics); Watt
 * and others, "Repairing and mechanising the JavaScript relaxed memory model", PLDI 2020.
 */
import { ATOMIC, BASE, DEPTH, WHOLE } from './records.ts';
import { Views } from './views.ts';
import { Visible } from './visible.ts';
import { byteOf, WeakMemory, type Choose } from './weak-memory.ts';

/** The last thread that left the critical section of a word: what it knew. */
interface Section {
  readonly thread: number;
  readonly epoch: number;
  readonly view: number;
}

/** Order of no store. */
const NONE = -1;

/** A load of several bytes, of which one is chosen. */
interface ByteLoad {
  readonly isWhole: boolean;
  readonly isAtomic: boolean;
  /** Order of the store of just these bytes that another byte was read from. */
  readonly pinned: number;
  /** Order of the store that the load synchronizes with. */
  readonly partner: number;
  /** No byte was read from the partner, and no later one can be. */
  readonly isLast: boolean;
  readonly start: number;
  readonly size: number;
}

export class JsMemory extends WeakMemory {
  readonly #views: Views;
  readonly #sections = new Map<number, Section>();
  readonly #ended: Uint8Array;
  readonly #visible: Visible;
  /** Those records that the load chooses among. */
  readonly #options = new Int32Array(DEPTH);

  constructor(threads: number, m: Int32Array, choose: Choose) {
    super(threads, m, choose);
    this.#views = new Views(threads);
    this.#visible = new Visible(this.records, this.#views);
    this.#ended = new Uint8Array(threads);
  }

  override begin(): void {
    super.begin();
    this.#views.begin();
    this.#sections.clear();
    this.#ended.fill(0);
  }

  load(word: number, newest: number): number {
    if (this.flags[word] === this.thread + 1) return newest;
    const history = this.records.historyOf(word);
    if (this.records.mixed[history] === 1) return this.#loadWord(word, newest, false);
    if (!this.mayPass(history)) return newest;
    const found = this.#visible.find(this.thread, history, 15, 4 * word, 4, false);
    if (found === 1) {
      this.#settleIfKnown(word, history);
      return newest;
    }
    const { value } = this.records;
    const count = this.#distinct(found, (record, other) => value[record] === value[other]);
    const chosen = this.choose(count);
    if (chosen > 0) this.passed(history);
    return value[this.#options[chosen]];
  }

  atomicLoad(word: number, newest: number): number {
    if (this.flags[word] === 0 || this.flags[word] === this.thread + 1) return newest;
    const { records } = this;
    const history = records.historyOf(word);
    if (records.mixed[history] === 1) return this.#loadWord(word, newest, true);
    const last = records.at(history, 0);
    if (records.plain[history] === 0 || !this.mayPass(history)) {
      this.#acquire(last);
      return newest;
    }
    const found = this.#visible.find(this.thread, history, 15, 4 * word, 4, true);
    const chosen = this.choose(found);
    if (chosen > 0) this.passed(history);
    const record = this.#visible.found[chosen];
    this.#acquire(record);
    return records.value[record];
  }

  update(word: number, newest: number): number {
    return this.atomicLoad(word, newest);
  }

  updateBytes(start: number, size: number, out: Uint8Array): boolean {
    return this.loadBytes(start, size, true, true, out);
  }

  #loadWord(word: number, newest: number, isAtomic: boolean): number {
    const { scratch } = this;
    if (!this.loadBytes(4 * word, 4, true, isAtomic, scratch)) return newest;
    return scratch[0] | (scratch[1] << 8) | (scratch[2] << 16) | (scratch[3] << 24);
  }

  loadBytes(start: number, size: number, isWhole: boolean, isAtomic: boolean, out: Uint8Array): boolean {
    const { records, m } = this;
    for (let i = 0; i < size; i++) out[i] = byteOf(m[(start + i) >> 2], start + i);
    const mayPass = this.#mayPassAll(start, size);
    const partner = isAtomic ? this.#synchronize(start, size, mayPass) : NONE;
    if (!mayPass) return false;
    // The store of just these bytes from which one byte was taken.
    let pinned = partner;
    // The last byte that can still be read from the partner, if none has been.
    let last = size - 1;
    while (partner !== NONE && !this.#offers(start, last, size, partner)) last--;
    let isOld = false;
    for (let i = 0; i < size; i++) {
      if (!this.#isContended(start + i)) continue;
      const found = this.#findByte(start + i, start, size, isAtomic);
      const record = this.#chooseByte(start + i, found, { isWhole, isAtomic, pinned, partner, isLast: i === last, start, size });
      if (isWhole && this.#isEqual(record, start, size)) pinned = records.order[record];
      if (records.order[record] === partner) last = NONE;
      const byte = byteOf(records.value[record], start + i);
      if (byte === out[i]) continue;
      out[i] = byte;
      isOld = true;
    }
    if (isOld) this.#passedAll(start, size);
    return isOld;
  }

  /** Finds what a load of `size` bytes from `start` on may read for one of them; returns the number of records. */
  #findByte(byte: number, start: number, size: number, isAtomic: boolean): number {
    return this.#visible.find(this.thread, this.records.historyOf(byte >> 2), 1 << (byte & 3), start, size, isAtomic);
  }

  /** Reports whether others have stored to the byte's word. */
  #isContended(byte: number): boolean {
    const flag = this.flags[byte >> 2];
    return flag !== 0 && flag !== this.thread + 1;
  }

  #mayPassAll(start: number, size: number): boolean {
    for (let word = start >> 2; word <= (start + size - 1) >> 2; word++) if (this.flags[word] !== 0 && !this.mayPass(this.records.historyOf(word))) return false;
    return true;
  }

  /**
   * Chooses the atomic store of just these bytes that an atomic load synchronizes with, before it chooses any byte: what
   * happens before that store hides older stores from all bytes. Returns its order; NONE if it reads no such store.
   */
  #synchronize(start: number, size: number, mayPass: boolean): number {
    const { records } = this;
    const { found } = this.#visible;
    // Number 0 must be what the newest stores of all bytes are.
    let newest = NONE;
    let canDoWithout = true;
    const partners = new Map<number, number>();
    for (let byte = start; byte < start + size; byte++) {
      if (!this.#isContended(byte)) continue;
      const count = this.#findByte(byte, start, size, true);
      const synchronizing = [...found.subarray(0, count)].filter((record) => this.#synchronizes(record, start, size));
      for (const record of synchronizing) partners.set(records.order[record], record);
      canDoWithout &&= synchronizing.length < count;
      if (synchronizing[0] === found[0]) newest = records.order[found[0]];
    }
    const others = [...partners.keys(), ...(canDoWithout ? [NONE] : [])].filter((order) => order !== newest).toSorted((a, b) => b - a);
    const chosen = mayPass ? [newest, ...others][this.choose(1 + others.length)] : newest;
    if (chosen !== NONE) this.#acquire(partners.get(chosen)!);
    return chosen;
  }

  /** Reports whether byte number `i` of a load may be read from the store of that order. */
  #offers(start: number, i: number, size: number, order: number): boolean {
    if (!this.#isContended(start + i)) return false;
    const count = this.#findByte(start + i, start, size, true);
    return this.#visible.found.subarray(0, count).some((record) => this.records.order[record] === order);
  }

  /** Reports whether an atomic load of these bytes that reads the record synchronizes with another thread. */
  #synchronizes(record: number, start: number, size: number): boolean {
    const { records } = this;
    const thread = records.thread[record];
    return (records.kind[record] & ATOMIC) !== 0 && thread !== this.thread && thread !== BASE && records.start[record] === start && records.size[record] === size;
  }

  /** Returns the chosen record of those found. */
  #chooseByte(byte: number, found: number, { isWhole, isAtomic, pinned, partner, isLast, start, size }: ByteLoad): number {
    const { records } = this;
    let count = 0;
    for (let i = 0; i < found; i++) {
      const record = this.#visible.found[i];
      const order = records.order[record];
      if (isWhole && this.#isEqual(record, start, size) && pinned !== NONE && order !== pinned) continue;
      if (order !== partner && ((isLast && partner !== NONE) || (isAtomic && this.#synchronizes(record, start, size)))) continue;
      // Equal bytes can't be told apart, unless they decide on the other bytes.
      let isNew = true;
      for (let j = 0; j < count && isNew && !(isWhole && size > 1); j++) isNew = byteOf(records.value[this.#options[j]], byte) !== byteOf(records.value[record], byte);
      if (isNew) this.#options[count++] = record;
    }
    return this.#options[this.choose(count)];
  }

  #passedAll(start: number, size: number): void {
    for (let word = start >> 2; word <= (start + size - 1) >> 2; word++) if (this.flags[word] !== 0) this.passed(this.records.historyOf(word));
  }

  /** Reports whether `record` is a store that can't tear of just these bytes. */
  #isEqual(record: number, start: number, size: number): boolean {
    const { records } = this;
    if (records.thread[record] === BASE) return true;
    return (records.kind[record] & WHOLE) !== 0 && records.start[record] === start && records.size[record] === size;
  }

  /** Puts those of the first `found` records that differ into `options`, the newest first; returns their number. */
  #distinct(found: number, areAlike: (record: number, other: number) => boolean): number {
    let count = 0;
    for (let i = 0; i < found; i++) {
      let isNew = true;
      for (let j = 0; j < count && isNew; j++) isNew = !areAlike(this.#visible.found[i], this.#options[j]);
      if (isNew) this.#options[count++] = this.#visible.found[i];
    }
    return count;
  }

  /** If every thread that is left knows the newest store, and it hides all others, the word has one value. */
  #settleIfKnown(word: number, history: number): void {
    const { records } = this;
    const last = records.at(history, 0);
    for (let thread = 0; thread < this.threads; thread++) {
      if (this.#ended[thread] === 0 && !this.#views.knows(thread, records.thread[last], records.epoch[last])) return;
    }
    for (let age = 1; age < records.countOf(history); age++) if (!this.#visible.happensBefore(records.at(history, age), last)) return;
    records.settle(word);
  }

  /** The running thread has read `record` by an atomic load of the same bytes. */
  #acquire(record: number): void {
    const { records } = this;
    const from = records.thread[record];
    if ((records.kind[record] & ATOMIC) === 0 || from === this.thread || from === BASE) return;
    this.#views.join(this.thread, from, records.epoch[record], records.view[record]);
  }

  critical(word: number): void {
    const views = this.#views;
    this.woke(this.thread, word);
    this.#sections.set(word, { thread: this.thread, epoch: views.epoch[this.thread], view: views.current[this.thread] });
    views.tick(this.thread);
  }

  woke(thread: number, word: number): void {
    const last = this.#sections.get(word);
    if (last !== undefined && last.thread !== thread) this.#views.join(thread, last.thread, last.epoch, last.view);
  }

  readsClock(): void {}

  done(thread: number): void {
    this.#ended[thread] = 1;
  }

  protected stored(_order: number, isAtomic: boolean): void {
    if (isAtomic) this.#views.tick(this.thread);
  }

  protected describe(record: number): void {
    this.records.epoch[record] = this.#views.epoch[this.thread];
    this.records.view[record] = this.#views.current[this.thread];
  }
}
