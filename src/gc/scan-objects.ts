/**
 * The inner part of Go 1.3's mark loop without types.
 *
 *   1. Take an object from the workbuf.
 *   2. Read its words. Buffer each that carries a pointer's tag and lies in the used arena.
 *   3. When the buffer is full, or the workbuf is empty, flush it: mark the blocks pointed at, and
 *      add those that may hold pointers to the workbuf (flush.ts).
 *   4. Return when the workbuf stays empty, or after so many objects.
 *
 * It uses only integers, locals and words of the memory, so that src/compiled can compile it to
 * WebAssembly. It also runs as JavaScript. Source: scanblock of Go 1.3's mgc0.c.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Low, Ref } from '../memory/address.ts';
import type { MRef } from '../machine/m.ts';
import { ARENA_USED } from '../malloc/mheap.ts';
import { countsWork } from './collect-stats.ts';
import { countBlock, countScanned } from './count-scan.ts';
import { flushptrbuf } from './flush.ts';
import { pointsIntoHeap } from './heap-pointer.ts';
import { followChain } from './scan-chain.ts';
import { ScanBuf } from './scanbuf.ts';
import { Obj, objAt } from './work.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_SHIFT = CONFIG + Config.at.ptrShift;
const PTRBUF_CAP = CONFIG + Config.at.ptrBufCap;
const { wbuf: WBUF, nobj: NOBJ, ptr: PTR, piece: PIECE, pieceWords: PIECE_WORDS, scanned: SCANNED } = ScanBuf.at;

// Local names: V8 folds these, and not those of another module.
const ARENA_END = ARENA_USED;
const ENTRY = Obj.words;
/** Words of an object of four slots. */
const FOUR_SLOTS = 8;
/** findPointers returns two numbers in one: the objects taken, above the words filled. The buffer has less than 256. */
const TAKEN_SHIFT = 8;
const FILLED_MASK = 255;

/**
 * Objects scanned in one call, about. A long loop stays in the code that V8 made before it
 * optimised; a function that is called often does not.
 */
export const RUN = 4096;
/** Flushes in one call, at most, if no object is left half scanned. */
const MOST_FLUSHES = RUN / 64;

/**
 * Scans the objects of the workbuf of `sb` and what they lead to. Afterwards the workbuf holds no
 * object, or RUN objects have been scanned. No pointer stays in the buffer.
 * @param alone no other M marks
 * @param pw words of a pointer
 */
export function scanObjects(m: Mem, mp: MRef, sb: Ref, alone: boolean, pw: number): void {
  const ptrShift = m[PTR_SHIFT];
  const arenaLow = m[ARENA] << ptrShift;
  const used = ((m[ARENA_END] << ptrShift) - arenaLow) | 0;
  const ptrs = (sb + PTR) | 0;
  const ptrsEnd = (ptrs + m[PTRBUF_CAP] * 2) | 0;
  const counting = countsWork(m);
  let nobj = m[sb + NOBJ];
  let pos = ptrs;
  let flushes = 0;
  m[sb + SCANNED] = 0;
  m[sb + PIECE_WORDS] = 0;
  for (;;) {
    if (pw === 2 && nobj === 1 && pos === ptrs && !counting && m[sb + PIECE_WORDS] === 0) nobj = followChain(m, mp, sb, arenaLow, used, alone) | 0;
    const found = findPointers(m, sb, nobj, counting ? countNext(m, mp, sb, nobj) : nobj, pos, arenaLow, used, pw) | 0;
    nobj = (nobj - (found >> TAKEN_SHIFT)) | 0;
    pos = (ptrs + (found & FILLED_MASK)) | 0;
    if (pos !== ptrsEnd && nobj !== 0) continue;
    nobj = flushptrbuf(m, mp, sb, pos, nobj, alone, pw, false) | 0;
    pos = ptrs;
    flushes = (flushes + 1) | 0;
    if (m[sb + PIECE_WORDS] !== 0) continue;
    if (nobj === 0 || flushes > MOST_FLUSHES) break;
  }
  m[sb + NOBJ] = nobj;
  countScanned(m, mp, m[sb + SCANNED]);
}

