/** Locks are taken in the order of memory/lock-order.ts, once each, and released by their holders. */
import type { Ref } from '../../memory/address.ts';
import { LOCK_ORDER } from '../../memory/lock-order.ts';
import type { Monitor } from '../monitor.ts';
import { ACCESS } from '../../rewrite/sites.ts';
import type { Books } from './books.ts';
import { LOCK_OP, XWORLDSEMA, describeLock, lockNameAt } from './locks.ts';
import type { Report } from './report.ts';

const RANK = new Map<string, number>(LOCK_ORDER.map((name, i) => [name, i]));
const SEVERAL = RANK.get('hchan.lock')!;

/** Must see each access before the books do. */
export class LockOrder implements Monitor {
  readonly #books: Books;
  readonly #report: Report;
  #m: Int32Array = new Int32Array(0);

  constructor(books: Books, report: Report) {
    this.#books = books;
    this.#report = report;
  }

  begin(m: Int32Array): void {
    this.#m = m;
  }

  access(thread: number, site: number, kind: number, index: number, _value: number, old: number): void {
    const op = this.#books.ops[site];
    if (op === LOCK_OP.none) {
      if (kind === ACCESS.atomicStore && this.#books.holder[index] !== 0 && index !== XWORLDSEMA) this.#overwritten(thread, site, index);
      return;
    }
    if (op >= LOCK_OP.acquire && index !== XWORLDSEMA) return;
    if (op === LOCK_OP.release || op === LOCK_OP.semrelease) this.#release(thread, site, index);
    else this.#take(thread, site, index, op === LOCK_OP.exchange ? old === 0 : kind === ACCESS.cas);
  }

  /** Checks failed attempts as well: a thread that waits for a lock out of order may wait forever. */
  #take(thread: number, site: number, lock: Ref, won: boolean): void {
    const books = this.#books;
    const holder = books.holder[lock] - 1;
    if (holder === thread) this.#object('LOCK_TAKEN_TWICE', `thread ${thread} asks for ${this.#name(lock)}, which it holds`, site, lock);
    if (won && holder >= 0) this.#object('LOCK_HELD_BY_TWO', `thread ${thread} takes ${this.#name(lock)}, which thread ${holder} holds`, site, lock);
    const count = books.heldCount[thread];
    if (count === 0) return;
    const rank = this.#rank(lock);
    for (let i = 0; i < count; i++) {
      const other = books.heldAt(thread, i);
      if (mayFollow(rank, lock, this.#rank(other), other)) continue;
      this.#object('LOCK_ORDER', `thread ${thread} asks for ${this.#name(lock)} while it holds ${this.#name(other)}`, site, other);
    }
  }

  #release(thread: number, site: number, lock: Ref): void {
    const holder = this.#books.holder[lock] - 1;
    if (holder === thread) return;
    // At the start no thread holds worldsema.
    if (holder < 0 && lock === XWORLDSEMA) return;
    const whose = holder < 0 ? 'no thread holds' : `thread ${holder} holds`;
    this.#object('LOCK_RELEASED_BY_ANOTHER', `thread ${thread} releases ${this.#name(lock)}, which ${whose}`, site, lock);
  }

  #overwritten(thread: number, site: number, lock: Ref): never {
    return this.#object('LOCK_OVERWRITTEN', `thread ${thread} writes over ${this.#name(lock)}, which thread ${this.#books.holder[lock] - 1} holds`, site, lock);
  }

  end(): void {
    const books = this.#books;
    for (let thread = 0; thread < books.heldCount.length; thread++) {
      if (books.heldCount[thread] === 0) continue;
      const lock = books.heldAt(thread, 0);
      this.#report.objectAtEnd('LOCK_KEPT', `thread ${thread} has finished and still holds ${this.#name(lock)}`, taken(books.whereTaken(lock)));
    }
  }

  #object(law: string, message: string, site: number, other: Ref): never {
    return this.#report.object(law, message, site, taken(this.#books.whereTaken(other)));
  }

  #name(lock: Ref): string {
    return describeLock(this.#m, lock);
  }

  /** The place of `lock` in the order; -1 if the order does not contain it. */
  #rank(lock: Ref): number {
    const name = lockNameAt(this.#m, lock);
    return name === null ? -1 : RANK.get(name)!;
  }
}

function mayFollow(rank: number, lock: Ref, otherRank: number, other: Ref): boolean {
  if (rank < 0 || otherRank < 0) return true;
  return rank === otherRank ? rank === SEVERAL && lock > other : rank > otherRank;
}

function taken(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['it was taken', ...lines];
}
