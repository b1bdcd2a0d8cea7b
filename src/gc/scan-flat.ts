/**
 * The common case of the mark loop with types: objects whose GC program is a list of pointers.
 *
 *   1. Look at the object on top of the workbuf. Stop if its program has another instruction, if what
 *      follows the program's value must be checked, or if its pointers may not fit into the buffer.
 *   2. Otherwise take it, and buffer its pointers with what the program says of their targets' types.
 *
 * scan-typed.ts scans all other objects.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { GC, INSTRUCTION_MASK, LOOP, OFFSET_SHIFT, PRECISE, RUN_MASK, RUN_SHIFT, programOf } from '../heap/type.ts';
import { ARENA_USED } from '../malloc/mheap.ts';
import { pointsIntoHeap } from './heap-pointer.ts';
import { ScanBuf } from './scanbuf.ts';
import { objAt } from './work.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_SHIFT = CONFIG + Config.at.ptrShift;
const { wbuf: WBUF, nobj: NOBJ } = ScanBuf.at;
// Local names: V8 folds these, and not those of another module.
const { end: GC_END, ptr: GC_PTR, aptr: GC_APTR } = GC;
const KIND_BITS = INSTRUCTION_MASK;
const RUN_AT = RUN_SHIFT;
const RUN_BITS = RUN_MASK;
const OFFSET_AT = OFFSET_SHIFT;
const IS_PRECISE = PRECISE;
const IS_LOOP = LOOP;
const ARENA_END = ARENA_USED;

/**
 * Scans objects of the workbuf of `sb` as long as they are of the common case.
 * @param position where the next pointer is buffered
 * @param ptrsEnd end of the buffer
 * @param pw words of a pointer
 * @returns where the next pointer is buffered
 */
export function scanFlat(m: Mem, sb: Ref, position: Ref, ptrsEnd: Ref, pw: number): Ref {
  const ptrShift = m[PTR_SHIFT];
  const arena = m[ARENA] << ptrShift;
  const used = ((m[ARENA_END] << ptrShift) - arena) | 0;
  const wbuf = m[sb + WBUF];
  const wordShift = pw - 1;
  let nobj = m[sb + NOBJ];
  let pos = position | 0;
  while (nobj !== 0 && pos !== ptrsEnd) {
    const obj = objAt(wbuf, (nobj - 1) | 0) | 0;
    const b = m[obj];
    const n = m[(obj + 1) | 0];
    const ti = m[(obj + 2) | 0];
    if (ti === 0 || (ti & IS_LOOP) !== 0) break;
    const program = programOf(ti);
    if ((ti & IS_PRECISE) === 0 && m[program] < n) break;
    const first = (program + 1) | 0;
    let pc = first;
    let instruction = m[pc];
    const kind = instruction & KIND_BITS;
    // Most programs are one instruction.
    if ((kind === GC_PTR && (m[(first + 2) | 0] & KIND_BITS) === GC_END) || (kind === GC_APTR && (m[(first + 1) | 0] & KIND_BITS) === GC_END)) {
      const words = (((instruction >> RUN_AT) & RUN_BITS) + 1) << wordShift;
      if ((ptrsEnd - pos) << wordShift < words * 2) break;
      nobj = (nobj - 1) | 0;
      const objti = kind === GC_PTR ? m[(first + 1) | 0] : 0;
      let slot = (b + (instruction >>> OFFSET_AT)) | 0;
      const end = (slot + words) | 0;
      for (; slot < end; slot = (slot + pw) | 0) {
        if (!pointsIntoHeap(m, slot, arena, used, pw)) continue;
        m[pos] = m[slot];
        m[(pos + 1) | 0] = objti;
        pos = (pos + 2) | 0;
      }
      continue;
    }
    let room = (ptrsEnd - pos) >> 1;
    while ((instruction & KIND_BITS) === GC_PTR || (instruction & KIND_BITS) === GC_APTR) {
      room = (room - ((instruction >> RUN_AT) & RUN_BITS) - 1) | 0;
      // An instruction for pointers of known type has a second word.
      pc = (pc + 3 - (instruction & KIND_BITS)) | 0;
      instruction = m[pc];
    }
    if ((instruction & KIND_BITS) !== GC_END || room < 0) break;
    nobj = (nobj - 1) | 0;
    const last = pc;
    pc = first;
    while (pc < last) {
      instruction = m[pc];
      const isTyped = (instruction & KIND_BITS) === GC_PTR;
      const objti = isTyped ? m[(pc + 1) | 0] : 0;
      pc = (pc + (isTyped ? 2 : 1)) | 0;
      let slot = (b + (instruction >>> OFFSET_AT)) | 0;
      const end = (slot + ((((instruction >> RUN_AT) & RUN_BITS) + 1) << wordShift)) | 0;
      for (; slot < end; slot = (slot + pw) | 0) {
        if (!pointsIntoHeap(m, slot, arena, used, pw)) continue;
        m[pos] = m[slot];
        m[(pos + 1) | 0] = objti;
        pos = (pos + 2) | 0;
      }
    }
  }
  m[sb + NOBJ] = nobj;
  return pos;
}
