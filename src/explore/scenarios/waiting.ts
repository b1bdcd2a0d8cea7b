/** Locks, notes and semaphores: mutual exclusion holds, and no M sleeps for ever. */
import { perM } from './per-m.ts';
import { WAITING_GUARDED, WAITING_LOCKED, waitingWord } from './programs/waiting.ts';
import type { Operation } from './operation.ts';
import type { Scenario, Setting } from './scenario.ts';

const CROWD: readonly Operation[] = [['lock'], ['acquire'], ['lock'], ['try'], ['acquire'], ['lock'], ['lock']];

export const waiting: Scenario = perM({
  name: 'waiting',
  summary: 'Ms wait for the same lock, the same semaphore, and for each other',
  procs: [3, 2, 4],
  knobs: [{ name: 'notes', summary: '1: the Ms also wake each other by notes', values: [1, 0] }],
  operations: ({ procs }) => Array.from({ length: procs }, () => CROWD),
  build: (core, m, m0) => core.buildWaiting(m, m0),
  run: (core, m, i, operations, { notes }) => core.runWaiting(m, i, operations, notes),
  check: checkCounts,
  withoutOracle: true,
});

function checkCounts(m: Int32Array, results: readonly unknown[], { operations }: Setting): string {
  const locked = operations.flat().filter(([name]) => name === 'lock').length;
  if (m[waitingWord(m, WAITING_LOCKED)] !== locked) return `LOCK_SHARED: the lock was taken ${locked} times, but only ${m[waitingWord(m, WAITING_LOCKED)]} counted`;
  const got = (results as readonly number[]).reduce((sum, n) => sum + n, 0);
  if (m[waitingWord(m, WAITING_GUARDED)] !== got) return `SEMAPHORE_SHARED: the semaphore was acquired ${got} times, but only ${m[waitingWord(m, WAITING_GUARDED)]} counted`;
  return '';
}
