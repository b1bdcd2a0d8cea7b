/** The mark loops' test of a heap word: does it hold a pointer into the used arena? */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PTR_TAG, type Low, type Ref } from '../memory/address.ts';

const PTR_SHIFT = CONFIG + Config.at.ptrShift;
// A local name: V8 folds it, and not that of another module.
const TAG = PTR_TAG;

/**
 * Reports whether the heap word at `slot` is a pointer into the arena. On the 64-bit machine,
 * src/compiled writes one 64-bit comparison in its place, as Go's compiler does: the tag is the
 * upper half of a Go address.
 * @param arena low word of a pointer to the arena's start
 * @param used size of the used arena, in the units of a low word
 * @param pw words of a pointer
 */
export function pointsIntoHeap(m: Mem, slot: Ref, arena: Low, used: number, pw: number): boolean {
  return (pw === 1 || (m[(slot + 1) | 0] & (m[PTR_SHIFT] - 3)) === TAG) && (m[slot] - arena) >>> 0 < used >>> 0;
}
