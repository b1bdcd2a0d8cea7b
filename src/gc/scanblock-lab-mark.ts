/**
 * The two ways in which the lab's mark loop sets a mark: by a CAS of the bitmap word, which exactly
 * one M wins, or by a plain store if the mark has a byte of its own.
 *
 * The marks of blocks under 32 bytes share a byte. For those without pointers no M needs to know
 * which was first: their marks are gathered while they lie in one word, and written together.
 */
import type { Mem8 } from '../memory/bytes.ts';
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { racyLoadByte, racyStoreByte } from '../sync/racy.ts';
import type { MRef } from '../machine/m.ts';
import { casMark } from './mark.ts';
import { gatherMark } from './scan-run.ts';

/** The least block, in words, whose mark has a byte of its own. */
const OWN_BYTE_WORDS = 8;

/**
 * Marks a block of `words` words that starts at heap word `shift` of bitmap word `word`.
 * @returns false if it was marked already. Several Ms may get true: all scan and count the block, which is harmless
 */
export function markByByte(m: Mem, m8: Mem8, mp: MRef, sb: Ref, word: Ref, shift: number, words: number, scan: boolean): boolean {
  if (words < OWN_BYTE_WORDS) {
    const mark = 1 << (shift + (shift & 12));
    return scan ? casMark(m, mp, word, mark) : gatherMark(m, sb, word, mark);
  }
  const byte = word * 4 + (shift >> 2);
  // Racy: an M that misses the other's store stores the same value. A CAS of the word leaves this byte alone.
  if (racyLoadByte(m, m8, byte) !== 0) return false;
  racyStoreByte(m, m8, byte, 1 << (shift & 3));
  return true;
}
