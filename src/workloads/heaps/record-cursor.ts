/**
 * A place in a file of records that arrives in buffers. A record is read without waiting, as if
 * all of it were there. Where bytes are missing, the reading functions throw SHORT, and the
 * record begins anew once `more` has brought them. So a reader must not keep anything of a
 * record before its last byte is read. That costs one record per buffer, read twice.
 */
import { HeapFormatError } from './format-error.ts';
import { bytesOf, release } from '../../base/lists.ts';

/** Thrown, and not an error: the record goes on beyond the bytes that are here. */
export const SHORT: unique symbol = Symbol('the record goes on');

const EMPTY = new Uint8Array(0);
const FIRST_STORE_BYTES = 1 << 16;
/** A store that a long record has made larger than this is given back behind it. */
const LONG_STORE_BYTES = 1 << 24;

export class RecordCursor {
  /** Unread bytes are `buf[pos … end - 1]`. */
  buf: Uint8Array = EMPTY;
  pos = 0;
  end = 0;
  /** What is being read, for messages. */
  part = 'the header';
  /** Where the record begins; everything from there on is kept. */
  private mark = 0;
  /** Bytes from `mark` on that the record is known to need. */
  private wanted = 0;
  /** Offset in the file of `buf[0]`. */
  private base = 0;
  /** Holds a record that is cut by the end of a buffer. */
  private store: Uint8Array = EMPTY;
  private readonly name: string;
  private readonly chunks: AsyncIterator<Uint8Array>;
  private readonly onRead: (bytes: number) => void;

  /** `onRead` gets the bytes that have arrived so far, after each buffer. */
  constructor(name: string, source: AsyncIterable<Uint8Array>, onRead: (bytes: number) => void) {
    this.name = name;
    this.chunks = source[Symbol.asyncIterator]();
    this.onRead = onRead;
  }

  /** Offset in the file of the next byte. */
  get offset(): number {
    return this.base + this.pos;
  }

  /** Offset in the file of the record that is being read. */
  get recordOffset(): number {
    return this.base + this.mark;
  }

  /** The record before is done with, and the next one begins here. */
  begin(): void {
    this.mark = this.pos;
    this.wanted = 0;
  }

  /** Throws SHORT unless `bytes` more are here. */
  need(bytes: number): void {
    if (bytes <= this.end - this.pos) return;
    this.wanted = this.pos - this.mark + bytes;
    throw SHORT;
  }

  /** Back to the beginning of the record, with more bytes behind it; throws if there are none. */
  async more(): Promise<void> {
    if (!(await this.tryMore())) {
      throw new HeapFormatError(this.name, `is cut off: it ends at byte ${this.base + this.end}, in ${this.part}`);
    }
  }

  /** The same; false at the end of the source. */
  async tryMore(): Promise<boolean> {
    const had = this.end - this.mark;
    // Twice what there was, so that a long record is not begun anew with every buffer.
    const enough = Math.max(this.wanted, had < FIRST_STORE_BYTES ? had + 1 : 2 * had);
    this.keepUnread();
    while (this.end < enough) {
      const next = await this.chunks.next();
      if (next.done === true) break;
      if (next.value.length === 0) continue;
      this.append(next.value);
      this.onRead(this.base + this.end);
    }
    return this.end > had;
  }

  /** Lets the source close what it holds, wherever reading stopped, and forgets what has been read. */
  async close(): Promise<void> {
    this.buf = EMPTY;
    this.keep(EMPTY);
    await this.chunks.return?.();
  }

  /** Throws: the bytes are wrong, somewhere before the next one. */
  fail(problem: string): never {
    return this.reject(`${problem} before byte ${this.offset}, in ${this.part}`);
  }

  /** Throws: the content is wrong, in no particular byte. */
  reject(problem: string): never {
    throw new HeapFormatError(this.name, problem);
  }

  /** Moves the record to the front of the store: the source may reuse its last buffer. */
  private keepUnread(): void {
    const { mark, end } = this;
    this.base += mark;
    this.mark = 0;
    this.pos = 0;
    this.end = end - mark;
    if (end === mark) {
      this.buf = EMPTY;
      return;
    }
    const unread = this.buf.subarray(mark, end);
    if (this.buf !== this.store) this.storeOf(this.end).set(unread);
    else if (this.store.length > LONG_STORE_BYTES && unread.length < FIRST_STORE_BYTES) this.keep(unread.slice());
    else this.store.copyWithin(0, mark, end);
    this.buf = this.store;
  }

  private append(fresh: Uint8Array): void {
    const { end } = this;
    if (end === 0) {
      // Not copied: nothing is wanted yet of a record of which nothing is here, so no other follows.
      this.buf = fresh;
    } else {
      this.buf = this.storeOf(end + fresh.length);
      this.buf.set(fresh, end);
    }
    this.end = end + fresh.length;
  }

  /** The store with room for `bytes`; what it holds is kept. Only bytes that have arrived count. */
  private storeOf(bytes: number): Uint8Array {
    const old = this.store;
    if (bytes <= old.length) return old;
    try {
      const store = bytesOf(Math.max(bytes, 2 * old.length, FIRST_STORE_BYTES));
      store.set(old);
      this.keep(store);
      return store;
    } catch {
      return this.reject(`${this.part} takes ${bytes} bytes, more than the memory of this process`);
    }
  }

  private keep(store: Uint8Array): void {
    if (this.store.length > 0) release(this.store);
    this.store = store;
  }
}
