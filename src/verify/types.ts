/**
 * Types of blocks, from MTypes and type descriptors or from pointer bits. The oracle uses the list of
 * fields of a type; the collector uses its GC program.
 */
import { CONFIG, Config, TYPES } from '../memory/config.ts';
import { HCHAN_WORDS } from '../heap/hchan.ts';
import { FIELD, KIND, KIND_NO_POINTERS, MTYPES, TABLE_HEADER, TYPE_INFO, Type, TypeField } from '../heap/type.ts';
import { Span } from '../heap/span.ts';
import type { Findings } from './problems.ts';
import { SPAN_KIND, blockAt, hasBit, nameBlock, pointerAt, spanRef, type HeapView } from './view.ts';

const at = Span.at;
/** Entries in the table of the MTypes form `bytes`. */
const SMALL_TABLE = 8;
/** Result for a byte past the table: the block has no valid type. */
const NO_ENTRY = -1;

/** Receives the offset that a pointer points to. */
export type Visit = (target: number) => void;

/** Returns the type of the block at `off`, encoded as TYPE_INFO, or 0 if it is unknown. */
function infoOf(h: HeapView, off: number): number {
  const m = h.m;
  const page = off >> 11;
  const s = spanRef(h, h.owner[page] - 1);
  const data = m[s + at.typedata];
  const block = Math.floor((off - h.pageStart[page]) / h.pageStep[page]);
  switch (m[s + at.compression]) {
    case MTYPES.single:
      return data;
    case MTYPES.words:
      return m[data + block * h.ptrWords];
    case MTYPES.bytes: {
      const bytes = data + SMALL_TABLE * h.ptrWords;
      const j = (m[bytes + (block >> 2)] >>> (8 * (block & 3))) & 0xff;
      return j < SMALL_TABLE ? m[data + j * h.ptrWords] : NO_ENTRY;
    }
    default:
      return 0;
  }
}

/** Visits the target of each pointer of the block at `off`. */
export function visitBlock(h: HeapView, off: number, visit: Visit): void {
  const start = h.arena + off;
  const end = start + h.pageStep[off >> 11];
  const mode = h.m[CONFIG + Config.at.types];
  if (mode === TYPES.heapbits) {
    const bits = h.m[CONFIG + Config.at.ptrBits];
    for (let i = start; i < end; i += h.ptrWords) {
      const word = (i - h.arena) >> h.shift;
      if (((h.m[bits + (word >> 5)] >>> (word & 31)) & 1) !== 0) visitWord(h, i, visit);
    }
    return;
  }
  const info = mode === TYPES.mtypes ? infoOf(h, off) : 0;
  if (info === 0) {
    for (let i = start; i < end; i += h.ptrWords) visitWord(h, i, visit);
    return;
  }
  const type = info >>> 2;
  switch (info & 3) {
    case TYPE_INFO.chan:
      visitBuffer(h, start, type, visit);
      return;
    case TYPE_INFO.array:
      visitArray(h, start, end, type, visit);
      return;
    default:
      visitValue(h, start, type, visit);
  }
}

function visitWord(h: HeapView, i: number, visit: Visit): void {
  const target = pointerAt(h, i);
  if (target >= 0) visit(target);
}

function visitBuffer(h: HeapView, start: number, type: number, visit: Visit): void {
  const elem = h.m[type + Type.at.elem];
  const bytes = h.m[start + h.ptrWords] * h.m[elem + Type.at.size];
  visitArray(h, start + HCHAN_WORDS, start + HCHAN_WORDS + bytes / 4, elem, visit);
}

function visitArray(h: HeapView, start: number, end: number, type: number, visit: Visit): void {
  const words = h.m[type + Type.at.size] / 4;
  if (words === 0 || (h.m[type + Type.at.kind] & KIND_NO_POINTERS) !== 0) return;
  for (let i = start; i + words <= end; i += words) visitValue(h, i, type, visit);
}

