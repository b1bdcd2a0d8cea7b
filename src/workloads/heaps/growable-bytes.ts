/** Bytes that come piece by piece, kept in chunks; never more memory than half as much again. */
const FIRST_CHUNK = 1 << 16;
const LAST_CHUNK = 1 << 24;

/** Below this many bytes a call into the engine costs more than the loop. */
const LOOP_BYTES = 64;

export class GrowableBytes {
  private chunks: Uint8Array[] = [];
  private chunk: Uint8Array = new Uint8Array(0);
  private used = 0;

  /** Keeps a copy of `buf[start … end - 1]`, in one piece. */
  push(buf: Uint8Array, start: number, end: number): void {
    const bytes = end - start;
    if (this.chunk.length - this.used < bytes) this.grow(bytes);
    const { chunk, used } = this;
    if (bytes > LOOP_BYTES) chunk.set(buf.subarray(start, end), used);
    else for (let i = 0; i < bytes; i++) chunk[used + i] = buf[start + i];
    this.used += bytes;
  }

  /** Where all pieces lie; they have to be told apart by their lengths, in order. */
  finish(): readonly Uint8Array[] {
    this.close();
    const { chunks } = this;
    this.chunks = [];
    this.chunk = new Uint8Array(0);
    return chunks;
  }

  private grow(bytes: number): void {
    this.close();
    this.chunk = new Uint8Array(Math.max(bytes, Math.min(LAST_CHUNK, Math.max(FIRST_CHUNK, 2 * this.chunk.length))));
  }

  /** A chunk ends where its last piece does. */
  private close(): void {
    if (this.used > 0) this.chunks.push(this.chunk.subarray(0, this.used));
    this.used = 0;
  }
}
