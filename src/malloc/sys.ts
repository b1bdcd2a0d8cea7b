/**
 * The operating system under the machine, as far as the runtime asks it for memory. All
 * memory lies in one buffer, so the system only keeps the books: what it has given out, for
 * which statistic, what need not be kept, and what must never be touched again.
 *
 * It gives memory out in two areas, each from its start upwards: the low one, for the
 * runtime's own structures, and the arena's range, in which others may hold memory already
 * (holes). What regions of the map hold (span records, bitmap, workbufs) has its place
 * reserved there, and is mapped piece by piece.
 *
 * Law: the statistics named …_sys add up to `mapped`.
 */
import { BOOT, guardedBy } from '../memory/guardian.ts';
import { by, lockField, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';
import { clearWords } from '../memory/clear.ts';
import { addWide } from '../memory/wide.ts';
import { fatal } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import type { MRef } from '../machine/m.ts';

/** Pieces of the arena's range that others can hold. */
export const MAX_HOLES = 16;
/** The low area is given out in whole lines; a page of 4 KB would be much for a small machine. */
const LOW_UNIT = 16;
/** The system's page in the arena's range; the heap's are twice as large. */
export const OS_PAGE_WORDS = 1024;

const LOCK_GUARD = guardedBy('sys.lock');

export const Sys = struct('sys', 64, {
  lock: lockField('sys.lock'),
  /** First word of the low area, and of the arena's range, that was not given out yet. */
  low: by(LOCK_GUARD),
  high: by(LOCK_GUARD),
  /** `high` as it was before the last piece of the arena's range was given out. */
  lastHigh: by(LOCK_GUARD),
  /** Bytes given out for some statistic; of them, bytes that need not be kept, and that fault. */
  mapped: by(LOCK_GUARD, 2),
  unused: by(LOCK_GUARD, 2),
  faulted: by(LOCK_GUARD, 2),
  /** What others hold in the arena's range: first word and past the last, ascending. */
  nholes: by(BOOT),
  holes: by(BOOT, MAX_HOLES * 2),
});

export const SYS: Ref = globalRecord('sys', Sys);
const { lock: LOCK, low: LOW, high: HIGH, lastHigh: LAST_HIGH, mapped: MAPPED, unused: UNUSED, faulted: FAULTED } = Sys.at;
const { nholes: NHOLES, holes: HOLES } = Sys.at;
const LOW_END = CONFIG + Config.at.persistentEnd;
const ARENA = CONFIG + Config.at.arenaStart;

/** What memory that faults reads as: no pointer, and no number that a program would have stored. */
export const FAULT_PATTERN = 0xfa17fa17 | 0;

/** A piece of the arena's range that the system has given to others; offset and size in bytes. */
export interface Hole {
  readonly offset: number;
  readonly bytes: number;
}

/** Both areas are empty, but for the holes, which are in order and don't overlap. */
export function sysinit(m: Mem, holes: readonly Hole[]): void {
  m[SYS + LOW] = m[CONFIG + Config.at.persistentStart];
  m[SYS + HIGH] = m[ARENA];
  if (holes.length > MAX_HOLES) fatal('TOO_MANY_HOLES', { holes: holes.length });
  m[SYS + NHOLES] = holes.length;
  for (let i = 0; i < holes.length; i++) {
    m[SYS + HOLES + 2 * i] = m[ARENA] + holes[i].offset / 4;
    m[SYS + HOLES + 2 * i + 1] = m[ARENA] + (holes[i].offset + holes[i].bytes) / 4;
  }
}

/**
 * `words` zeroed words of the low area, counted under `stat` (the ref of a wide counter);
 * 0 when there is no room.
 */
export function sysAlloc(m: Mem, mp: MRef, words: number, stat: Ref): Ref {
  const whole = (words + LOW_UNIT - 1) & -LOW_UNIT;
  lock(m, mp, SYS + LOCK);
  let at = m[SYS + LOW];
  if (at + whole > m[LOW_END]) {
    at = 0;
  } else {
    m[SYS + LOW] = at + whole;
    countLocked(m, stat, whole);
  }
  unlock(m, mp, SYS + LOCK);
  return at;
}

/**
 * `words` zeroed words where the system likes, at or above the arena's start: they may lie
 * beyond the arena's range, where this machine has no memory at all.
 */
export function sysAllocHigh(m: Mem, mp: MRef, words: number, stat: Ref): Ref {
  lock(m, mp, SYS + LOCK);
  const at = placeLocked(m, m[SYS + HIGH], words);
  countLocked(m, stat, words);
  unlock(m, mp, SYS + LOCK);
  return at;
}

/**
 * Reserves address space of the arena's range: at `at` if it can be had there, else where the
 * system likes. Nothing is counted: reserved memory is not there yet.
 */
export function sysReserve(m: Mem, mp: MRef, at: Ref, words: number): Ref {
  lock(m, mp, SYS + LOCK);
  const got = placeLocked(m, Math.max(at, m[SYS + HIGH]), words);
  unlock(m, mp, SYS + LOCK);
  return got;
}

/**
 * Go's sysReserveHigh: reserves space high up, where addresses have the tag of the heap's.
 * Here that is one place, the arena's start.
 */
export function sysReserveHigh(m: Mem, mp: MRef, words: number): Ref {
  return sysReserve(m, mp, m[ARENA], words);
}

/** Memory of reserved address space comes into use, as zeroes, for `stat`. */
export function sysMap(m: Mem, mp: MRef, at: Ref, words: number, stat: Ref): void {
  if (at === 0 || words <= 0) fatal('SYSMAP_ARGS', { at, words });
  lock(m, mp, SYS + LOCK);
  countLocked(m, stat, words);
  unlock(m, mp, SYS + LOCK);
}

/** Takes memory back that was counted under `stat`; who gave it out last may give it out again. */
export function sysFree(m: Mem, mp: MRef, at: Ref, words: number, stat: Ref): void {
  lock(m, mp, SYS + LOCK);
  countLocked(m, stat, -words);
  returnLocked(m, at, words);
  unlock(m, mp, SYS + LOCK);
}

/** Gives reserved space back that was never mapped. */
export function sysUnreserve(m: Mem, mp: MRef, at: Ref, words: number): void {
  lock(m, mp, SYS + LOCK);
  returnLocked(m, at, words);
  unlock(m, mp, SYS + LOCK);
}

/**
 * What these words hold is no longer needed. The system takes their memory away: they read 0.
 * @param more how many of them were not unused already
 */
export function sysUnused(m: Mem, mp: MRef, at: Ref, words: number, more: number): void {
  clearWords(m, at, words);
  lock(m, mp, SYS + LOCK);
  addWide(m, SYS + UNUSED, more * 4);
  unlock(m, mp, SYS + LOCK);
}

/** Words that were unused are needed again. */
export function sysUsed(m: Mem, mp: MRef, words: number): void {
  lock(m, mp, SYS + LOCK);
  addWide(m, SYS + UNUSED, -(words * 4));
  unlock(m, mp, SYS + LOCK);
}

/** Whoever touches these words from now on is at fault. Here nothing traps, but what they held is gone. */
export function sysFault(m: Mem, mp: MRef, at: Ref, words: number): void {
  m.fill(FAULT_PATTERN, at, at + words);
  lock(m, mp, SYS + LOCK);
  addWide(m, SYS + FAULTED, words * 4);
  unlock(m, mp, SYS + LOCK);
}

/** Memory that was counted under `from` is used for what `to` counts. */
export function sysMove(m: Mem, mp: MRef, words: number, from: Ref, to: Ref): void {
  lock(m, mp, SYS + LOCK);
  addWide(m, from, -(words * 4));
  addWide(m, to, words * 4);
  unlock(m, mp, SYS + LOCK);
}

function countLocked(m: Mem, stat: Ref, words: number): void {
  addWide(m, stat, words * 4);
  addWide(m, SYS + MAPPED, words * 4);
}

/** The lowest free place of `words` words at or after `from`, which is now taken. */
function placeLocked(m: Mem, from: Ref, words: number): Ref {
  m[SYS + LAST_HIGH] = m[SYS + HIGH];
  let at = m[ARENA] + Math.ceil((from - m[ARENA]) / OS_PAGE_WORDS) * OS_PAGE_WORDS;
  for (let i = 0; i < m[SYS + NHOLES]; i++) {
    const hole = SYS + HOLES + 2 * i;
    if (at + words > m[hole] && at < m[hole + 1]) at = m[hole + 1];
  }
  m[SYS + HIGH] = at + words;
  return at;
}

/** Only what was given out last can be given out again, with what was skipped to get there. */
function returnLocked(m: Mem, at: Ref, words: number): void {
  if (at + words === m[SYS + HIGH]) m[SYS + HIGH] = m[SYS + LAST_HIGH];
}
