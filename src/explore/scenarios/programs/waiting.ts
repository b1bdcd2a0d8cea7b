/** Only waiting: a lock, a semaphore, notes. The words that they guard are changed by plain accesses. */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import type { Ref } from '../../../memory/address.ts';
import { mAt, type MRef } from '../../../machine/m.ts';
import { lock, unlock } from '../../../sync/lock.ts';
import { noteclear, notesleep, notewakeup } from '../../../sync/note.ts';
import { semacquire, semrelease, semtryacquire } from '../../../sync/semaphore.ts';
import type { Operation } from '../operation.ts';

/** Words of the globals: the lock, the semaphore, a guarded word of each, notes. */
const LOCK = 0;
const XSEMA = 2;
export const WAITING_LOCKED = 3;
export const WAITING_GUARDED = 4;
const XNOTES = 5;

export function waitingWord(m: Mem, i: number): Ref {
  return m[CONFIG + Config.at.bss] + i;
}

export function buildWaiting(m: Mem, _m0: MRef): void {
  Atomics.store(m, waitingWord(m, XSEMA), 1);
}

/**
 * Runs the operations of M `index`; then, `notes` times, wakes its own note and sleeps on that of the M before it.
 * Returns how often it acquired the semaphore.
 */
export function runWaiting(m: Mem, index: number, operations: readonly Operation[], notes: number): number {
  const mp = mAt(m, index);
  let got = 0;
  for (const [name] of operations) {
    if (name === 'lock') {
      lock(m, mp, waitingWord(m, LOCK));
      m[waitingWord(m, WAITING_LOCKED)]++;
      unlock(m, mp, waitingWord(m, LOCK));
    } else if (name === 'acquire' || semtryacquire(m, waitingWord(m, XSEMA))) {
      if (name === 'acquire') semacquire(m, waitingWord(m, XSEMA));
      m[waitingWord(m, WAITING_GUARDED)]++;
      got++;
      semrelease(m, waitingWord(m, XSEMA));
    }
  }
  const nprocs = m[CONFIG + Config.at.nprocs];
  for (let i = 0; i < notes; i++) {
    notewakeup(m, waitingWord(m, XNOTES + index));
    const before = waitingWord(m, XNOTES + ((index + nprocs - 1) % nprocs));
    notesleep(m, before);
    noteclear(m, before);
  }
  return got;
}
