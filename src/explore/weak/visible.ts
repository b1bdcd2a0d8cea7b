/**
 * The stores of a history that a thread may load under ECMAScript's model: see js.ts.
 */
import { ATOMIC, BASE, DEPTH, type Records } from './records.ts';
import type { Views } from './views.ts';

export class Visible {
  /** Records that the last load may return, the newest first. */
  readonly found = new Int32Array(DEPTH);
  /** Records that happen before that load. */
  readonly #known = new Int32Array(DEPTH);
  readonly #records: Records;
  readonly #views: Views;

  constructor(records: Records, views: Views) {
    this.#records = records;
    this.#views = views;
  }

  /**
   * Puts the stores of a history that `thread` may load into `found`, the newest first; returns their number.
   * @param mask the bytes of the word, all or one
   * @param start first byte of the load, `size` bytes long
   */
  find(thread: number, history: number, mask: number, start: number, size: number, isAtomic: boolean): number {
    const records = this.#records;
    const views = this.#views;
    const count = records.countOf(history);
    let found = 0;
    let known = 0;
    // A newer atomic store of the load's bytes.
    let isOverwritten = false;
    for (let age = 0; age < count; age++) {
      const record = records.at(history, age);
      if ((records.mask[record] & mask) === 0) continue;
      const isKnown = views.knows(thread, records.thread[record], records.epoch[record]);
      const isSequential = (records.kind[record] & ATOMIC) !== 0;
      const isOfLoad = isSequential && records.start[record] === start && records.size[record] === size;
      if (!this.#isHidden(thread, record, known) && !(isOverwritten && isAtomic && (isOfLoad || (isKnown && this.#isBeforeAtomic(history, age, start, size))))) this.found[found++] = record;
      if (isKnown) this.#known[known++] = record;
      isOverwritten ||= isOfLoad;
    }
    return found;
  }

  /** Reports whether one of the first `known` newer stores hides `record` from the thread. */
  #isHidden(thread: number, record: number, known: number): boolean {
    const records = this.#records;
    for (let i = 0; i < known; i++) {
      const newer = this.#known[i];
      if (this.happensBefore(record, newer)) return true;
      const areSequential = (records.kind[record] & records.kind[newer] & ATOMIC) !== 0;
      const areEqual = records.start[record] === records.start[newer] && records.size[record] === records.size[newer];
      if (areSequential && areEqual && this.#views.knows(thread, records.thread[record], records.epoch[record])) return true;
    }
    return false;
  }

  /** Reports whether the record of that age happens before a newer atomic store of the bytes from `start` on. */
  #isBeforeAtomic(history: number, age: number, start: number, size: number): boolean {
    const records = this.#records;
    const record = records.at(history, age);
    for (let newer = 0; newer < age; newer++) {
      const other = records.at(history, newer);
      const isOfLoad = (records.kind[other] & ATOMIC) !== 0 && records.start[other] === start && records.size[other] === size;
      if (isOfLoad && this.happensBefore(record, other)) return true;
    }
    return false;
  }

  /** Reports whether `record` happens before `newer`, which was made later. */
  happensBefore(record: number, newer: number): boolean {
    const records = this.#records;
    const thread = records.thread[record];
    return thread === BASE || thread === records.thread[newer] || this.#views.includes(records.view[newer], thread, records.epoch[record]);
  }
}
