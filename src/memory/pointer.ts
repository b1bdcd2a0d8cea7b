/** Pointers in the heap: their encoding, which address.ts describes. The mark loops have the same expressions inlined. */
import { LARGE_SHIFT, PTR_TAG, SMALL_SHIFT, type Low, type Ref } from './address.ts';
import { CONFIG, Config } from './config.ts';
import type { Mem } from './struct.ts';

const PTR_SHIFT = CONFIG + Config.at.ptrShift;

/** Returns the low word of a pointer to `ref`. */
export function lowOf(m: Mem, ref: Ref): Low {
  return ref << m[PTR_SHIFT];
}

/** Returns the 32-bit word that a pointer with this low word points at or into. */
export function refOf(m: Mem, low: Low): Ref {
  return low >>> m[PTR_SHIFT];
}

/** Returns what of a high word is compared with PTR_TAG, as a mask: all of it, but not the address's lowest bit on a large memory. */
export function tagMask(m: Mem): number {
  return m[PTR_SHIFT] - 3;
}

/** Reports whether the high word `high` is that of a pointer. */
export function isTag(m: Mem, high: number): boolean {
  return (high & tagMask(m)) === PTR_TAG;
}

/** Stores the pointer `ref`, 0 for nil, at `slot` on the 64-bit machine. */
export function storePointer(m: Mem, slot: Ref, ref: Ref): void {
  // The tag is written first, and nil keeps it: so racing writers never leave a pointer
  // without its tag, which the collector would take for an integer.
  if (ref !== 0) m[slot + 1] = PTR_TAG;
  m[slot] = ref << m[PTR_SHIFT];
}

/** Returns the pointer at `slot`, 0 for nil. */
export function loadPointer(m: Mem, slot: Ref): Ref {
  return m[slot] >>> m[PTR_SHIFT];
}

/** Returns the low word of a pointer to the byte at `address`. */
export function lowOfByte(m: Mem, address: number): Low {
  return m[PTR_SHIFT] === SMALL_SHIFT ? address | 0 : (address / 2) | 0;
}

/** Returns the address of the byte, or of the pair of bytes, that a pointer with this low word points at. */
export function addressOf(m: Mem, low: Low): number {
  return m[PTR_SHIFT] === SMALL_SHIFT ? low : (low >>> 0) * 2;
}

/** Returns the byte address of the pointer at `slot`. */
export function addressAt(m: Mem, slot: Ref): number {
  const low = m[slot];
  return m[PTR_SHIFT] === SMALL_SHIFT ? low : (low >>> 0) * 2 + (m[slot + 1] & 1);
}

/** Adds `inner` bytes, 0 to 3, to the pointer to a 32-bit word at `slot`. */
export function addInner(m: Mem, slot: Ref, inner: number): void {
  m[slot] |= inner >> (SMALL_SHIFT - m[PTR_SHIFT]);
  if (m[PTR_SHIFT] === LARGE_SHIFT) m[slot + 1] |= inner & 1;
}
