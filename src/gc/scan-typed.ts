/**
 * The inner part of Go 1.3's mark loop with types.
 *
 *   1. Take an object from the workbuf, with its type information: from the pointer to it, or from
 *      the MTypes of its span.
 *   2. Run its GC program, which says which words are pointers and of what type. Without a program,
 *      scan every word.
 *   3. Buffer the pointers with what the program says of their targets' types, and flush the buffer
 *      as scanblock does.
 *
 * A type from a pointer may describe only the block's first part. If the remainder of the block is
 * not zero, the block is scanned again by its span's type. Source: scanblock of Go 1.3's mgc0.c.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config, DEBUG } from '../memory/config.ts';
import { PAGE_WORD_SHIFT, PTR_TAG, type Ref } from '../memory/address.ts';
import { isTag, tagMask } from '../memory/pointer.ts';
import { fatal } from '../base/fatal.ts';
import type { MRef } from '../machine/m.ts';
import { GC, INSTRUCTION_MASK, KIND, KIND_MASK, LOOP, OFFSET_SHIFT, PRECISE, RUN_MASK, RUN_SHIFT, SCAN_ALL, Type, hasNoPointers, programInfo, programOf, type TypeRef } from '../heap/type.ts';
import { HCHAN_WORDS, dataqsizAt } from '../heap/hchan.ts';
import { ARENA_USED } from '../malloc/mheap.ts';
import { blockType, isChan } from './block-type.ts';
import { checkptr } from './checkptr.ts';
import { countsWork } from './collect-stats.ts';
import { countBlock, countRescan } from './count-scan.ts';
import { enqueue, flushobjbuf, flushptrbuf, giveTypes } from './flush.ts';
import { markonly } from './mark.ts';
import { scanFlat } from './scan-flat.ts';
import { RUN } from './scan-objects.ts';
import { scanPairs } from './scan-pairs.ts';
import { bufferPointers, holdsOnlyPointers } from './scan-array.ts';
import { Frame, ScanBuf } from './scanbuf.ts';
import { Obj, objAt } from './work.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_SHIFT = CONFIG + Config.at.ptrShift;
const SPAN_MAP = CONFIG + Config.at.spanMap;
const PTR_WORDS = CONFIG + Config.at.ptrWords;
const PTRBUF_CAP = CONFIG + Config.at.ptrBufCap;
const DEBUG_OF = CONFIG + Config.at.debug;
const { wbuf: WBUF, nobj: NOBJ, ptr: PTR, obj: OBJ, nregions: NREGIONS, frames: FRAMES, info: INFO, piece: PIECE, pieceWords: PIECE_WORDS } = ScanBuf.at;
// Local names: V8 folds these, and not those of another module.
const { end: GC_END, ptr: GC_PTR, aptr: GC_APTR, arrayStart: GC_ARRAY_START, arrayNext: GC_ARRAY_NEXT, call: GC_CALL } = GC;
const { chanPtr: GC_CHAN_PTR, string: GC_STRING, eface: GC_EFACE, iface: GC_IFACE, slice: GC_SLICE, region: GC_REGION } = GC;
const KIND_BITS = INSTRUCTION_MASK;
const RUN_AT = RUN_SHIFT;
const RUN_BITS = RUN_MASK;
const OFFSET_AT = OFFSET_SHIFT;
const IS_PRECISE = PRECISE;
const IS_LOOP = LOOP;
const TAG = PTR_TAG;
const ARENA_END = ARENA_USED;
const { count: COUNT, elemsize: ELEMSIZE, b: B, loopOrRet: LOOP_OR_RET } = Frame.at;

/** As scanObjects, with types. */
export function scanTyped(m: Mem, mp: MRef, sb: Ref, alone: boolean, pw: number): void {
  const arena = m[ARENA];
  const used = (m[ARENA_END] - arena) | 0;
  const spanMap = m[SPAN_MAP];
  const ptrs = (sb + PTR) | 0;
  const ptrsEnd = (ptrs + m[PTRBUF_CAP] * 2) | 0;
  const counting = countsWork(m);
  const shift = m[PTR_SHIFT];
  const tagBits = tagMask(m);
  const checking = (m[DEBUG_OF] & DEBUG.checkptr) !== 0;
  const bottom = (sb + FRAMES) | 0;
  let pos = ptrs;
  let objects = 0;
  nextBlock: for (;;) {
    const isEmpty = m[sb + NOBJ] === 0;
    if (isEmpty || pos === ptrsEnd) {
      m[sb + NOBJ] = flushptrbuf(m, mp, sb, pos, m[sb + NOBJ], alone, pw, true);
      if (isEmpty) flushobjbuf(m, mp, sb);
      pos = ptrs;
      if (m[sb + NOBJ] === 0) return;
    }
    if (objects > RUN && pos === ptrs && m[sb + NREGIONS] === 0) return;
    if (!counting && !checking) {
      const before = m[sb + NOBJ];
      if (pw === 2 && pos === ptrs) pos = scanPairs(m, sb, ptrsEnd);
      objects = (objects + before - m[sb + NOBJ]) | 0;
      if (m[sb + NOBJ] === 0 || pos === ptrsEnd) continue;
      if (m[sb + INFO] !== 0) {
        giveTypes(m, ptrs, pos, m[sb + INFO]);
        m[sb + INFO] = 0;
      }
      const left = m[sb + NOBJ];
      pos = scanFlat(m, sb, pos, ptrsEnd, pw);
      objects = (objects + left - m[sb + NOBJ]) | 0;
      if (m[sb + NOBJ] === 0 || pos === ptrsEnd) continue;
    }
    objects = (objects + 1) | 0;
    const nobj = m[sb + NOBJ] - 1;
    m[sb + NOBJ] = nobj;
    const obj = objAt(m[sb + WBUF], nobj);
    const b = m[obj];
    const n = m[obj + 1];
    let ti = m[obj + 2];
    if (ti === 0) ti = blockType(m, m[spanMap + ((b - arena) >> PAGE_WORD_SHIFT)], b);
    if (counting) countBlock(m, mp, sb, n, ti);
    if (isChan(ti)) {
      if (ti === SCAN_ALL) pos = scanWords(m, mp, sb, b, b + n, pos, 0, alone, pw);
      else scanChan(m, mp, sb, b, programOf(ti));
      continue;
    }
    const program = programOf(ti);
    let pc = program + 1;
    let elemsize = 0;
    let count = 1;
    if ((ti & IS_LOOP) !== 0) {
      elemsize = m[program];
      if (!checking && holdsOnlyPointers(m, program, pw)) {
        pos = scanWords(m, mp, sb, b, b + n - (n % elemsize), pos, (m[pc] & KIND_BITS) === GC_PTR ? m[pc + 1] : 0, alone, pw);
        continue;
      }
      count = 0;
    }
    let loopOrRet = pc;
    let at = b;
    let frame = bottom;
    for (;;) {
      const instruction = m[pc];
      let slot = at + (instruction >>> OFFSET_AT);
      let objti = 0;
      let run = (instruction >> RUN_AT) & RUN_BITS;
      switch (instruction & KIND_BITS) {
        case GC_PTR:
          objti = m[pc + 1];
          pc += 2;
          break;
        case GC_APTR:
          pc += 1;
          break;
        case GC_END:
          count--;
          if (count !== 0) {
            at += elemsize;
            if (at + elemsize <= b + n) {
              pc = loopOrRet;
              continue;
            }
            // A repeating program is precise: no remainder is left to check.
            continue nextBlock;
          }
          if (frame !== bottom) {
            pc = loopOrRet;
            frame -= Frame.words;
            count = m[frame + COUNT];
            elemsize = m[frame + ELEMSIZE];
            at = m[frame + B];
            loopOrRet = m[frame + LOOP_OR_RET];
            continue;
          }
          if ((ti & IS_PRECISE) === 0 && m[program] < n) rescanRest(m, mp, sb, b, n, b + m[program]);
          continue nextBlock;
        case GC_SLICE:
          // The element's type says nothing of the array: a slice of the first field of a struct
          // points at the whole struct. So the heap is asked.
          pc += 2;
          if (m[slot + 2 * pw] === 0) continue;
          break;
        case GC_STRING:
          pc += 1;
          if (m[slot + pw] !== 0 && isHeapPointer(m, slot)) markonly(m, mp, sb, m[slot]);
          continue;
        case GC_EFACE:
        case GC_IFACE: {
          pc += 1;
          // Descriptors and itabs lie outside of the heap.
          const known = m[slot] >>> shift;
          if (known === 0) continue;
          const type = (instruction & KIND_BITS) === GC_EFACE ? known : m[known];
          objti = interfaceProgram(m, type);
          slot += pw;
          break;
        }
        case GC_ARRAY_START:
        case GC_CALL: {
          m[frame + COUNT] = count;
          m[frame + ELEMSIZE] = elemsize;
          m[frame + B] = at;
          m[frame + LOOP_OR_RET] = loopOrRet;
          frame += Frame.words;
          at = slot;
          if ((instruction & KIND_BITS) === GC_CALL) {
            count = 1;
            elemsize = 0;
            loopOrRet = pc + 2;
            pc += m[pc + 1];
          } else {
            count = m[pc + 1];
            elemsize = m[pc + 2];
            pc += 3;
            loopOrRet = pc;
          }
          continue;
        }
        case GC_ARRAY_NEXT:
          count--;
          if (count !== 0) {
            at += elemsize;
            pc = loopOrRet;
            continue;
          }
          frame -= Frame.words;
          count = m[frame + COUNT];
          elemsize = m[frame + ELEMSIZE];
          at = m[frame + B];
          loopOrRet = m[frame + LOOP_OR_RET];
          pc += 1;
          continue;
        case GC_REGION:
          addRegion(m, mp, sb, slot, m[pc + 1], m[pc + 2]);
          pc += 3;
          continue;
        case GC_CHAN_PTR:
          if (isHeapPointer(m, slot) && markonly(m, mp, sb, m[slot])) scanChan(m, mp, sb, m[slot] >>> shift, m[pc + 1]);
          pc += 2;
          continue;
        default:
          invalidInstruction(m, pc, program);
      }
      // One pointer, or as many as lie side by side.
      for (; ; slot += pw, run--) {
        const p = m[slot];
        const off = ((p >>> shift) - arena) | 0;
        if (!(off < 0 || off >= used) && (pw === 1 || (m[slot + 1] & tagBits) === TAG)) {
          if (checking) checkptr(m, p >>> shift, objti);
          m[pos] = p;
          m[pos + 1] = objti;
          pos += 2;
          if (pos === ptrsEnd) {
            m[sb + NOBJ] = flushptrbuf(m, mp, sb, pos, m[sb + NOBJ], alone, pw, true);
            pos = ptrs;
          }
        }
        if (run === 0) break;
      }
    }
  }
}

