/**
 * The commonest case of the mark loop with types: objects of four slots and of one type, which begin with two pointers
 * to values of one type, as the nodes of a binary tree do.
 *
 * The pointers in the buffer then have targets of one type, which is kept once. So such objects cost
 * little more than without types; scan-flat.ts and scan-typed.ts scan all others.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { GC, INSTRUCTION_MASK, LOOP, OFFSET_SHIFT, PRECISE, RUN_MASK, RUN_SHIFT, programOf } from '../heap/type.ts';
import { ARENA_USED } from '../malloc/mheap.ts';
import { pointsIntoHeap } from './heap-pointer.ts';
import { ScanBuf } from './scanbuf.ts';
import { Obj, objAt } from './work.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_SHIFT = CONFIG + Config.at.ptrShift;
const { wbuf: WBUF, nobj: NOBJ, ptr: PTR, info: INFO } = ScanBuf.at;
// Local names: V8 folds these, and not those of another module.
const { end: GC_END, ptr: GC_PTR } = GC;
const KIND_BITS = INSTRUCTION_MASK;
const RUN_AT = RUN_SHIFT;
const RUN_BITS = RUN_MASK;
const OFFSET_AT = OFFSET_SHIFT;
const IS_PRECISE = PRECISE;
const IS_LOOP = LOOP;
const ENTRY = Obj.words;
const ARENA_END = ARENA_USED;
/** Words of an object of four slots. */
const FOUR_SLOTS = 8;

/**
 * Scans objects of the workbuf of `sb` as long as they are of the type of the first and hold no pointer in their last two
 * slots, on the 64-bit machine. The buffer is empty. It calls nothing, because V8 keeps no local in a register across a call.
 * @param ptrsEnd end of the buffer
 * @returns where the next pointer is buffered; INFO has the type of the targets if there are any
 */
export function scanPairs(m: Mem, sb: Ref, ptrsEnd: Ref): Ref {
  const ptrs = (sb + PTR) | 0;
  const wbuf = m[sb + WBUF];
  const bottom = objAt(wbuf, 0) | 0;
  let obj = objAt(wbuf, m[sb + NOBJ]) | 0;
  const ti = m[(obj - ENTRY + 2) | 0];
  const program = programOf(ti);
  if (ti === 0 || (ti & IS_LOOP) !== 0 || ((ti & IS_PRECISE) === 0 && m[program] < FOUR_SLOTS)) return ptrs;
  const instruction = m[(program + 1) | 0];
  if ((instruction & KIND_BITS) !== GC_PTR || instruction >>> OFFSET_AT !== 0 || ((instruction >> RUN_AT) & RUN_BITS) === 0) return ptrs;
  if ((m[(program + 3) | 0] & KIND_BITS) !== GC_END) return ptrs;
  const ptrShift = m[PTR_SHIFT];
  const arenaLow = m[ARENA] << ptrShift;
  const used = ((m[ARENA_END] << ptrShift) - arenaLow) | 0;
  let pos = ptrs;
  while (obj !== bottom && pos !== ptrsEnd) {
    const b = m[(obj - ENTRY) | 0];
    if (m[(obj - ENTRY + 2) | 0] !== ti || m[(obj - ENTRY + 1) | 0] !== FOUR_SLOTS || (m[(b + 5) | 0] | m[(b + 7) | 0]) !== 0 || ptrsEnd - pos < 4) break;
    obj = (obj - ENTRY) | 0;
    if ((m[(b + 1) | 0] | m[(b + 3) | 0]) === 0) continue;
    if (pointsIntoHeap(m, b, arenaLow, used, 2)) {
      m[pos] = m[b];
      pos = (pos + 2) | 0;
    }
    if (pointsIntoHeap(m, (b + 2) | 0, arenaLow, used, 2)) {
      m[pos] = m[(b + 2) | 0];
      pos = (pos + 2) | 0;
    }
  }
  m[sb + NOBJ] = ((obj - bottom) / ENTRY) | 0;
  if (pos !== ptrs) m[sb + INFO] = m[(program + 2) | 0];
  return pos;
}
