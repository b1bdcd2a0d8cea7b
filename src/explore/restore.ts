/** Sets a memory back to its template after an execution. */
import { UNRESTORED, UNVERIFIED, WRITE_SHIFT, WRITE_WORDS } from '../memory/write-flags.ts';

/** Restores `m` from the template, but only the blocks that were written, by the flags in `dirty`. */
export function restoreWritten(m: Int32Array, template: Int32Array, dirty: Uint8Array): void {
  for (let block = 0; block < dirty.length; block++) {
    if ((dirty[block] & UNRESTORED) === 0) continue;
    dirty[block] = UNVERIFIED;
    const start = block << WRITE_SHIFT;
    const end = Math.min(start + WRITE_WORDS, m.length);
    for (let i = start; i < end; i++) m[i] = template[i];
  }
}
