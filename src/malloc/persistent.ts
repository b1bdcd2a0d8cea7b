/**
 * persistentalloc: memory that is never freed. Small pieces are cut from chunks of 256 KB; large
 * ones come directly from the system.
 *
 * Source: malloc.goc of Go 1.3.
 */
import { guardedBy } from '../memory/guardian.ts';
import { by, lockField, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';
import { fatal, outOfMemory } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import type { MRef } from '../machine/m.ts';
import { MSTATS, MStats } from './mstats.ts';
import { sysAlloc, sysMove } from './sys.ts';

const LOCK_GUARD = guardedBy('persistent.lock');

export const Persistent = struct('persistent', 32, {
  lock: lockField('persistent.lock'),
  /** The current chunk, 0 before the first. */
  base: by(LOCK_GUARD),
  /** Words of the chunk in use. */
  off: by(LOCK_GUARD),
});

const PERSISTENT: Ref = globalRecord('persistent', Persistent);
const { lock: LOCK, base: BASE, off: OFF } = Persistent.at;
const START = CONFIG + Config.at.persistentStart;
const END = CONFIG + Config.at.persistentEnd;
const OTHER_SYS = MSTATS + MStats.at.otherSys;

/** Words of Go's chunk of 256 KB; a machine with little such memory uses a quarter of that memory instead. */
const CHUNK_WORDS = (256 << 10) / 4;
/** Words: the alignment of memory from the system. */
const MAX_ALIGN = 16;

function chunkWords(m: Mem): number {
  return Math.min(CHUNK_WORDS, (m[END] - m[START]) >> 2);
}

/**
 * Allocates `words` zeroed words for ever.
 * @param align words, a power of two, at most 16
 * @param stat ref of the statistic of MStats that counts them
 * @throws Fatal OUT_OF_MEMORY if the system has no memory left
 */
export function persistentalloc(m: Mem, mp: MRef, words: number, align: number, stat: Ref): Ref {
  if (words <= 0 || align <= 0 || align > MAX_ALIGN || (align & (align - 1)) !== 0) fatal('PERSISTENTALLOC_ARGS', { words, align });
  const chunk = chunkWords(m);
  // As in Go, pieces of a quarter of the chunk and more come from the system.
  if (words >= chunk >> 2) return sysAllocOrDie(m, mp, words, stat);
  lock(m, mp, PERSISTENT + LOCK);
  let off = (m[PERSISTENT + OFF] + align - 1) & -align;
  if (off + words > chunk || m[PERSISTENT + BASE] === 0) {
    const base = sysAlloc(m, mp, chunk, OTHER_SYS);
    if (base === 0) {
      unlock(m, mp, PERSISTENT + LOCK);
      outOfMemory('persistent region', { words });
    }
    m[PERSISTENT + BASE] = base;
    off = 0;
  }
  const ref = m[PERSISTENT + BASE] + off;
  m[PERSISTENT + OFF] = off + words;
  unlock(m, mp, PERSISTENT + LOCK);
  if (stat !== OTHER_SYS) sysMove(m, mp, words, OTHER_SYS, stat);
  return ref;
}

function sysAllocOrDie(m: Mem, mp: MRef, words: number, stat: Ref): Ref {
  const ref = sysAlloc(m, mp, words, stat);
  if (ref === 0) outOfMemory('persistent region', { words });
  return ref;
}