/**
 * Buffers the pointers among the words from `start` to `end`, and flushes the buffer whenever it is full.
 * @param objti what is known of their targets' types
 * @returns where the next pointer is buffered
 */
function scanWords(m: Mem, mp: MRef, sb: Ref, start: Ref, end: Ref, position: Ref, objti: number, alone: boolean, pw: number): Ref {
  let pos = bufferPointers(m, sb, start, end, position, objti, pw);
  while (m[sb + PIECE_WORDS] !== 0) {
    m[sb + NOBJ] = flushptrbuf(m, mp, sb, pos, m[sb + NOBJ], alone, pw, true);
    pos = bufferPointers(m, sb, m[sb + PIECE], end, (sb + PTR) | 0, objti, pw);
  }
  return pos;
}

/** Scans the block again by its span's type: the remainder behind its program is not zero. */
function rescanRest(m: Mem, mp: MRef, sb: Ref, b: Ref, n: number, from: Ref): void {
  for (let i = from; i < b + n; i++) {
    if (m[i] === 0) continue;
    if (countsWork(m)) countRescan(m, mp, n);
    enqueue(m, mp, sb, b, n, 0);
    return;
  }
}

/** @throws Fatal INVALID_GC_INSTRUCTION always: the word at `pc`, of the program at `program`, is no instruction */
export function invalidInstruction(m: Mem, pc: Ref, program: Ref): never {
  fatal('INVALID_GC_INSTRUCTION', { instruction: m[pc], at: pc - program, program });
}

