/**
 * Go's WaitGroup: the main goroutine sleeps until the goroutines it started are done. It lies
 * in the globals, where its numbers look like no pointers.
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

/** Globals that a wait group takes. */
export const GROUP_GLOBALS = WaitGroup.words;

const { count: COUNT, waiter: WAITER } = WaitGroup.at;

/**
 * `n` more goroutines to wait for, by the group at global `group`; negative for goroutines that
 * are done, the last of which wakes the one that waits.
 * @throws UsageError, a panic of Go's, if fewer were left
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

/** One of them is done; the last wakes the goroutine that waits. */
export function groupDone(m: Mem, mp: MRef, group: number): void {
  groupAdd(m, mp, group, -1);
}

/**
 * Answer of a step: go on at `pc` once all are done.
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
  // Released once this goroutine counts as waiting, so the last one can't ready it too early.
  m[mp + M.at.waitlock] = w;
  return parkAt(pc);
}
