/**
 * Threads use locks, semaphores and notes. The words that a lock guards are changed by plain accesses, and
 * name the thread inside. A semaphore admits as many threads as it has permits. One thread sleeps on a
 * note, and another wakes it.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import type { Ref } from '../../../memory/address.ts';
import { fatal } from '../../../base/fatal.ts';
import { lock, unlock } from '../../../sync/lock.ts';
import { noteclear, notesleep, notewakeup } from '../../../sync/note.ts';
import { semacquire, semrelease } from '../../../sync/semaphore.ts';
import { mAt } from '../../../machine/m.ts';

/** Words of the scenario: the lock, the words it guards (the thread inside, a count), the semaphore and its count, the notes. */
export const LOCKS = { lock: 0, inside: 2, count: 3, sema: 4, users: 5, notes: 6 } as const;
/** Permits of the semaphore. */
export const SEMA_ROOM = 1;

/** Returns word `i` of the scenario. */
function word(m: Mem, i: number): Ref {
  return m[CONFIG + Config.at.bss] + i;
}

/** Gives the semaphore its permits. */
export function buildLocks(m: Mem): void {
  Atomics.store(m, word(m, LOCKS.sema), SEMA_ROOM);
}

/** Runs the operations of M `index`: `lock`, `use` the semaphore, `wake` note n, `sleep` on note n. */
export function runLocks(m: Mem, index: number, operations: readonly (readonly [string, ...number[]])[]): void {
  for (const [name, note] of operations) {
    if (name === 'lock') addLocked(m, index);
    else if (name === 'use') use(m, index);
    else if (name === 'wake') notewakeup(m, word(m, LOCKS.notes + note));
    else sleepOn(m, word(m, LOCKS.notes + note));
  }
}

function addLocked(m: Mem, index: number): void {
  const mp = mAt(m, index);
  const l = word(m, LOCKS.lock);
  lock(m, mp, l);
  enter(m, index);
  m[word(m, LOCKS.count)]++;
  leave(m, index);
  unlock(m, mp, l);
}

function enter(m: Mem, index: number): void {
  const inside = word(m, LOCKS.inside);
  if (m[inside] !== 0) fatal('LOCK_HELD_TWICE', { m: index, and: m[inside] - 1 });
  m[inside] = index + 1;
}

function leave(m: Mem, index: number): void {
  const inside = word(m, LOCKS.inside);
  if (m[inside] !== index + 1) fatal('LOCK_HELD_TWICE', { m: index, and: m[inside] - 1 });
  m[inside] = 0;
}

function use(m: Mem, index: number): void {
  semacquire(m, word(m, LOCKS.sema));
  const users = Atomics.add(m, word(m, LOCKS.users), 1) + 1;
  if (users > SEMA_ROOM) fatal('SEMAPHORE_TOO_FULL', { m: index, users });
  Atomics.sub(m, word(m, LOCKS.users), 1);
  semrelease(m, word(m, LOCKS.sema));
}

function sleepOn(m: Mem, note: Ref): void {
  notesleep(m, note);
  if (Atomics.load(m, note) === 0) fatal('NOTE_NOT_WOKEN', { note });
  noteclear(m, note);
}
