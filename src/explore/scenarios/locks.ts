/** Lock, semaphore and note: mutual exclusion, and wake-ups. */
import { runAlone } from '../alone.ts';
import { bootWithoutHeap, noHeapShape, ownWord, perThread } from './no-heap.ts';
import { LOCKS, SEMA_ROOM } from './programs/locks.ts';
import type { Operation, Operations } from './operation.ts';
import { procsKnob, type Knobs, type Scenario } from './scenario.ts';

/** Returns the operations of each M. */
function operations(own: (i: number, procs: number) => readonly Operation[]): (knobs: Knobs) => Operations {
  return ({ procs }) => Array.from({ length: procs }, (_, i) => own(i, procs));
}

function locks(name: string, summary: string, own: (i: number, procs: number) => readonly Operation[]): Scenario {
  return {
    name,
    summary,
    knobs: [procsKnob(3, 2, 4)],
    shape: noHeapShape,
    operations: operations(own),
    prepare(core, { knobs, operations: told }) {
      const possible = withoutUnwoken(told);
      const template = bootWithoutHeap(core, noHeapShape(knobs));
      runAlone(core, core.buildLocks(template));
      const locked = possible.flat().filter(([op]) => op === 'lock').length;
      return perThread(knobs, template, (m, i) => core.runLocks(m, i, possible[i]), (m) => checkLocks(m, locked));
    },
  };
}

/** Drops each sleep on a note that no M wakes. */
function withoutUnwoken(told: Operations): Operations {
  const woken = new Set(told.flat().filter(([op]) => op === 'wake').map(([, note]) => note));
  return told.map((own) => own.filter(([op, note]) => op !== 'sleep' || woken.has(note)));
}

function checkLocks(m: Int32Array, locked: number): string {
  if (m[ownWord(m, LOCKS.count)] !== locked) return `LOST_UPDATE: the counter was raised ${locked} times under the lock, and is ${m[ownWord(m, LOCKS.count)]}`;
  if (m[ownWord(m, LOCKS.sema)] !== SEMA_ROOM) return `SEMAPHORE_MISCOUNTS: the semaphore began with ${SEMA_ROOM}, and ends with ${m[ownWord(m, LOCKS.sema)]}`;
  return '';
}

export const locksScenario = locks('locks', 'Ms take the same lock', () => [['lock'], ['lock'], ['lock']]);
export const semaphores = locks('semaphore', 'Ms acquire a semaphore with one permit', () => [['use'], ['use'], ['use']]);
export const notes = locks('notes', 'Ms wake each other once by notes', (i, procs) => [['wake', i], ['sleep', (i + 1) % procs], ['lock']]);
