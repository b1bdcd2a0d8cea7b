/**
 * Flags of the blocks of a memory that were written. At each write, the exploration build sets all bits of the block's
 * flag. Each reader has a bit of its own, and clears only this bit.
 */

/** Log2 of the words of a block. */
export const WRITE_SHIFT = 6;
export const WRITE_WORDS = 1 << WRITE_SHIFT;

/** The readers' bits: written since the memory was last restored, and since it was last verified. */
export const UNRESTORED = 1;
export const UNVERIFIED = 2;
export const WRITTEN = UNRESTORED | UNVERIFIED;

/** Returns flags for a memory of `words` words. */
export function makeWriteFlags(words: number): Uint8Array {
  return new Uint8Array((words >> WRITE_SHIFT) + 1);
}
