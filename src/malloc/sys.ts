/**
 * The operating system under the machine: Go's SysAlloc, SysReserve, SysMap, SysUnused, SysUsed,
 * SysFault and SysFree. All memory is in one buffer, so the system only does the accounting:
 * which words are mapped, for which statistic, and which are unused or faulted.
 *
 * It has two areas, each allocated from its start upwards: a low one for the runtime's own
 * structures, and the arena's range, of which other programs may hold parts (holes). Span
 * records, bitmap and workbufs have regions of their own, mapped piece by piece.
 *
 * Invariant: the statistics named …_sys add up to `mapped`.
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

/** The most holes in the arena's range. */
export const MAX_HOLES = 16;
/** Words: the low area is allocated in cache lines, since a page of 4 KB is large for a small machine. */
const LOW_UNIT = 16;
/** Words of a page of the system in the arena's range; a heap page is twice as large. */
export const OS_PAGE_WORDS = 1024;

const LOCK_GUARD = guardedBy('sys.lock');

export const Sys = struct('sys', 64, {
  lock: lockField('sys.lock'),
  /** First unallocated word of the low area. */
  low: by(LOCK_GUARD),
  /** First unallocated word of the arena's range. */
  high: by(LOCK_GUARD),
  /** `high` before the last allocation in the arena's range. */
  lastHigh: by(LOCK_GUARD),
  /** Bytes mapped, over all statistics. */
  mapped: by(LOCK_GUARD, 2),
  /** Mapped bytes that are unused. */
  unused: by(LOCK_GUARD, 2),
  /** Mapped bytes that fault. */
  faulted: by(LOCK_GUARD, 2),
  /** Holes in the arena's range. */
  nholes: by(BOOT),
  /** For each hole its first word and the word past its last, ascending. */
  holes: by(BOOT, MAX_HOLES * 2),
});

export const SYS: Ref = globalRecord('sys', Sys);
const { lock: LOCK, low: LOW, high: HIGH, lastHigh: LAST_HIGH, mapped: MAPPED, unused: UNUSED, faulted: FAULTED } = Sys.at;
const { nholes: NHOLES, holes: HOLES } = Sys.at;
const LOW_END = CONFIG + Config.at.persistentEnd;
const ARENA = CONFIG + Config.at.arenaStart;

/** Contents of faulted memory: not a pointer, and unlikely as a program's number. */
export const FAULT_PATTERN = 0xfa17fa17 | 0;

/** A part of the arena's range that another program holds; offset from the arena's start and size, in bytes. */
export interface Hole {
  readonly offset: number;
  readonly bytes: number;
}

/** Initialises both areas as empty, but for the `holes`, which are ascending and do not overlap. */
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
 * Allocates `words` zeroed words of the low area, counted under `stat` (the ref of a wide
 * counter).
 * @returns 0 if there is no room
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
 * Allocates `words` zeroed words in the arena's range, where the system has room, counted under
 * `stat`. They may lie beyond the arena's end, where this machine has no memory: the caller
 * checks.
 */
export function sysAllocHigh(m: Mem, mp: MRef, words: number, stat: Ref): Ref {
  lock(m, mp, SYS + LOCK);
  const at = placeLocked(m, m[SYS + HIGH], words);
  countLocked(m, stat, words);
  unlock(m, mp, SYS + LOCK);
  return at;
}

/**
 * Reserves `words` words of the arena's range, at `at` if they are free, else at the next free
 * place. Reserved memory is not mapped, so nothing is counted.
 * @returns the place
 */
export function sysReserve(m: Mem, mp: MRef, at: Ref, words: number): Ref {
  lock(m, mp, SYS + LOCK);
  const got = placeLocked(m, Math.max(at, m[SYS + HIGH]), words);
  unlock(m, mp, SYS + LOCK);
  return got;
}

/** Reserves `words` words at the arena's start, the only place whose addresses have the heap's tag. Go's SysReserveHigh. */
export function sysReserveHigh(m: Mem, mp: MRef, words: number): Ref {
  return sysReserve(m, mp, m[ARENA], words);
}

/** Maps reserved memory, which reads 0, and counts it under `stat`. */
export function sysMap(m: Mem, mp: MRef, at: Ref, words: number, stat: Ref): void {
  if (at === 0 || words <= 0) fatal('SYSMAP_ARGS', { at, words });
  lock(m, mp, SYS + LOCK);
  countLocked(m, stat, words);
  unlock(m, mp, SYS + LOCK);
}

/** Unmaps memory counted under `stat`. The last allocation in the arena's range becomes free again. */
export function sysFree(m: Mem, mp: MRef, at: Ref, words: number, stat: Ref): void {
  lock(m, mp, SYS + LOCK);
  countLocked(m, stat, -words);
  returnLocked(m, at, words);
  unlock(m, mp, SYS + LOCK);
}

/** Releases reserved memory that was never mapped. */
export function sysUnreserve(m: Mem, mp: MRef, at: Ref, words: number): void {
  lock(m, mp, SYS + LOCK);
  returnLocked(m, at, words);
  unlock(m, mp, SYS + LOCK);
}

/**
 * Marks words as unused: the system takes their memory, so they read 0.
 * @param more how many of the words were not unused before
 */
export function sysUnused(m: Mem, mp: MRef, at: Ref, words: number, more: number): void {
  clearWords(m, at, words);
  lock(m, mp, SYS + LOCK);
  addWide(m, SYS + UNUSED, more * 4);
  unlock(m, mp, SYS + LOCK);
}

/** Counts `words` unused words as used again. */
export function sysUsed(m: Mem, mp: MRef, words: number): void {
  lock(m, mp, SYS + LOCK);
  addWide(m, SYS + UNUSED, -(words * 4));
  unlock(m, mp, SYS + LOCK);
}

/** Faults words: no access is allowed any more. Nothing traps here, but their contents are overwritten. */
export function sysFault(m: Mem, mp: MRef, at: Ref, words: number): void {
  m.fill(FAULT_PATTERN, at, at + words);
  lock(m, mp, SYS + LOCK);
  addWide(m, SYS + FAULTED, words * 4);
  unlock(m, mp, SYS + LOCK);
}

/** Moves `words` words from the statistic `from` to the statistic `to`. */
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

/** Takes the lowest free place for `words` words at or after `from`. */
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

/** Frees the last allocation of the arena's range, with the words skipped before it; keeps any other. */
function returnLocked(m: Mem, at: Ref, words: number): void {
  if (at + words === m[SYS + HIGH]) m[SYS + HIGH] = m[SYS + LAST_HIGH];
}
