/**
 * Go's sync.Mutex and sync.Cond for goroutines, in the globals, where their numbers look like no
 * pointers. Goroutines wait in the order in which they came, linked by `schedlink`, and a mutex is
 * handed over: it is never free while a goroutine waits for it.
 *
 * A goroutine that waits for a condition is queued before it gives the mutex up, and the condition's
 * lock is released only once it counts as waiting; so no signal can fall in between. A signal moves
 * it to the mutex, so that it goes on with the mutex locked.
 */
import { by, struct, type Mem } from '../memory/struct.ts';
import { UsageError } from '../base/fatal.ts';
import type { Ref } from '../memory/address.ts';
import { LOCK_WORDS, lock, unlock } from '../sync/lock.ts';
import { G, WAIT, type GRef } from '../machine/g.ts';
import { M, type MRef } from '../machine/m.ts';
import { parkAt } from '../runtime/goroutine.ts';
import { globalAt } from '../runtime/mutator.ts';
import { ready } from '../runtime/ready.ts';

const LOCKED = 'its lock';

const Mutex = struct('mutex', 5, {
  lock: by('lock.ts', LOCK_WORDS),
  /** The first and the last goroutine that waits, 0 for none. */
  first: by(LOCKED),
  last: by(LOCKED),
  /** The goroutine that has locked it, 0 for none. */
  holder: by(LOCKED),
});

const Cond = struct('cond', 5, {
  lock: by('lock.ts', LOCK_WORDS),
  first: by(LOCKED),
  last: by(LOCKED),
  /** The mutex that goroutines wait with, 0 before the first. */
  mutex: by(LOCKED),
});

/** Globals that a mutex takes; a condition. */
export const MUTEX_GLOBALS = Mutex.words;
export const COND_GLOBALS = Cond.words;

// A queue is at the same place in both.
const { first: FIRST, last: LAST, holder: HOLDER } = Mutex.at;
const { mutex: MUTEX } = Cond.at;
const { id: ID, schedlink: SCHEDLINK, waitreason: WAITREASON } = G.at;
const WAITLOCK = M.at.waitlock;

/**
 * Answer of a step: lock the mutex at global `mutex`, waiting for it if need be, and go on at `pc`.
 * @throws UsageError if `gp` has locked it already
 */
export function mutexLock(m: Mem, mp: MRef, gp: GRef, mutex: number, pc: number): number {
  const w = globalAt(m, mutex);
  lock(m, mp, w);
  const holder = m[w + HOLDER];
  if (holder === 0) {
    m[w + HOLDER] = gp;
    unlock(m, mp, w);
    return pc;
  }
  if (holder === gp) throw new UsageError(`goroutine ${m[gp + ID]} locks a mutex that it has locked`);
  return waitLocked(m, mp, gp, w, pc);
}

/**
 * Unlocks the mutex at global `mutex`: the goroutine that has waited longest has it now.
 * @throws UsageError, a panic of Go's, if it is not locked
 */
export function mutexUnlock(m: Mem, mp: MRef, mutex: number): void {
  handOver(m, mp, globalAt(m, mutex));
}

/**
 * Answer of a step: unlock the mutex, wait for the condition at global `cond`, lock the mutex
 * again and go on at `pc`. A goroutine always waits with the same mutex for a condition.
 * @throws UsageError if it is another, or not locked by `gp`
 */
export function condWait(m: Mem, mp: MRef, gp: GRef, cond: number, mutex: number, pc: number): number {
  const c = globalAt(m, cond);
  const w = globalAt(m, mutex);
  lock(m, mp, c);
  if (m[c + MUTEX] !== 0 && m[c + MUTEX] !== w) throw new UsageError(`goroutine ${m[gp + ID]} waits for a condition with another mutex than the goroutines before it`);
  m[c + MUTEX] = w;
  const answer = waitLocked(m, mp, gp, c, pc);
  handOver(m, mp, w);
  return answer;
}

/** The goroutine that has waited longest for the condition, if any does, goes on as soon as it has the mutex. */
export function condSignal(m: Mem, mp: MRef, cond: number): void {
  const c = globalAt(m, cond);
  lock(m, mp, c);
  const gp = dequeueLocked(m, c);
  const w = m[c + MUTEX];
  unlock(m, mp, c);
  if (gp !== 0) lockFor(m, mp, w, gp);
}

/** All goroutines that wait for the condition go on, one after the other, as each has the mutex. */
export function condBroadcast(m: Mem, mp: MRef, cond: number): void {
  const c = globalAt(m, cond);
  lock(m, mp, c);
  let gp = m[c + FIRST];
  const w = m[c + MUTEX];
  m[c + FIRST] = 0;
  m[c + LAST] = 0;
  unlock(m, mp, c);
  while (gp !== 0) {
    // Before it is woken: then it may be queued elsewhere.
    const next = m[gp + SCHEDLINK];
    lockFor(m, mp, w, gp);
    gp = next;
  }
}

/** Queues `gp` at `q`, whose lock is released once the goroutine counts as waiting. */
function waitLocked(m: Mem, mp: MRef, gp: GRef, q: Ref, pc: number): number {
  enqueueLocked(m, q, gp);
  m[gp + WAITREASON] = WAIT.semaphore;
  m[mp + WAITLOCK] = q;
  return parkAt(pc);
}

/** The mutex at `w` goes to the first that waits for it. */
function handOver(m: Mem, mp: MRef, w: Ref): void {
  lock(m, mp, w);
  const holder = m[w + HOLDER];
  const next = holder === 0 ? 0 : dequeueLocked(m, w);
  m[w + HOLDER] = next;
  unlock(m, mp, w);
  if (holder === 0) throw new UsageError('sync: unlock of unlocked mutex');
  if (next !== 0) ready(m, mp, next);
}

/** Locks the mutex at `w` for `gp`, which waits and is on no queue; it goes on once it has it. */
function lockFor(m: Mem, mp: MRef, w: Ref, gp: GRef): void {
  lock(m, mp, w);
  const isFree = m[w + HOLDER] === 0;
  if (isFree) m[w + HOLDER] = gp;
  else enqueueLocked(m, w, gp);
  unlock(m, mp, w);
  if (isFree) ready(m, mp, gp);
}

function enqueueLocked(m: Mem, q: Ref, gp: GRef): void {
  m[gp + SCHEDLINK] = 0;
  if (m[q + LAST] === 0) m[q + FIRST] = gp;
  else m[m[q + LAST] + SCHEDLINK] = gp;
  m[q + LAST] = gp;
}

/** The first of `q`, 0 for none. */
function dequeueLocked(m: Mem, q: Ref): GRef {
  const gp = m[q + FIRST];
  if (gp === 0) return 0;
  m[q + FIRST] = m[gp + SCHEDLINK];
  if (m[q + FIRST] === 0) m[q + LAST] = 0;
  return gp;
}
