/** Fractions in the shared memory: wide numbers in units of 2^-20. */
import type { Mem } from '../../memory/struct.ts';
import type { Ref } from '../../memory/address.ts';
import { loadWide, storeWide } from '../../memory/wide.ts';

const UNITS = 1 << 20;

export function loadRatio(m: Mem, at: Ref): number {
  return loadWide(m, at) / UNITS;
}

/** Stores `value`, from 0 to 2^32. */
export function storeRatio(m: Mem, at: Ref, value: number): void {
  storeWide(m, at, Math.round(value * UNITS));
}
