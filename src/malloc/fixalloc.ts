/**
 * FixAlloc: a free-list allocator for records of one size, in chunks of 16 KB: pieces of the
 * persistent memory, or of a region of their own, where the records have numbers. What it
 * returns is not zeroed, and its caller holds the lock of the structure it is in.
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
  /** Words a record. */
  size: by(OUTER),
  /** Freed records, linked by their first word. */
  list: by(OUTER),
  /** Never used words. */
  chunk: by(OUTER),
  nchunk: by(OUTER),
  /** Records handed out now. */
  inuse: by(OUTER),
  /** Records ever carved from chunks. */
  carved: by(OUTER),
  /** Past the region of its own, 0 for none. */
  regionEnd: by(OUTER),
  /** The statistic its chunks are counted under. */
  stat: by(atCreation()),
});

const { size: SIZE, list: LIST, chunk: CHUNK, nchunk: NCHUNK, inuse: INUSE, carved: CARVED } = FixAlloc.at;
const { regionEnd: REGION_END, stat: STAT } = FixAlloc.at;
const PERSISTENT_START = CONFIG + Config.at.persistentStart;
const PERSISTENT_END = CONFIG + Config.at.persistentEnd;

/** Words of Go's chunk; a machine with little persistent memory takes a quarter of it. */
const CHUNK_WORDS = (16 << 10) / 4;

function chunkWords(m: Mem): number {
  return Math.min(CHUNK_WORDS, (m[PERSISTENT_END] - m[PERSISTENT_START]) >> 2);
}

/**
 * Records of `size` words, counted under `stat`: from the region [start, end), or from
 * persistent memory if both are 0.
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

/** A record, or 0 when a region of its own is used up. */
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

/** What was left of the chunk before is lost. */
function newChunk(m: Mem, mp: MRef, f: FixAllocRef): void {
  const words = chunkWords(m);
  m[f + CHUNK] = persistentalloc(m, mp, words, 2, m[f + STAT]);
  m[f + NCHUNK] = words;
}

/** In a region of its own the next chunk goes on where the last one ends. */
function mapMore(m: Mem, mp: MRef, f: FixAllocRef): void {
  const mapped = m[f + CHUNK] + m[f + NCHUNK];
  const words = Math.min(CHUNK_WORDS, m[f + REGION_END] - mapped);
  if (words === 0) return;
  sysMap(m, mp, mapped, words, m[f + STAT]);
  m[f + NCHUNK] += words;
}

export function fixallocFree(m: Mem, f: FixAllocRef, record: Ref): void {
  m[record] = m[f + LIST];
  m[f + LIST] = record;
  m[f + INUSE]--;
}
