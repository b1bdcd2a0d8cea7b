/** Lock, semaphore and note: who is let in, and who is woken. */
import { runAlone } from '../alone.ts';
import { bootWithoutHeap, noHeapShape, ownWord, perM } from './no-heap.ts';
import { LOCKS, SEMA_ROOM } from './programs/locks.ts';
import type { Operation, Operations } from './operation.ts';
import { procsKnob, type Knobs, type Scenario } from './scenario.ts';

/** What each of the Ms is told. */
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
      return perM(knobs, template, (m, i) => core.runLocks(m, i, possible[i]), (m) => checkLocks(m, locked));
    },
  };
}

/** Who would sleep on a note that nobody is told to wake doesn't. */
function withoutUnwoken(told: Operations): Operations {
  const woken = new Set(told.flat().filter(([op]) => op === 'wake').map(([, note]) => note));
  return told.map((own) => own.filter(([op, note]) => op !== 'sleep' || woken.has(note)));
}

function checkLocks(m: Int32Array, locked: number): string {
  if (m[ownWord(m, LOCKS.count)] !== locked) return `LOST_UPDATE: ${locked} were added under the lock, it counts ${m[ownWord(m, LOCKS.count)]}`;
  if (m[ownWord(m, LOCKS.sema)] !== SEMA_ROOM) return `SEMAPHORE_MISCOUNTS: it had ${SEMA_ROOM}, and has ${m[ownWord(m, LOCKS.sema)]}`;
  return '';
}

export const locksScenario = locks('locks', 'Ms that take one lock by turns', () => [['lock'], ['lock'], ['lock']]);
export const semaphores = locks('semaphore', 'Ms that use what there is one of', () => [['use'], ['use'], ['use']]);
export const notes = locks('notes', 'Ms that wake each other once', (i, procs) => [['wake', i], ['sleep', (i + 1) % procs], ['lock']]);
