/**
 * Following a chain: one object after the other, each of which holds nothing but a pointer to the next.
 *
 * Go's loop takes the object from the workbuf, buffers its pointer, flushes the buffer, and finds the next object alone
 * in the workbuf. Here the objects are marked in the same order, without the way through buffer and workbuf: that way
 * costs more than the object itself.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PAGE_WORD_SHIFT, type Low, type Ref } from '../memory/address.ts';
import type { MRef } from '../machine/m.ts';
import { BIT_ALLOCATED, BIT_MARKED, BIT_SCAN, GROUP_MASK } from '../heap/bitmap.ts';
import { Span } from '../heap/span.ts';
import { pointsIntoHeap } from './heap-pointer.ts';
import { setMark } from './mark.ts';
import { ScanBuf } from './scanbuf.ts';
import { objAt } from './work.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_SHIFT = CONFIG + Config.at.ptrShift;
const SPAN_MAP = CONFIG + Config.at.spanMap;
const { elemsize: ELEMSIZE } = Span.at;
const { wbuf: WBUF, marked: MARKED, scanned: SCANNED } = ScanBuf.at;

// Local names: V8 folds these, and not those of another module.
const ALLOCATED = BIT_ALLOCATED;
const SCAN = BIT_SCAN;
const MARKED_BIT = BIT_MARKED;
const IN_GROUP = GROUP_MASK;
const PAGE = PAGE_WORD_SHIFT;
/** Words of the objects followed: of two and of four slots. */
const TWO_SLOTS = 4;
const FOUR_SLOTS = 8;
/** Objects followed in one call, at most. A function that is called often does not stay in the code that V8 made before it optimised. */
const MOST = 4096;

/**
 * Follows the chain that begins at the only object in the workbuf of `sb`, on the 64-bit machine. It ends at an object
 * with another pointer or another size, at a pointer into a block, and at the last object. It calls nothing, because V8
 * keeps no local in a register across a call.
 * @param arenaLow low word of a pointer to the arena's start
 * @param used size of the used arena, in the units of a low word
 * @param alone no other M marks
 * @returns the number of objects in the workbuf: 1, the object to scan next, or 0
 */
export function followChain(m: Mem, mp: MRef, sb: Ref, arenaLow: Low, used: number, alone: boolean): number {
  const arena = m[ARENA];
  const spanMap = m[SPAN_MAP];
  const obj = objAt(m[sb + WBUF], 0) | 0;
  let b = m[obj];
  let words = m[(obj + 1) | 0];
  let marked = 0;
  let scanned = 0;
  let left = 1;
  while (marked < MOST && (words === FOUR_SLOTS ? (m[(b + 3) | 0] | m[(b + 5) | 0] | m[(b + 7) | 0]) === 0 : words === TWO_SLOTS && m[(b + 3) | 0] === 0)) {
    if (!pointsIntoHeap(m, b, arenaLow, used, 2)) break;
    // Heap words from the arena's start. A group of 16 has two words of the bitmap.
    const at = (m[b] - arenaLow) >>> (1 + m[PTR_SHIFT]);
    const word = (arena - 2 - ((at >>> 3) & ~1)) | 0;
    const shift = at & IN_GROUP;
    const bits = m[word] >>> shift;
    if ((bits & ALLOCATED) === 0) break;
    scanned = (scanned + words) | 0;
    if (!setMark(m, mp, (word + 1) | 0, MARKED_BIT << (shift + (shift & 12)), alone)) {
      left = 0;
      break;
    }
    marked = (marked + 1) | 0;
    if ((bits & SCAN) === 0) {
      left = 0;
      break;
    }
    b = (arena + (at << 1)) | 0;
    words = m[(m[(spanMap + (at >>> (PAGE - 1))) | 0] + ELEMSIZE) | 0] >>> 2;
  }
  m[obj] = b;
  m[(obj + 1) | 0] = words;
  m[sb + MARKED] += marked;
  m[sb + SCANNED] = (m[sb + SCANNED] + scanned) | 0;
  return left;
}
