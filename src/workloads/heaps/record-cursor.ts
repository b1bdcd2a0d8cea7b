/**
 * A cursor in a file of records that arrives in buffers. A record is read without waiting, as if all
 * of it were in the buffer. If bytes are missing, the reading functions throw SHORT, `more` fetches
 * bytes, and the record is read again from its beginning. So a reader must keep nothing of a record
 * until it has read the last byte. The cost is that one record per buffer is read twice.
 */
import { HeapFormatError } from './format-error.ts';
import { bytesOf, release } from '../../base/large-arrays.ts';

/** Thrown if a record extends past the bytes in the buffer. Not an error. */
export const SHORT: unique symbol = Symbol('the record goes on');

const EMPTY = new Uint8Array(0);
const FIRST_STORE_BYTES = 1 << 16;
/** A store that a long record enlarged beyond this is released after that record. */
const LONG_STORE_BYTES = 1 << 24;

export class RecordCursor {
  /** Unread bytes are `buf[pos … end - 1]`. */
  buf: Uint8Array = EMPTY;
  pos = 0;
  end = 0;
  /** The current part of the file, for messages. */
  part = 'the header';
  /** Start of the current record. All bytes from here on are kept. */
  private mark = 0;
  /** Bytes from `mark` on that the record needs at least. */
  private wanted = 0;
  /** Offset in the file of `buf[0]`. */
  private base = 0;
  /** Holds a record that is cut by the end of a buffer. */
  private store: Uint8Array = EMPTY;
  private readonly name: string;
  private readonly chunks: AsyncIterator<Uint8Array>;
  private readonly onRead: (bytes: number) => void;

  /** @param onRead called after each buffer with the bytes that have arrived so far */
  constructor(name: string, source: AsyncIterable<Uint8Array>, onRead: (bytes: number) => void) {
    this.name = name;
    this.chunks = source[Symbol.asyncIterator]();
    this.onRead = onRead;
  }

  /** Offset in the file of the next byte. */
  get offset(): number {
    return this.base + this.pos;
  }

  /** Offset in the file of the current record. */
  get recordOffset(): number {
    return this.base + this.mark;
  }

  /** Begins the next record here. The bytes of the last one are no longer kept. */
  begin(): void {
    this.mark = this.pos;
    this.wanted = 0;
  }

  /** Throws SHORT unless the buffer holds `bytes` more bytes. */
  need(bytes: number): void {
    if (bytes <= this.end - this.pos) return;
    this.wanted = this.pos - this.mark + bytes;
    throw SHORT;
  }

  /** Fetches more bytes and returns to the beginning of the record. @throws HeapFormatError at the end of the source */
  async more(): Promise<void> {
    if (!(await this.tryMore())) {
      throw new HeapFormatError(this.name, `is cut off: it ends at byte ${this.base + this.end}, in ${this.part}`);
    }
  }

  /** Does the same, but returns false at the end of the source. */
  async tryMore(): Promise<boolean> {
    const had = this.end - this.mark;
    // Twice the bytes so far, so that a long record is not read again with every buffer.
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

  /** Closes the source, wherever the reading stopped, and releases the buffers. */
  async close(): Promise<void> {
    this.buf = EMPTY;
    this.keep(EMPTY);
    await this.chunks.return?.();
  }

  /** Throws an error about the bytes in front of the cursor. */
  fail(problem: string): never {
    return this.reject(`${problem} before byte ${this.offset}, in ${this.part}`);
  }

  /** Throws an error about the content as a whole. */
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
    if (end === 0 && fresh.length >= this.wanted) {
      // No copy needed: these bytes suffice, so the source is not asked for a buffer that might overwrite them.
      this.buf = fresh;
    } else {
      this.buf = this.storeOf(end + fresh.length);
      this.buf.set(fresh, end);
    }
    this.end = end + fresh.length;
  }

  /** Returns the store, enlarged to `bytes`, with its content. `bytes` counts only bytes that have arrived. */
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
