/** The shared memory as bytes, always called `m8`. */
import type { Mem } from './struct.ts';

export type Mem8 = Uint8Array;

/** Bytes of the largest view: Node 20 has no larger one. */
const MOST_BYTES = 2 ** 32;

/** Returns the bytes of `m`, or of its first 4 GB: all bytes that are accessed singly, those of bitmaps, lie there. */
export function byteView(m: Mem): Mem8 {
  return new Uint8Array(m.buffer, 0, Math.min(m.buffer.byteLength, MOST_BYTES));
}
