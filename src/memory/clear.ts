/** Clearing memory: a loop for blocks, the engine's own for runs. */
import type { Mem } from './struct.ts';
import type { Ref } from './address.ts';

/** Below this many words a call into the engine costs more than the loop. */
const LOOP_WORDS = 64;

/** Sets `words` words from `start` to 0. */
export function clearWords(m: Mem, start: Ref, words: number): void {
  if (words > LOOP_WORDS) {
    m.fill(0, start, start + words);
    return;
  }
  for (let i = start; i < start + words; i++) m[i] = 0;
}
