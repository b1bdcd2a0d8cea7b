/**
 * Go's sync.Mutex and sync.Cond for goroutines. They lie in the globals; none of their words looks
 * like a pointer. Waiting goroutines are linked by `schedlink`, first in, first out. A mutex is
 * handed off: it is never free while a goroutine waits for it.
 *
 * The lock of a mutex also guards the queues of its conditions. A goroutine that waits for a
 * condition is queued before it hands off the mutex, and its M releases the lock only once the
 * goroutine counts as waiting. So no signal is lost in between. A signal moves the goroutine to the
 * queue of the mutex, so that it continues with the mutex locked.
 */
import { guardedBy } from '../memory/guardian.ts';
import { elsewhere } from '../memory/regions.ts';
import { atomic, by, lockField, struct, type Mem } from '../memory/struct.ts';
import { UsageError } from '../base/fatal.ts';
import type { Ref } from '../memory/address.ts';
import { lock, unlock } from '../sync/lock.ts';
import { G, WAIT, type GRef } from '../machine/g.ts';
import { M, type MRef } from '../machine/m.ts';
import { parkAt } from '../runtime/goroutine.ts';
import { globalAt } from '../runtime/mutator.ts';
import { ready } from '../runtime/ready.ts';

const LOCKED = guardedBy('waitgroup.lock');

const Mutex = struct('mutex', 5, {
  lock: lockField('waitgroup.lock'),
  /** The first and the last goroutine that waits, 0 for none. */
  queue: by(LOCKED, 2),
  /** The goroutine that has locked it, 0 for none. */
  holder: by(LOCKED),
});

const Cond = struct('cond', 3, {
  /** The mutex that goroutines wait with, 0 before the first. */
  xmutex: atomic('set by the first M that waits'),
  queue: by(guardedBy('waitgroup.lock', { via: 'xmutex' }), 2),
});

elsewhere(Mutex, 'a program places it in its globals');
elsewhere(Cond, 'a program places it in its globals');

/** Globals of a mutex. */
export const MUTEX_GLOBALS = Mutex.words;
/** Globals of a condition. */
export const COND_GLOBALS = Cond.words;

const { queue: MUTEX_QUEUE, holder: HOLDER } = Mutex.at;
const { xmutex: XMUTEX, queue: COND_QUEUE } = Cond.at;
/** Words of a queue: its first and its last goroutine. */
const FIRST = 0;
const LAST = 1;
const { id: ID, schedlink: SCHEDLINK, waitreason: WAITREASON } = G.at;
const WAITLOCK = M.at.waitlock;

/**
 * Locks the mutex at global `mutex`, waiting if it is locked. A step returns the result, to continue
 * at `pc` with the mutex locked.
 * @throws UsageError if `gp` already holds the mutex
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
  return waitLocked(m, mp, gp, w, w + MUTEX_QUEUE, pc);
}

/**
 * Unlocks the mutex at global `mutex`, or hands it off to the goroutine that has waited longest.
 * @throws UsageError with Go's panic message if it is not locked
 */
export function mutexUnlock(m: Mem, mp: MRef, mutex: number): void {
  const w = globalAt(m, mutex);
  lock(m, mp, w);
  const holder = m[w + HOLDER];
  const next = handOverLocked(m, w);
  unlock(m, mp, w);
  if (holder === 0) throw new UsageError('sync: unlock of unlocked mutex');
  if (next !== 0) ready(m, mp, next);
}

/**
 * Unlocks the mutex, waits for the condition at global `cond`, and locks the mutex again. A step
 * returns the result, to continue at `pc`. All goroutines must wait for a condition with the same
 * mutex.
 * @throws UsageError if the mutex is another one, or `gp` does not hold it
 */
export function condWait(m: Mem, mp: MRef, gp: GRef, cond: number, mutex: number, pc: number): number {
  const c = globalAt(m, cond);
  const w = globalAt(m, mutex);
  const before = Atomics.compareExchange(m, c + XMUTEX, 0, w);
  if (before !== 0 && before !== w) throw new UsageError(`goroutine ${m[gp + ID]} waits for a condition with another mutex than a goroutine before it`);
  lock(m, mp, w);
  if (m[w + HOLDER] !== gp) throw new UsageError(`goroutine ${m[gp + ID]} waits for a condition with a mutex that it has not locked`);
  const answer = waitLocked(m, mp, gp, w, c + COND_QUEUE, pc);
  const next = handOverLocked(m, w);
  if (next !== 0) ready(m, mp, next);
  return answer;
}

/** Wakes the goroutine that has waited longest for the condition, if any. It continues once it holds the mutex. */
export function condSignal(m: Mem, mp: MRef, cond: number): void {
  const c = globalAt(m, cond);
  const w = Atomics.load(m, c + XMUTEX);
  if (w === 0) return;
  lock(m, mp, w);
  const gp = dequeueLocked(m, c + COND_QUEUE);
  const mayGoOn = gp !== 0 && giveLocked(m, w, gp);
  unlock(m, mp, w);
  if (mayGoOn) ready(m, mp, gp);
}

/** Wakes all goroutines that wait for the condition. Each continues once it holds the mutex. */
export function condBroadcast(m: Mem, mp: MRef, cond: number): void {
  const c = globalAt(m, cond);
  const w = Atomics.load(m, c + XMUTEX);
  if (w === 0) return;
  lock(m, mp, w);
  let first = 0;
  for (let gp = dequeueLocked(m, c + COND_QUEUE); gp !== 0; gp = dequeueLocked(m, c + COND_QUEUE)) {
    if (giveLocked(m, w, gp)) first = gp;
  }
  unlock(m, mp, w);
  if (first !== 0) ready(m, mp, first);
}

/** Puts `gp` on `queue`. The M releases the lock of the mutex at `w` once the goroutine counts as waiting. */
function waitLocked(m: Mem, mp: MRef, gp: GRef, w: Ref, queue: Ref, pc: number): number {
  enqueueLocked(m, queue, gp);
  m[gp + WAITREASON] = WAIT.semaphore;
  m[mp + WAITLOCK] = w;
  return parkAt(pc);
}

/** Hands off the mutex at `w` to the first waiting goroutine. Returns the goroutine, which the caller must ready, or 0. */
function handOverLocked(m: Mem, w: Ref): GRef {
  const next = dequeueLocked(m, w + MUTEX_QUEUE);
  m[w + HOLDER] = next;
  return next;
}

/** Locks the mutex at `w` for `gp`, which waits on no queue, or queues `gp`. Returns whether `gp` holds the mutex. */
function giveLocked(m: Mem, w: Ref, gp: GRef): boolean {
  const isFree = m[w + HOLDER] === 0;
  if (isFree) m[w + HOLDER] = gp;
  else enqueueLocked(m, w + MUTEX_QUEUE, gp);
  return isFree;
}

function enqueueLocked(m: Mem, q: Ref, gp: GRef): void {
  m[gp + SCHEDLINK] = 0;
  if (m[q + LAST] === 0) m[q + FIRST] = gp;
  else m[m[q + LAST] + SCHEDLINK] = gp;
  m[q + LAST] = gp;
}

/** Removes and returns the first goroutine of `q`, or 0. */
function dequeueLocked(m: Mem, q: Ref): GRef {
  const gp = m[q + FIRST];
  if (gp === 0) return 0;
  m[q + FIRST] = m[gp + SCHEDLINK];
  if (m[q + FIRST] === 0) m[q + LAST] = 0;
  return gp;
}
