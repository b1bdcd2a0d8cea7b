/**
 * A list of 32-bit numbers whose length is unknown or untrusted: a file may claim 1e15 nodes. It grows
 * by chunks, so growing copies nothing and wastes little memory. `finish` releases each chunk once it
 * is copied.
 */
import { APART_BYTES, listOf, release } from '../../base/large-arrays.ts';

const FIRST_CHUNK = 1 << 10; // entries
const SMALL_CHUNK = 1 << 16; // entries
const LAST_CHUNK = APART_BYTES / 4; // entries

export class GrowableUint32 {
  /** Full chunks. Each is twice as long as the one before up to SMALL_CHUNK, then LAST_CHUNK. */
  private full: Uint32Array[] = [];
  private fullLength = 0;
  private chunk = new Uint32Array(FIRST_CHUNK);
  private used = 0;

  get length(): number {
    return this.fullLength + this.used;
  }

  push(value: number): void {
    if (this.used === this.chunk.length) this.grow();
    this.chunk[this.used++] = value;
  }

  /** Returns all numbers, followed by `spare` zeros, and empties the list. */
  finish(spare = 0): Uint32Array {
    const all = listOf(this.length + spare);
    let at = 0;
    for (const chunk of this.full) {
      all.set(chunk, at);
      at += chunk.length;
      if (chunk.length === LAST_CHUNK) release(chunk);
    }
    all.set(this.chunk.subarray(0, this.used), at);
    if (this.chunk.length === LAST_CHUNK) release(this.chunk);
    this.full = [];
    this.fullLength = 0;
    this.chunk = new Uint32Array(FIRST_CHUNK);
    this.used = 0;
    return all;
  }

  private grow(): void {
    this.full.push(this.chunk);
    this.fullLength += this.used;
    this.chunk = new Uint32Array(this.used < SMALL_CHUNK ? 2 * this.used : LAST_CHUNK);
    this.used = 0;
  }
}
