/**
 * FixAlloc: a free-list allocator for records of one size, outside the heap.
 *
 *   1. Take the first record of the free list.
 *   2. Otherwise carve the next record off the current chunk.
 *   3. Otherwise get a chunk of 16 KB: from persistent memory, or the next part of a region of
 *      its own, in which records are numbered by their place.
 *
 * Invariants: records are not zeroed. Memory is never returned: a freed record goes to the free
 * list. The caller holds the lock of the structure that the FixAlloc is in.
 *
 * Source: mfixalloc.c of Go 1.3.
 */
import { OUTER, atCreation } from '../memory/guardian.ts';
import { by, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import type { MRef } from '../machine/m.ts';
import { persistentalloc } from './persistent.ts';
import { sysMap } from './sys.ts';

export type FixAllocRef = Ref;

export const FixAlloc = struct('fixalloc', 8, {
  /** Words of a record. */
  size: by(OUTER),
  /** Free records, linked by their first word. */
  list: by(OUTER),
  /** First uncarved word of the current chunk. */
  chunk: by(OUTER),
  /** Uncarved words of the current chunk. */
  nchunk: by(OUTER),
  /** Records in use. */
  inuse: by(OUTER),
  /** Records ever carved from chunks. */
  carved: by(OUTER),
  /** Word past the region of its own, 0 if chunks come from persistent memory. */
  regionEnd: by(OUTER),
  /** Ref of the statistic that counts its chunks. */
  stat: by(atCreation()),
});

const { size: SIZE, list: LIST, chunk: CHUNK, nchunk: NCHUNK, inuse: INUSE, carved: CARVED } = FixAlloc.at;
const { regionEnd: REGION_END, stat: STAT } = FixAlloc.at;
const PERSISTENT_START = CONFIG + Config.at.persistentStart;
const PERSISTENT_END = CONFIG + Config.at.persistentEnd;

/** Words of Go's chunk; a machine with little persistent memory uses a quarter of that memory instead. */
const CHUNK_WORDS = (16 << 10) / 4;

function chunkWords(m: Mem): number {
  return Math.min(CHUNK_WORDS, (m[PERSISTENT_END] - m[PERSISTENT_START]) >> 2);
}

/**
 * Initialises `f` for records of `size` words, counted under `stat`, from the region
 * [start, end), or from persistent memory if both are 0.
 */
export function fixallocInit(m: Mem, f: FixAllocRef, size: number, stat: Ref, start: Ref, end: Ref): void {
  m[f + SIZE] = size;
  m[f + LIST] = 0;
  m[f + CHUNK] = start;
  m[f + NCHUNK] = 0;
  m[f + INUSE] = 0;
  m[f + CARVED] = 0;
  m[f + REGION_END] = end;
  m[f + STAT] = stat;
}

/** Allocates a record, not zeroed. Returns 0 if a region of its own is used up. */
export function fixallocAlloc(m: Mem, mp: MRef, f: FixAllocRef): Ref {
  const freed = m[f + LIST];
  if (freed !== 0) {
    m[f + LIST] = m[freed];
    m[f + INUSE]++;
    return freed;
  }
  if (m[f + NCHUNK] < m[f + SIZE]) {
    if (m[f + REGION_END] === 0) newChunk(m, mp, f);
    else mapMore(m, mp, f);
    if (m[f + NCHUNK] < m[f + SIZE]) return 0;
  }
  const ref = m[f + CHUNK];
  m[f + CHUNK] = ref + m[f + SIZE];
  m[f + NCHUNK] -= m[f + SIZE];
  m[f + INUSE]++;
  m[f + CARVED]++;
  return ref;
}

/** Gets a chunk from persistent memory. The remainder of the last chunk is lost. */
export function newChunk(m: Mem, mp: MRef, f: FixAllocRef): void {
  const words = chunkWords(m);
  m[f + CHUNK] = persistentalloc(m, mp, words, 2, m[f + STAT]);
  m[f + NCHUNK] = words;
}

/** Maps the next chunk of a region of its own, directly behind the last. */
export function mapMore(m: Mem, mp: MRef, f: FixAllocRef): void {
  const mapped = m[f + CHUNK] + m[f + NCHUNK];
  const words = Math.min(CHUNK_WORDS, m[f + REGION_END] - mapped);
  if (words === 0) return;
  sysMap(m, mp, mapped, words, m[f + STAT]);
  m[f + NCHUNK] += words;
}

/** Frees `record`, whose first word becomes the link of the free list. */
export function fixallocFree(m: Mem, f: FixAllocRef, record: Ref): void {
  m[record] = m[f + LIST];
  m[f + LIST] = record;
  m[f + INUSE]--;
}