/** Counts the object to be taken next, unless one is half scanned. Returns the number of objects to take: 0 or 1. */
function countNext(m: Mem, mp: MRef, sb: Ref, nobj: number): number {
  if (nobj === 0 || m[sb + PIECE_WORDS] !== 0) return 0;
  m[sb + NOBJ] = (nobj - 1) | 0;
  countBlock(m, mp, sb, m[(objAt(m[sb + WBUF], (nobj - 1) | 0) + 1) | 0], 0);
  return 1;
}

/**
 * Takes objects from the workbuf of `sb`, which holds `nobj`, and buffers their pointers. Stops when the buffer is full or
 * `most` objects have been taken. What remains of an object whose pointers did not fit comes first in the next call. It
 * calls nothing, because V8 keeps no local in a register across a call.
 * @param position where the next pointer is buffered
 * @param arenaLow low word of a pointer to the arena's start
 * @param used size of the used arena, in the units of a low word
 * @returns the number of objects taken and the words filled in the buffer; see TAKEN_SHIFT
 */
function findPointers(m: Mem, sb: Ref, nobj: number, most: number, position: Ref, arenaLow: Low, used: number, pw: number): number {
  const ptrs = (sb + PTR) | 0;
  const ptrsEnd = (ptrs + m[PTRBUF_CAP] * 2) | 0;
  const top = objAt(m[sb + WBUF], nobj) | 0;
  const last = (top - most * ENTRY) | 0;
  let obj = top;
  let pos = position | 0;
  // The words of an object that is not of the common form below. None: both 0.
  let i = m[sb + PIECE];
  let end = (i + m[sb + PIECE_WORDS]) | 0;
  scan: for (;;) {
    for (; i < end; i = (i + pw) | 0) {
      if (!pointsIntoHeap(m, i, arenaLow, used, pw)) continue;
      m[pos] = m[i];
      pos = (pos + 2) | 0;
      if (pos === ptrsEnd) {
        i = (i + pw) | 0;
        break scan;
      }
    }
    for (;;) {
      if (obj === last) {
        i = 0;
        end = 0;
        break scan;
      }
      obj = (obj - ENTRY) | 0;
      const b = m[obj];
      const words = m[(obj + 1) | 0];
      // The common form: four slots, of which the last two hold no pointer.
      if (pw === 2 && words === FOUR_SLOTS && ptrsEnd - pos >= 4 && (m[(b + 5) | 0] | m[(b + 7) | 0]) === 0) {
        if ((m[(b + 1) | 0] | m[(b + 3) | 0]) === 0) continue;
        if (pointsIntoHeap(m, b, arenaLow, used, pw)) {
          m[pos] = m[b];
          pos = (pos + 2) | 0;
        }
        if (pointsIntoHeap(m, (b + 2) | 0, arenaLow, used, pw)) {
          m[pos] = m[(b + 2) | 0];
          pos = (pos + 2) | 0;
        }
        if (pos !== ptrsEnd) continue;
        i = 0;
        end = 0;
        break scan;
      }
      // Counted as of four slots at the end.
      m[sb + SCANNED] = (m[sb + SCANNED] + words - FOUR_SLOTS) | 0;
      i = b;
      end = (i + words) | 0;
      // Most objects hold their pointers first: skip the pointer-free end four words at a time.
      if (pw === 2) while (((end - 4) | 0) >= i && (m[(end - 1) | 0] | m[(end - 3) | 0]) === 0) end = (end - 4) | 0;
      break;
    }
  }
  const taken = ((top - obj) / ENTRY) | 0;
  m[sb + SCANNED] = (m[sb + SCANNED] + taken * FOUR_SLOTS) | 0;
  m[sb + PIECE] = i;
  m[sb + PIECE_WORDS] = i < end ? (end - i) | 0 : 0;
  return (taken << TAKEN_SHIFT) | ((pos - ptrs) | 0);
}
