/** Words side by side that are all pointers of one type: an array of pointers in the mark loop with types. */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { GC, INSTRUCTION_MASK, OFFSET_SHIFT, RUN_MASK, RUN_SHIFT } from '../heap/type.ts';
import { ARENA_USED } from '../malloc/mheap.ts';
import { pointsIntoHeap } from './heap-pointer.ts';
import { ScanBuf } from './scanbuf.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_SHIFT = CONFIG + Config.at.ptrShift;
const PTRBUF_CAP = CONFIG + Config.at.ptrBufCap;
const { ptr: PTR, piece: PIECE, pieceWords: PIECE_WORDS } = ScanBuf.at;
// Local names: V8 folds these, and not those of another module.
const { end: GC_END, ptr: GC_PTR, aptr: GC_APTR } = GC;
const KIND_BITS = INSTRUCTION_MASK;
const RUN_AT = RUN_SHIFT;
const RUN_BITS = RUN_MASK;
const OFFSET_AT = OFFSET_SHIFT;
const ARENA_END = ARENA_USED;

/** Reports whether the value that `program` describes is one or more pointers of one type, and nothing else. */
export function holdsOnlyPointers(m: Mem, program: Ref, pw: number): boolean {
  const instruction = m[program + 1];
  const kind = instruction & KIND_BITS;
  if ((kind !== GC_PTR && kind !== GC_APTR) || instruction >>> OFFSET_AT !== 0) return false;
  return (((instruction >> RUN_AT) & RUN_BITS) + 1) * pw === m[program] && (m[program + (kind === GC_PTR ? 3 : 2)] & KIND_BITS) === GC_END;
}

/**
 * Buffers the pointers among the words from `start` to `end` until the buffer is full. PIECE and PIECE_WORDS are what
 * remains. It calls nothing, because V8 keeps no local in a register across a call.
 * @param position where the next pointer is buffered
 * @param objti what is known of their targets' types
 * @returns where the next pointer is buffered; the buffer's end if something remains
 */
export function bufferPointers(m: Mem, sb: Ref, start: Ref, end: Ref, position: Ref, objti: number, pw: number): Ref {
  const ptrShift = m[PTR_SHIFT];
  const arenaLow = m[ARENA] << ptrShift;
  const used = ((m[ARENA_END] << ptrShift) - arenaLow) | 0;
  const ptrsEnd = (sb + PTR + m[PTRBUF_CAP] * 2) | 0;
  let pos = position | 0;
  let i = start | 0;
  for (; i < end && pos !== ptrsEnd; i = (i + pw) | 0) {
    if (!pointsIntoHeap(m, i, arenaLow, used, pw)) continue;
    m[pos] = m[i];
    m[(pos + 1) | 0] = objti;
    pos = (pos + 2) | 0;
  }
  m[sb + PIECE] = i;
  m[sb + PIECE_WORDS] = i < end ? (end - i) | 0 : 0;
  return pos;
}
