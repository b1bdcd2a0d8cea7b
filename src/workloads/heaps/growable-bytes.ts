/** Bytes that come piece by piece, kept in chunks; never more memory than half as much again. */
const FIRST_CHUNK = 1 << 16;
const LAST_CHUNK = 1 << 24;

export class GrowableBytes {
  private chunks: Uint8Array[] = [];
  private used = 0;

  /** Keeps a copy of `buf[start … end - 1]`, in one piece. */
  push(buf: Uint8Array, start: number, end: number): void {
    const bytes = end - start;
    let chunk = this.chunks.at(-1);
    if (chunk === undefined || chunk.length - this.used < bytes) chunk = this.grow(bytes);
    chunk.set(buf.subarray(start, end), this.used);
    this.used += bytes;
  }

  /** Where all pieces lie; they have to be told apart by their lengths, in order. */
  finish(): readonly Uint8Array[] {
    this.close();
    const { chunks } = this;
    this.chunks = [];
    return chunks;
  }

  private grow(bytes: number): Uint8Array {
    this.close();
    const before = this.chunks.at(-1)?.buffer.byteLength ?? 0;
    const chunk = new Uint8Array(Math.max(bytes, Math.min(LAST_CHUNK, Math.max(FIRST_CHUNK, 2 * before))));
    this.chunks.push(chunk);
    this.used = 0;
    return chunk;
  }

  /** The last chunk ends where its last piece does. */
  private close(): void {
    const last = this.chunks.pop();
    if (last !== undefined) this.chunks.push(last.subarray(0, this.used));
  }
}
