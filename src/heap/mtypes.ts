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
import { MTYPES } from './type.ts';
import { Span, type SpanRef } from './span.ts';

const PTR_WORDS = CONFIG + Config.at.ptrWords;
const { start: START, elemsize: ELEMSIZE, compression: COMPRESSION, typedata: TYPEDATA } = Span.at;

/** Entries of the table before the bytes; the first stands for "no type". */
const TABLE = 8;

/** Bytes of the object that holds the types of `n` blocks, a byte for each. */
export function bytesRecordSize(m: Mem, n: number): number {
  return TABLE * m[PTR_WORDS] * 4 + n;
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

/** Sets the type of block number `block`, kept as a word. */
export function setWordType(m: Mem, s: SpanRef, block: number, info: number): void {
  m[m[s + TYPEDATA] + block * m[PTR_WORDS]] = info;
}

/** Sets the type of block number `block`, kept as a byte; false when the table is full of other types. */
export function setByteType(m: Mem, s: SpanRef, block: number, info: number): boolean {
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

/** Fills the record at `words` with what the span keeps as bytes, a word for each of its `n` blocks. */
export function copyToWords(m: Mem, s: SpanRef, words: Ref, n: number): void {
  const pw = m[PTR_WORDS];
  const bytes = m[s + TYPEDATA];
  for (let i = 0; i < n; i++) m[words + i * pw] = m[bytes + loadByte(m, bytes + TABLE * pw, i) * pw];
}

/** Number of the block at `p` in its span. */
export function blockNumber(m: Mem, s: SpanRef, p: Ref): number {
  return ((p - m[s + START]) / (m[s + ELEMSIZE] >>> 2)) | 0;
}

function loadByte(m: Mem, at: Ref, i: number): number {
  return (m[at + (i >> 2)] >>> ((i & 3) << 3)) & 0xff;
}

function storeByte(m: Mem, at: Ref, i: number, value: number): void {
  const shift = (i & 3) << 3;
  m[at + (i >> 2)] = (m[at + (i >> 2)] & ~(0xff << shift)) | (value << shift);
}
