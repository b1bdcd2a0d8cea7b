/**
 * The inner part of Go 1.3's mark loop with pointer bits: as scan-objects.ts, but only the words of a
 * block whose bit is set are read.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Low, Ref } from '../memory/address.ts';
import type { MRef } from '../machine/m.ts';
import { SCAN_ALL } from '../heap/type.ts';
import { ARENA_USED } from '../malloc/mheap.ts';
import { flushptrbuf } from './flush.ts';
import { pointsIntoHeap } from './heap-pointer.ts';
import { RUN } from './scan-objects.ts';
import { ScanBuf } from './scanbuf.ts';
import { Obj, objAt } from './work.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_BITS = CONFIG + Config.at.ptrBits;
const PTR_SHIFT = CONFIG + Config.at.ptrShift;
const PTRBUF_CAP = CONFIG + Config.at.ptrBufCap;
const { wbuf: WBUF, nobj: NOBJ, ptr: PTR, piece: PIECE, pieceWords: PIECE_WORDS, info: INFO } = ScanBuf.at;

// Local names: V8 folds these, and not those of another module.
const EVERY_WORD = SCAN_ALL;
const ARENA_END = ARENA_USED;
const ENTRY = Obj.words;
/** Words of an object of four slots. */
const FOUR_SLOTS = 8;
/** findByBits returns two numbers in one: the objects taken, above the words filled. The buffer has less than 256. */
const TAKEN_SHIFT = 8;
const FILLED_MASK = 255;

/** As scanObjects, with pointer bits. */
export function scanHeapBits(m: Mem, mp: MRef, sb: Ref, alone: boolean, pw: number): void {
  const ptrShift = m[PTR_SHIFT];
  const arenaLow = m[ARENA] << ptrShift;
  const used = ((m[ARENA_END] << ptrShift) - arenaLow) | 0;
  const ptrs = (sb + PTR) | 0;
  const ptrsEnd = (ptrs + m[PTRBUF_CAP] * 2) | 0;
  let nobj = m[sb + NOBJ];
  let pos = ptrs;
  let objects = 0;
  m[sb + PIECE_WORDS] = 0;
  for (;;) {
    const found = findByBits(m, sb, nobj, pos, arenaLow, used, pw) | 0;
    nobj = (nobj - (found >> TAKEN_SHIFT)) | 0;
    objects = (objects + (found >> TAKEN_SHIFT)) | 0;
    pos = (ptrs + (found & FILLED_MASK)) | 0;
    if (pos !== ptrsEnd && nobj !== 0) continue;
    nobj = flushptrbuf(m, mp, sb, pos, nobj, alone, pw, false) | 0;
    pos = ptrs;
    if (m[sb + PIECE_WORDS] !== 0) continue;
    if (nobj === 0 || objects > RUN) break;
  }
  m[sb + NOBJ] = nobj;
}

/**
 * Takes objects from the workbuf of `sb`, which holds `nobj`, and buffers the pointers in the words whose bit is set. Stops
 * when the buffer is full or the workbuf empty. What remains of an object whose pointers did not fit comes first in the
 * next call: PIECE and PIECE_WORDS are in heap words from the arena's start. It calls nothing, because V8 keeps no local in
 * a register across a call.
 * @param position where the next pointer is buffered
 * @param arenaLow low word of a pointer to the arena's start
 * @param used size of the used arena, in the units of a low word
 * @returns the number of objects taken and the words filled in the buffer; see TAKEN_SHIFT
 */
function findByBits(m: Mem, sb: Ref, nobj: number, position: Ref, arenaLow: Low, used: number, pw: number): number {
  const arena = m[ARENA];
  const ptrBits = m[PTR_BITS];
  const wordShift = pw - 1;
  const ptrs = (sb + PTR) | 0;
  const ptrsEnd = (ptrs + m[PTRBUF_CAP] * 2) | 0;
  const bottom = objAt(m[sb + WBUF], 0) | 0;
  const top = objAt(m[sb + WBUF], nobj) | 0;
  let obj = top;
  let pos = position | 0;
  // Of the object being scanned: the first heap word without a bit in `bits`, the last one, what is known of its type.
  let at = m[sb + PIECE];
  let end = (at + m[sb + PIECE_WORDS]) | 0;
  let info = m[sb + INFO];
  scan: for (;;) {
    while (at < end) {
      // One word of bits at a time; a small block needs only one.
      const shift = at & 31;
      const i = (arena + (at << wordShift)) | 0;
      let bits = (info === EVERY_WORD ? -1 : m[(ptrBits + (at >> 5)) | 0]) >>> shift;
      if (end - at < 32 - shift) bits &= (1 << (end - at)) - 1;
      at = (at + 32 - shift) | 0;
      while (bits !== 0) {
        const slot = (i + (lowestBit(bits) << wordShift)) | 0;
        bits &= bits - 1;
        if (!pointsIntoHeap(m, slot, arenaLow, used, pw)) continue;
        m[pos] = m[slot];
        pos = (pos + 2) | 0;
        if (pos === ptrsEnd) {
          at = (((slot - arena) >> wordShift) + 1) | 0;
          break scan;
        }
      }
    }
    for (;;) {
      if (obj === bottom) {
        end = at;
        break scan;
      }
      obj = (obj - ENTRY) | 0;
      const b = m[obj];
      const words = m[(obj + 1) | 0];
      // The common form: four slots, of which the last two hold no pointer, whatever their bits are.
      if (pw === 2 && words === FOUR_SLOTS && ptrsEnd - pos >= 4 && (m[(b + 5) | 0] | m[(b + 7) | 0]) === 0) {
        if ((m[(b + 1) | 0] | m[(b + 3) | 0]) === 0) continue;
        const first = ((b - arena) | 0) >> 1;
        const bits = m[(obj + 2) | 0] === EVERY_WORD ? -1 : m[(ptrBits + (first >> 5)) | 0] >>> first;
        if ((bits & 1) !== 0 && pointsIntoHeap(m, b, arenaLow, used, pw)) {
          m[pos] = m[b];
          pos = (pos + 2) | 0;
        }
        if ((bits & 2) !== 0 && pointsIntoHeap(m, (b + 2) | 0, arenaLow, used, pw)) {
          m[pos] = m[(b + 2) | 0];
          pos = (pos + 2) | 0;
        }
        if (pos !== ptrsEnd) continue;
        at = 0;
        end = 0;
        break scan;
      }
      info = m[(obj + 2) | 0];
      at = ((b - arena) | 0) >> wordShift;
      end = (at + (words >> wordShift)) | 0;
      break;
    }
  }
  m[sb + PIECE] = at;
  m[sb + PIECE_WORDS] = at < end ? (end - at) | 0 : 0;
  m[sb + INFO] = info;
  return ((((top - obj) / ENTRY) | 0) << TAKEN_SHIFT) | ((pos - ptrs) | 0);
}

/** Returns the number of the lowest bit of `bits` that is set; one is. src/compiled has an instruction for it. */
export function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
