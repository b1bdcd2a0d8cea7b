/** What the collector knows of channels: a header without pointers, and the buffer behind it. */
import type { Mem } from '../memory/struct.ts';
import { ptrWords } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';

/** 32-bit words of the header, on both machines. */
export const HCHAN_WORDS = 16;

/** How many elements the buffer holds: the second int of the header. */
export function chanCap(m: Mem, chan: Ref): number {
  return m[chan + ptrWords(m)];
}
