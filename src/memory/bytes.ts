/** The shared memory as bytes, always called `m8`. */
import type { Mem } from './struct.ts';

export type Mem8 = Uint8Array;

/** Returns the bytes of `m`. */
export function byteView(m: Mem): Mem8 {
  return new Uint8Array(m.buffer);
}
