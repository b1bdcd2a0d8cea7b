/**
 * A cursor in a JSON text that arrives in buffers. The hot loops (json-numbers, json-skip) copy `buf`,
 * `pos` and `end` into locals, read as far as possible without waiting, store `pos` and call `more`. A
 * token that the end of a buffer splits stays unread: `more` puts it in front of the next buffer, so no
 * reader resumes inside a token.
 */
import { HeapFormatError } from './format-error.ts';
import { QUOTE, BACKSLASH, isSpace, show } from './json-bytes.ts';

const EMPTY = new Uint8Array(0);
const MAX_KEY_BYTES = 1024;

export class JsonCursor {
  /** Unread bytes are `buf[pos … end - 1]`. */
  buf: Uint8Array = EMPTY;
  pos = 0;
  end = 0;
  /** The current part of the file, for messages. */
  part = 'the snapshot';
  /** Offset in the file of `buf[0]`. */
  private base = 0;
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

  /** Fetches the next buffer. @throws HeapFormatError at the end of the source: the text is incomplete */
  async more(): Promise<void> {
    if (!(await this.tryMore())) this.truncated();
  }

  /** Appends the next buffer to the unread bytes. Returns false at the end of the source. */
  async tryMore(): Promise<boolean> {
    // Copied before the next buffer is fetched: the source may reuse the old one.
    const unread = Buffer.from(this.buf.subarray(this.pos, this.end));
    this.base += this.pos;
    this.pos = 0;
    let next = await this.chunks.next();
    while (next.done !== true && next.value.length === 0) next = await this.chunks.next();
    const fresh: Uint8Array = next.done === true ? EMPTY : next.value;
    this.buf = unread.length === 0 ? fresh : Buffer.concat([unread, fresh]);
    this.end = this.buf.length;
    if (fresh.length > 0) this.onRead(this.base + this.end);
    return fresh.length > 0;
  }

  /** Skips white space and returns the next byte, unread; -1 at the end of the source. */
  async peekOrEnd(): Promise<number> {
    for (;;) {
      while (this.pos < this.end) {
        const byte = this.buf[this.pos];
        if (!isSpace(byte)) return byte;
        this.pos++;
      }
      if (!(await this.tryMore())) return -1;
    }
  }

  /** Skips white space and returns the next byte, unread. @throws HeapFormatError at the end of the source */
  async peek(): Promise<number> {
    const byte = await this.peekOrEnd();
    return byte === -1 ? this.truncated() : byte;
  }

  /** Skips a byte order mark of UTF-8 at the beginning of the source. Refuses one of UTF-16. */
  async skipByteOrderMark(): Promise<void> {
    while (this.end - this.pos < 3 && (await this.tryMore()));
    const [first, second, third] = this.buf.subarray(this.pos, Math.min(this.end, this.pos + 3));
    if (first === 0xef && second === 0xbb && third === 0xbf) this.pos += 3;
    const isWide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
    if (isWide) this.reject('is text in UTF-16: save it as UTF-8');
  }

  /** Reads white space and then `byte`. */
  async expect(byte: number): Promise<void> {
    if ((await this.peek()) !== byte) this.unexpected(show(byte));
    this.pos++;
  }

  /** Reads the key of a member and resolves its escapes. */
  async key(): Promise<string> {
    if ((await this.peek()) !== QUOTE) this.unexpected('a key in double quotes');
    let length = 1;
    for (;;) {
      const byte = this.pos + length < this.end ? this.buf[this.pos + length] : -1;
      if (byte === QUOTE) break;
      if (length > MAX_KEY_BYTES) this.fail(`a key is longer than ${MAX_KEY_BYTES} bytes`);
      if (byte !== -1) length += byte === BACKSLASH ? 2 : 1;
      else await this.more();
    }
    const text = Buffer.from(this.buf.subarray(this.pos, this.pos + length + 1)).toString();
    try {
      const key: string = JSON.parse(text);
      this.pos += length + 1;
      return key;
    } catch {
      return this.fail('this key is no JSON string');
    }
  }

  /** Closes the source, wherever the reading stopped. */
  async close(): Promise<void> {
    await this.chunks.return?.();
  }

  /** Throws an error about the text `back` bytes before the next one. */
  fail(problem: string, back = 0): never {
    return this.reject(`${problem} at byte ${this.offset - back}, in ${this.part}`);
  }

  /** Throws an error about the next byte, which the grammar does not allow. */
  unexpected(wanted: string): never {
    return this.fail(`expected ${wanted} but found ${show(this.buf[this.pos])}`);
  }

  /** Throws an error about the content as a whole. */
  reject(problem: string): never {
    throw new HeapFormatError(this.name, problem);
  }

  private truncated(): never {
    return this.reject(`is cut off: it ends at byte ${this.base + this.end}, in ${this.part}`);
  }
}
