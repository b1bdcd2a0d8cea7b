/**
 * FixAlloc: a free-list allocator for records of one size. What it returns is not zeroed,
 * and its caller holds the lock of the structure it is in.
 */
import { by, struct, type Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import type { MRef } from '../machine/m.ts';
import { persistentalloc } from './persistent.ts';

export type FixAllocRef = Ref;

const LOCK = 'lock of the structure it is in';

export const FixAlloc = struct('fixalloc', 8, {
  /** Words a record. */
  size: by(LOCK),
  /** Freed records, linked by their first word. */
  list: by(LOCK),
  /** Never used words. */
  chunk: by(LOCK),
  nchunk: by(LOCK),
  /** Records handed out now. */
  inuse: by(LOCK),
  /** Records ever carved from chunks. */
  carved: by(LOCK),
  /** Words asked for when the chunk is used up; 0 for none: the first chunk is all. */
  refill: by(LOCK),
});

const { size: SIZE, list: LIST, chunk: CHUNK, nchunk: NCHUNK, inuse: INUSE, carved: CARVED, refill: REFILL } = FixAlloc.at;

/** Records of `size` words, from `nchunk` words at `chunk`, then from chunks of `refill` words. */
export function fixallocInit(m: Mem, f: FixAllocRef, size: number, chunk: Ref, nchunk: number, refill: number): void {
  m[f + SIZE] = size;
  m[f + LIST] = 0;
  m[f + CHUNK] = chunk;
  m[f + NCHUNK] = nchunk;
  m[f + INUSE] = 0;
  m[f + CARVED] = 0;
  m[f + REFILL] = refill;
}

/** A record, or 0 when a fixed chunk is used up. */
export function fixallocAlloc(m: Mem, mp: MRef, f: FixAllocRef): Ref {
  const freed = m[f + LIST];
  if (freed !== 0) {
    m[f + LIST] = m[freed];
    m[f + INUSE]++;
    return freed;
  }
  if (m[f + NCHUNK] < m[f + SIZE]) {
    if (m[f + REFILL] === 0) return 0;
    m[f + CHUNK] = persistentalloc(m, mp, m[f + REFILL], 2);
    m[f + NCHUNK] = m[f + REFILL];
  }
  const ref = m[f + CHUNK];
  m[f + CHUNK] = ref + m[f + SIZE];
  m[f + NCHUNK] -= m[f + SIZE];
  m[f + INUSE]++;
  m[f + CARVED]++;
  return ref;
}

export function fixallocFree(m: Mem, f: FixAllocRef, record: Ref): void {
  m[record] = m[f + LIST];
  m[f + LIST] = record;
  m[f + INUSE]--;
}
