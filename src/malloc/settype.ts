/**
 * MTypes: the types of a span's blocks, as Go 1.3 keeps them. A large object's is in the span
 * record. The others' are in a pointer-free object of the heap: at first a byte for each
 * block, behind a table of at most seven types that the bytes name; when an eighth type
 * comes, a word for each block.
 *
 * Guardian: who owns the span: the P that allocates from it, its sweeper, or, with the world
 * stopped, the collector.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import type { MRef } from '../machine/m.ts';
import { MTYPES } from '../heap/type.ts';
import { Span, spanOf, type SpanRef } from '../heap/span.ts';
import { FLAG_NOPROFILING, FLAG_NOSCAN } from './flags.ts';
import { mallocgc } from './malloc.ts';

const PTR_WORDS = CONFIG + Config.at.ptrWords;
const { start: START, sizeclass: SIZECLASS, elemsize: ELEMSIZE, nelems: NELEMS, compression: COMPRESSION, typedata: TYPEDATA } = Span.at;

/** Entries of the table before the bytes; the first stands for "no type". */
const TABLE = 8;

/** Go's settype: `info` (see typeInfo in heap/type.ts) is the type of the block at `p`, just handed out to `mp`. */
export function settype(m: Mem, mp: MRef, p: Ref, info: number): void {
  const s = spanOf(m, p);
  if (m[s + SIZECLASS] === 0) {
    m[s + COMPRESSION] = MTYPES.single;
    m[s + TYPEDATA] = info;
    return;
  }
  const block = blockNumber(m, s, p);
  if (m[s + COMPRESSION] === MTYPES.empty) beginBytes(m, mp, s);
  if (m[s + COMPRESSION] === MTYPES.bytes && !setByte(m, s, block, info)) widen(m, mp, s);
  if (m[s + COMPRESSION] === MTYPES.words) m[m[s + TYPEDATA] + block * m[PTR_WORDS]] = info;
}

/** Go's gettype: what is known of the type of the block at `p`; 0 for nothing. */
export function gettype(m: Mem, s: SpanRef, p: Ref): number {
  const data = m[s + TYPEDATA];
  switch (m[s + COMPRESSION]) {
    case MTYPES.single:
      return data;
    case MTYPES.words:
      return m[data + blockNumber(m, s, p) * m[PTR_WORDS]];
    case MTYPES.bytes: {
      const pw = m[PTR_WORDS];
      return m[data + loadByte(m, data + TABLE * pw, blockNumber(m, s, p)) * pw];
    }
    default:
      return 0;
  }
}

/** The block at `p` is free: what it is next need not have a type. */
export function cleartype(m: Mem, s: SpanRef, p: Ref): void {
  const data = m[s + TYPEDATA];
  const compression = m[s + COMPRESSION];
  if (compression === MTYPES.words) m[data + blockNumber(m, s, p) * m[PTR_WORDS]] = 0;
  else if (compression === MTYPES.bytes) storeByte(m, data + TABLE * m[PTR_WORDS], blockNumber(m, s, p), 0);
}

function blockNumber(m: Mem, s: SpanRef, p: Ref): number {
  return ((p - m[s + START]) / (m[s + ELEMSIZE] >>> 2)) | 0;
}

function beginBytes(m: Mem, mp: MRef, s: SpanRef): void {
  const bytes = TABLE * m[PTR_WORDS] * 4 + m[s + NELEMS];
  m[s + TYPEDATA] = mallocgc(m, mp, bytes, FLAG_NOSCAN | FLAG_NOPROFILING);
  m[s + COMPRESSION] = MTYPES.bytes;
}

/** False when the table is full of other types. */
function setByte(m: Mem, s: SpanRef, block: number, info: number): boolean {
  const data = m[s + TYPEDATA];
  const pw = m[PTR_WORDS];
  for (let j = 1; j < TABLE; j++) {
    const known = m[data + j * pw];
    if (known !== info && known !== 0) continue;
    m[data + j * pw] = info;
    storeByte(m, data + TABLE * pw, block, j);
    return true;
  }
  return false;
}

function loadByte(m: Mem, at: Ref, i: number): number {
  return (m[at + (i >> 2)] >>> ((i & 3) << 3)) & 0xff;
}

function storeByte(m: Mem, at: Ref, i: number, value: number): void {
  const shift = (i & 3) << 3;
  m[at + (i >> 2)] = (m[at + (i >> 2)] & ~(0xff << shift)) | (value << shift);
}

/** From bytes to words; the old object is garbage from here on. */
function widen(m: Mem, mp: MRef, s: SpanRef): void {
  const pw = m[PTR_WORDS];
  const n = m[s + NELEMS];
  const words = mallocgc(m, mp, n * pw * 4, FLAG_NOSCAN | FLAG_NOPROFILING);
  const bytes = m[s + TYPEDATA];
  for (let i = 0; i < n; i++) m[words + i * pw] = m[bytes + loadByte(m, bytes + TABLE * pw, i) * pw];
  m[s + TYPEDATA] = words;
  m[s + COMPRESSION] = MTYPES.words;
}
