/** persistentalloc: small pieces of memory that are never given back. */
import { by, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';
import { addWide } from '../memory/wide.ts';
import { fatal, outOfMemory } from '../base/fatal.ts';
import { LOCK_WORDS, lock, unlock } from '../sync/lock.ts';
import type { MRef } from '../machine/m.ts';
import { MSTATS, MStats } from './mstats.ts';

export const Persistent = struct('persistent', 32, {
  lock: by('lock.ts', LOCK_WORDS),
  /** First free word of the persistent region. */
  next: by('persistent.lock'),
});

const PERSISTENT: Ref = globalRecord('persistent', Persistent);
const { lock: LOCK, next: NEXT } = Persistent.at;
const END = CONFIG + Config.at.persistentEnd;
const OTHER_SYS = MSTATS + MStats.at.otherSys;

export function persistentinit(m: Mem): void {
  m[PERSISTENT + NEXT] = m[CONFIG + Config.at.persistentStart];
}

/** `words` zeroed words, aligned to `align` words, a power of two; they count as other_sys. */
export function persistentalloc(m: Mem, mp: MRef, words: number, align: number): Ref {
  return persistentallocFor(m, mp, words, align, OTHER_SYS);
}

/** The same, for who has its bytes counted elsewhere: in the wide counter at `stat`. */
export function persistentallocFor(m: Mem, mp: MRef, words: number, align: number, stat: Ref): Ref {
  if (words <= 0 || align <= 0 || (align & (align - 1)) !== 0) fatal('PERSISTENTALLOC_ARGS', { words, align });
  lock(m, mp, PERSISTENT + LOCK);
  const ref = (m[PERSISTENT + NEXT] + align - 1) & -align;
  const end = ref + words;
  if (end > m[END]) {
    unlock(m, mp, PERSISTENT + LOCK);
    outOfMemory('persistent region', { words });
  }
  addWide(m, stat, (end - m[PERSISTENT + NEXT]) * 4);
  m[PERSISTENT + NEXT] = end;
  unlock(m, mp, PERSISTENT + LOCK);
  return ref;
}
