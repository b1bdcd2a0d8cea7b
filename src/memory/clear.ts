/** Clears memory: blocks by a loop, longer runs by the engine's fill. */
import type { Mem } from './struct.ts';
import type { Ref } from './address.ts';

/** Up to so many words, the loop costs less than a call into the engine. */
const LOOP_WORDS = 64;

/** Sets `words` words from `start` to 0. */
export function clearWords(m: Mem, start: Ref, words: number): void {
  if (words > LOOP_WORDS) {
    m.fill(0, start, start + words);
    return;
  }
  for (let i = start; i < start + words; i++) m[i] = 0;
}
