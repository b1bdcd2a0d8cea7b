/**
 * MTypes: the types of a span's blocks, in one of three forms (Span.compression):
 *
 *   single   a large object: its type is in the span record
 *   bytes    a byte for each block, behind a table of up to seven types that the bytes index
 *   words    a word for each block, from the eighth type on
 *
 * The last two are in a pointer-free object of the heap.
 *
 * Guardian: the owner of the span: the P that allocates from it, its sweeper, or, with the
 * world stopped, the collector.
 *
 * Source: MTypes in malloc.h of Go 1.3.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { MTYPES } from './type.ts';
import { Span, type SpanRef } from './span.ts';

const PTR_WORDS = CONFIG + Config.at.ptrWords;
const { start: START, elemsize: ELEMSIZE, compression: COMPRESSION, typedata: TYPEDATA } = Span.at;

/** Entries of the table before the bytes; entry 0 means "no type". */
const TABLE = 8;

/** Returns the bytes of a record of form `bytes` for `n` blocks. */
export function bytesRecordSize(m: Mem, n: number): number {
  return TABLE * m[PTR_WORDS] * 4 + n;
}

/** Returns the type of the block at `p` (see typeInfo), 0 if it is unknown. Go's gettype. */
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

/** Clears the type of the block at `p`, which is being freed: its next object may have no type. */
export function cleartype(m: Mem, s: SpanRef, p: Ref): void {
  const data = m[s + TYPEDATA];
  const compression = m[s + COMPRESSION];
  if (compression === MTYPES.words) m[data + blockNumber(m, s, p) * m[PTR_WORDS]] = 0;
  else if (compression === MTYPES.bytes) storeByte(m, data + TABLE * m[PTR_WORDS], blockNumber(m, s, p), 0);
}

/** Sets the type of block number `block` in a record of form `words`. */
export function setWordType(m: Mem, s: SpanRef, block: number, info: number): void {
  m[m[s + TYPEDATA] + block * m[PTR_WORDS]] = info;
}

/** Sets the type of block number `block` in a record of form `bytes`. Returns false if the table is full of other types. */
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

/** Converts the span's record of form `bytes` to one of form `words` at `words`, for `n` blocks. */
export function copyToWords(m: Mem, s: SpanRef, words: Ref, n: number): void {
  const pw = m[PTR_WORDS];
  const bytes = m[s + TYPEDATA];
  for (let i = 0; i < n; i++) m[words + i * pw] = m[bytes + loadByte(m, bytes + TABLE * pw, i) * pw];
}

/** Returns the number of the block at `p` in its span, from 0. */
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
