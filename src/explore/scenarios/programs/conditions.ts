/**
 * Goroutines with a buffer for one object, a mutex and two conditions: putters wait until it is
 * empty, the main goroutine until it is full. At the end they wait for a third condition, which a
 * broadcast tells to all.
 */
import type { Mem } from '../../../memory/struct.ts';
import { fatal } from '../../../base/fatal.ts';
import type { GRef } from '../../../machine/g.ts';
import type { MRef } from '../../../machine/m.ts';
import { GOEXIT, ret } from '../../../runtime/goroutine.ts';
import { collect, getGlobal, getInt, getSlot, loadInt, newObject, prepare, setGlobal, setInt, setSlot, start, storeInt } from '../../../runtime/mutator.ts';
import { COND_GLOBALS, MUTEX_GLOBALS, condBroadcast, condSignal, condWait, mutexLock, mutexUnlock } from '../../../workloads/cond.ts';
import { GROUP_GLOBALS, groupAdd, groupDone, groupWait } from '../../../workloads/join.ts';

/** Globals: what is in the buffer; whether all is taken; the mutex, the conditions, the group. */
const ITEM = 0;
const OVER = 1;
const MUTEX = 2;
const NOT_EMPTY = MUTEX + MUTEX_GLOBALS;
const NOT_FULL = NOT_EMPTY + COND_GLOBALS;
const ENDED = NOT_FULL + COND_GLOBALS;
const GROUP = ENDED + COND_GLOBALS;
export const CONDITIONS_GLOBALS = GROUP + GROUP_GLOBALS;

const OBJECT_BYTES = 64;
const OBJECT = 0;

/** Ints: of main putters, objects of each, objects taken, their sum; of a putter the objects left, and its number. */
const PUTTERS = 0;
const PUTS = 1;
const TAKEN = 2;
const SUM = 3;
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

/** The numbers of all objects that were put, one each. */
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
  steps: [begin, lockToTake, take, join, end, make, put, lockToLeave, leave],
  main: { pc: PC.begin, slots: 1 },
} as const;
