/**
 * The two ways in which the lab's mark loop sets a mark: by CAS on the word of the bitmap, which
 * one M alone wins, or by a plain store of the byte where it has one of its own.
 *
 * The marks of blocks under 32 bytes share a byte. Of those without pointers nobody needs to know who
 * was first: their marks are gathered as long as they are in one word, and written together.
 */
import type { Mem8 } from '../memory/bytes.ts';
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { racyLoadByte, racyStoreByte } from '../sync/racy.ts';
import type { MRef } from '../machine/m.ts';
import { casMark } from './mark.ts';
import { gatherMark } from './scan-run.ts';

/** From this many words on, a block's mark has a byte of its own. */
const OWN_BYTE_WORDS = 8;

/**
 * Marks a block of `words` words, the heap word `shift` of those that the bitmap's `word` is for.
 * @returns false if it was marked already. Several Ms may be told true, and scan it: that does no
 *   harm, but all of them count it
 */
export function markByByte(m: Mem, m8: Mem8, mp: MRef, sb: Ref, word: Ref, shift: number, words: number, scan: boolean): boolean {
  if (words < OWN_BYTE_WORDS) {
    const mark = 1 << (shift + (shift & 12));
    return scan ? casMark(m, mp, word, mark) : gatherMark(m, sb, word, mark);
  }
  const byte = word * 4 + (shift >> 2);
  // Racy: whoever doesn't see the other's store stores the same; a CAS on the word leaves this byte alone.
  if (racyLoadByte(m, m8, byte) !== 0) return false;
  racyStoreByte(m, m8, byte, 1 << (shift & 3));
  return true;
}
