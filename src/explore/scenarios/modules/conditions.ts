/**
 * Goroutines share a buffer for one object, a mutex and two conditions. Putters wait until the buffer
 * is empty, the main goroutine waits until it is full. At the end the putters wait for a third
 * condition, which the main goroutine broadcasts.
 */
import type { Mem } from '../../../memory/struct.ts';
import { fatal } from '../../../base/fatal.ts';
import type { GRef } from '../../../machine/g.ts';
import type { MRef } from '../../../machine/m.ts';
import { GOEXIT, ret } from '../../../runtime/goroutine.ts';
import { collect, getGlobal, getInt, getSlot, loadInt, newObject, prepare, setGlobal, setInt, setSlot, start, storeInt } from '../../../runtime/mutator.ts';
import { COND_GLOBALS, MUTEX_GLOBALS, condBroadcast, condSignal, condWait, mutexLock, mutexUnlock } from '../../../workloads/cond.ts';
import { GROUP_GLOBALS, groupAdd, groupDone, groupWait } from '../../../workloads/join.ts';
import type { ModuleOfMachine } from '../module.ts';

/** Globals: the object in the buffer, whether all objects are taken, the mutex, the conditions, the wait group. */
const ITEM = 0;
const OVER = 1;
const MUTEX = 2;
const NOT_EMPTY = MUTEX + MUTEX_GLOBALS;
const NOT_FULL = NOT_EMPTY + COND_GLOBALS;
const ENDED = NOT_FULL + COND_GLOBALS;
const GROUP = ENDED + COND_GLOBALS;
const GLOBALS = GROUP + GROUP_GLOBALS;
/** A global is two words. */
const GLOBAL_WORDS = 2;

const OBJECT_BYTES = 64;
const OBJECT = 0;

/** Ints of the main goroutine: putters, objects of each, objects taken, sum of their ids. */
const PUTTERS = 0;
const PUTS = 1;
const TAKEN = 2;
const SUM = 3;
/** Ints of a putter: objects left, number. */
const LEFT = 0;
const NUMBER = 1;

const PC = { begin: 0, lockToTake: 1, take: 2, join: 3, end: 4, make: 5, put: 6, lockToLeave: 7, leave: 8 } as const;

function begin(m: Mem, mp: MRef, gp: GRef): number {
  const putters = getInt(m, gp, PUTTERS);
  groupAdd(m, mp, GROUP, putters);
  for (let i = 0; i < putters; i++) {
    const putter = prepare(m, mp, gp, PC.make, 1);
    setInt(m, putter, LEFT, getInt(m, gp, PUTS));
    setInt(m, putter, NUMBER, i);
    start(m, mp, putter);
  }
  return PC.lockToTake;
}

function lockToTake(m: Mem, mp: MRef, gp: GRef): number {
  return mutexLock(m, mp, gp, MUTEX, PC.take);
}

function take(m: Mem, mp: MRef, gp: GRef): number {
  const item = getGlobal(m, ITEM);
  if (item === 0) return condWait(m, mp, gp, NOT_EMPTY, MUTEX, PC.take);
  setInt(m, gp, SUM, getInt(m, gp, SUM) + loadInt(m, item, 1));
  setGlobal(m, ITEM, 0);
  const taken = getInt(m, gp, TAKEN) + 1;
  setInt(m, gp, TAKEN, taken);
  const isOver = taken === getInt(m, gp, PUTTERS) * getInt(m, gp, PUTS);
  if (isOver) {
    setGlobal(m, OVER, 1);
    condBroadcast(m, mp, ENDED);
  } else {
    condSignal(m, mp, NOT_FULL);
  }
  mutexUnlock(m, mp, MUTEX);
  if (taken === 1) collect(m, mp, false);
  return isOver ? PC.join : PC.lockToTake;
}

function join(m: Mem, mp: MRef, gp: GRef): number {
  return groupWait(m, mp, gp, GROUP, PC.end);
}

/** Compares the ids taken with the ids put. */
function end(m: Mem, _mp: MRef, gp: GRef): number {
  let expected = 0;
  for (let i = 0; i < getInt(m, gp, PUTTERS); i++) {
    for (let left = getInt(m, gp, PUTS); left > 0; left--) expected += idOf(i, left);
  }
  if (getInt(m, gp, SUM) !== expected) fatal('EXPLORED_OBJECT_LOST', { expected, sum: getInt(m, gp, SUM) });
  return ret(m, gp);
}

function idOf(number: number, left: number): number {
  return 100 * (number + 1) + left;
}

function make(m: Mem, mp: MRef, gp: GRef): number {
  if (getInt(m, gp, LEFT) === 0) return PC.lockToLeave;
  const object = newObject(m, mp, gp, OBJECT, OBJECT_BYTES, 0);
  storeInt(m, object, 1, idOf(getInt(m, gp, NUMBER), getInt(m, gp, LEFT)));
  return mutexLock(m, mp, gp, MUTEX, PC.put);
}

function put(m: Mem, mp: MRef, gp: GRef): number {
  if (getGlobal(m, ITEM) !== 0) return condWait(m, mp, gp, NOT_FULL, MUTEX, PC.put);
  setGlobal(m, ITEM, getSlot(m, gp, OBJECT));
  setSlot(m, gp, OBJECT, 0);
  setInt(m, gp, LEFT, getInt(m, gp, LEFT) - 1);
  condSignal(m, mp, NOT_EMPTY);
  mutexUnlock(m, mp, MUTEX);
  return PC.make;
}

function lockToLeave(m: Mem, mp: MRef, gp: GRef): number {
  return mutexLock(m, mp, gp, MUTEX, PC.leave);
}

function leave(m: Mem, mp: MRef, gp: GRef): number {
  if (getGlobal(m, OVER) === 0) return condWait(m, mp, gp, ENDED, MUTEX, PC.leave);
  mutexUnlock(m, mp, MUTEX);
  groupDone(m, mp, GROUP);
  return GOEXIT;
}

export const CONDITIONS = {
  name: 'conditions',
  summary: 'goroutines wait for a mutex and for conditions that are signalled and broadcast, under collections',
  procs: [3, 2],
  knobs: [{ name: 'each', summary: 'objects that each putter puts', values: [2, 1, 3] }],
  shape: () => ({ bssWords: GLOBAL_WORDS * GLOBALS }),
  // Two putters.
  args: ({ each }) => [2, each],
  steps: [begin, lockToTake, take, join, end, make, put, lockToLeave, leave],
  main: { pc: PC.begin, slots: 1 },
} satisfies ModuleOfMachine;
