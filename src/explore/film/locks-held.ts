/** Notes when locks are taken and released. */
import type { Monitor } from '../monitor.ts';
import type { Books } from '../monitors/books.ts';
import { LOCK_OP } from '../monitors/locks.ts';

export interface LockChange {
  /** The access that took or released the lock. */
  readonly step: number;
  /** The thread that holds the lock from now on; -1 if none does. */
  readonly holder: number;
  /** A row of the film's words. */
  readonly word: number;
}

/** Must see each access after the books do. */
export class LocksHeld implements Monitor {
  readonly changes: LockChange[] = [];
  readonly #books: Books;
  readonly #stepNow: () => number;
  readonly #wordNow: (at: number) => number;
  readonly #holder = new Map<number, number>();

  /** @param stepNow returns the place of the access that is being watched @param wordNow returns the row of a word, as it is named now */
  constructor(books: Books, stepNow: () => number, wordNow: (at: number) => number) {
    this.#books = books;
    this.#stepNow = stepNow;
    this.#wordNow = wordNow;
  }

  access(_thread: number, site: number, _kind: number, index: number): void {
    if (this.#books.ops[site] === LOCK_OP.none) return;
    const holder = this.#books.holder[index] - 1;
    if (holder === (this.#holder.get(index) ?? -1)) return;
    this.#holder.set(index, holder);
    this.changes.push({ step: this.#stepNow(), holder, word: this.#wordNow(index) });
  }
}
