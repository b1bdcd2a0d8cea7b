/** The shared memory byte by byte; by convention the result is called `m8`. */
import type { Mem } from './struct.ts';

export type Mem8 = Uint8Array;

export function byteView(m: Mem): Mem8 {
  return new Uint8Array(m.buffer);
}
