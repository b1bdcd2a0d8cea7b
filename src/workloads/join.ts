/**
 * Go's WaitGroup: a goroutine sleeps until the goroutines that it started are done. The group lies in
 * the globals; none of its words looks like a pointer.
 */
import { guardedBy } from '../memory/guardian.ts';
import { elsewhere } from '../memory/regions.ts';
import { by, lockField, struct, type Mem } from '../memory/struct.ts';
import { UsageError } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import { G, WAIT, type GRef } from '../machine/g.ts';
import { M, type MRef } from '../machine/m.ts';
import { parkAt } from '../runtime/goroutine.ts';
import { globalAt } from '../runtime/mutator.ts';
import { ready } from '../runtime/ready.ts';

const LOCKED = guardedBy('waitgroup.lock');

const WaitGroup = struct('waitgroup', 4, {
  lock: lockField('waitgroup.lock'),
  /** Goroutines not done yet. */
  count: by(LOCKED),
  /** The goroutine that waits, 0 for none. */
  waiter: by(LOCKED),
});

elsewhere(WaitGroup, 'a program places it in its globals');

/** Globals of a wait group. */
export const GROUP_GLOBALS = WaitGroup.words;

const { count: COUNT, waiter: WAITER } = WaitGroup.at;

/**
 * Adds `n` to the count of the group at global `group`. If the count becomes 0, wakes the waiting
 * goroutine.
 * @throws UsageError with Go's panic message if the count becomes negative
 */
export function groupAdd(m: Mem, mp: MRef, group: number, n: number): void {
  const w = globalAt(m, group);
  lock(m, mp, w);
  const count = m[w + COUNT] + n;
  m[w + COUNT] = count;
  const waiter = count === 0 ? m[w + WAITER] : 0;
  if (waiter !== 0) m[w + WAITER] = 0;
  unlock(m, mp, w);
  if (count < 0) throw new UsageError('sync: negative WaitGroup counter');
  if (waiter !== 0) ready(m, mp, waiter);
}

/** Reports one goroutine of the group as done. The last one wakes the waiting goroutine. */
export function groupDone(m: Mem, mp: MRef, group: number): void {
  groupAdd(m, mp, group, -1);
}

/**
 * Waits until the count of the group is 0. A step returns the result, to continue at `pc`.
 * @throws UsageError if another goroutine waits for the group
 */
export function groupWait(m: Mem, mp: MRef, gp: GRef, group: number, pc: number): number {
  const w = globalAt(m, group);
  lock(m, mp, w);
  if (m[w + COUNT] === 0) {
    unlock(m, mp, w);
    return pc;
  }
  if (m[w + WAITER] !== 0) throw new UsageError(`goroutine ${m[gp + G.at.id]} waits for a group that goroutine ${m[m[w + WAITER] + G.at.id]} waits for; one can wait for a group`);
  m[w + WAITER] = gp;
  m[gp + G.at.waitreason] = WAIT.semaphore;
  // The M releases the lock once this goroutine counts as waiting, so no groupDone can ready it earlier.
  m[mp + M.at.waitlock] = w;
  return parkAt(pc);
}