function visitValue(h: HeapView, start: number, type: number, visit: Visit): void {
  const m = h.m;
  const fields = m[type + Type.at.fields];
  for (let f = 0; f < m[type + Type.at.nfields]; f++) {
    const field = fields + f * TypeField.words;
    const i = start + m[field + TypeField.at.offset];
    switch (m[field + TypeField.at.kind]) {
      case FIELD.value:
        for (let n = 0; n < m[field + TypeField.at.count]; n++) {
          const of = m[field + TypeField.at.type];
          visitValue(h, i + (n * m[of + Type.at.size]) / 4, of, visit);
        }
        break;
      case FIELD.slice:
        if (m[i + 2 * h.ptrWords] !== 0) visitWord(h, i, visit);
        break;
      case FIELD.string:
        if (m[i + h.ptrWords] !== 0) visitWord(h, i, visit);
        break;
      case FIELD.eface:
      case FIELD.iface:
        if (m[i] >>> h.ptrShift !== 0) visitWord(h, i + h.ptrWords, visit);
        break;
      default:
        visitWord(h, i, visit);
    }
  }
}

/** Visits the blocks that hold the types of a span: their span keeps them alive. */
export function visitSpanTypes(h: HeapView, visit: Visit): void {
  for (let i = 0; i < h.nspans; i++) {
    if (h.kind[i] !== SPAN_KIND.small && h.kind[i] !== SPAN_KIND.large) continue;
    const s = spanRef(h, i);
    const compression = h.m[s + at.compression];
    if (compression === MTYPES.bytes || compression === MTYPES.words) visit(h.m[s + at.typedata] - h.arena);
  }
}

/** Checks that the types that spans record are in the type table, and that free blocks have none. */
export function checkTypes(h: HeapView, out: Findings): void {
  const m = h.m;
  if (m[CONFIG + Config.at.types] !== TYPES.mtypes) return;
  for (let i = 0; i < h.nspans; i++) {
    if (h.kind[i] !== SPAN_KIND.small && h.kind[i] !== SPAN_KIND.large) continue;
    const s = spanRef(h, i);
    const compression = m[s + at.compression];
    if (compression === MTYPES.empty) continue;
    if ((compression === MTYPES.single) !== (h.kind[i] === SPAN_KIND.large)) {
      out.add('SPAN_TYPES', () => `span ${i} keeps its types in form ${compression}, which is not for its kind`);
      continue;
    }
    if (compression !== MTYPES.single && !isTypeRecord(h, m[s + at.typedata] - h.arena)) {
      out.add('SPAN_TYPES', () => `span ${i} keeps its types in ${m[s + at.typedata]}, where no pointer-free block in use begins`);
      continue;
    }
    checkBlocks(h, out, i);
  }
}

function isTypeRecord(h: HeapView, off: number): boolean {
  if (blockAt(h, off) !== off || hasBit(h, h.free, off)) return false;
  const bit = off >> h.shift;
  return ((h.m[h.arena - 2 * (bit >> 4) - 2] >>> (bit & 15)) & 0x10001) === 1;
}

function checkBlocks(h: HeapView, out: Findings, i: number): void {
  const s = spanRef(h, i);
  const step = h.m[s + at.elemsize] >>> 2;
  const first = h.m[s + at.start] - h.arena;
  for (let n = 0; n < h.m[s + at.nelems]; n++) {
    const off = first + n * step;
    const info = infoOf(h, off);
    if (info === 0) continue;
    if (hasBit(h, h.free, off)) out.add('SPAN_TYPES', () => `free block ${nameBlock(h, off)} has a type`);
    else if (!isType(h, info)) out.add('SPAN_TYPES', () => `block ${nameBlock(h, off)} has the type 0x${(info >>> 0).toString(16)}, which is none`);
  }
  out.checks += h.m[s + at.nelems];
}

function isType(h: HeapView, info: number): boolean {
  const table = h.m[CONFIG + Config.at.typeTable];
  const index = ((info >>> 2) - table - TABLE_HEADER) / Type.words;
  const isChan = (info & 3) === TYPE_INFO.chan;
  return (
    Number.isInteger(index) && index >= 0 && index < h.m[table] && (info & 3) <= TYPE_INFO.chan &&
    (!isChan || (h.m[(info >>> 2) + Type.at.kind] & ~KIND_NO_POINTERS) === KIND.chan)
  );
}