/** Returns the program for the data of an interface value of `type`, 0 if it is unknown. */
function interfaceProgram(m: Mem, type: TypeRef): number {
  const kind = m[type + Type.at.kind] & KIND_MASK;
  // Its own data, as a pointer is, and it says nothing of what it points at.
  if (kind === KIND.unsafePointer) return 0;
  if (kind !== KIND.ptr) return programInfo(m[type + Type.at.gc], 0);
  const elem = m[type + Type.at.elem];
  return hasNoPointers(m, elem) ? 0 : programInfo(m[elem + Type.at.gc], 0);
}

function isHeapPointer(m: Mem, slot: Ref): boolean {
  const off = ((m[slot] >>> m[PTR_SHIFT]) - m[ARENA]) | 0;
  return off >= 0 && off < m[ARENA_END] - m[ARENA] && (m[PTR_WORDS] === 1 || isTag(m, m[slot + 1]));
}

/** Scans the whole buffer of a channel; its unused part is nil. The header before it holds no pointers. */
function scanChan(m: Mem, mp: MRef, sb: Ref, chan: Ref, type: TypeRef): void {
  const elem = m[type + Type.at.elem];
  if (hasNoPointers(m, elem)) return;
  const words = (m[dataqsizAt(m, chan)] * m[elem + Type.at.size]) >>> 2;
  if (words === 0) return;
  addRegion(m, mp, sb, chan + HCHAN_WORDS, words, programInfo(m[elem + Type.at.gc], PRECISE | LOOP));
}

/** Adds part of a block, to be scanned by itself. */
function addRegion(m: Mem, mp: MRef, sb: Ref, p: Ref, words: number, ti: number): void {
  const n = m[sb + NREGIONS];
  const at = sb + OBJ + n * Obj.words;
  m[at] = p;
  m[at + 1] = words;
  m[at + 2] = ti;
  m[sb + NREGIONS] = n + 1;
  if (n + 1 === m[PTRBUF_CAP]) flushobjbuf(m, mp, sb);
}
