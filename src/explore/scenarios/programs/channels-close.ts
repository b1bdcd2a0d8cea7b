/**
 * A channel is closed while several goroutines wait on it, and each then waits on a second channel. Their
 * queue records are reused while the closer still wakes others. One goroutine waits by a select, whose
 * other case is an unused channel.
 *
 *     main: waits until all have begun, closes FIRST; waits until all were woken, closes SECOND
 *     each: receives from FIRST, then from SECOND
 */
import type { Mem } from '../../../memory/struct.ts';
import { ptrWords } from '../../../memory/config.ts';
import { fatal } from '../../../base/fatal.ts';
import type { GRef } from '../../../machine/g.ts';
import { M, type MRef } from '../../../machine/m.ts';
import { FLAG_NOSCAN } from '../../../malloc/flags.ts';
import { chanclose, chanok, chanrecv, makechan } from '../../../runtime/chan.ts';
import { GOEXIT, ret, slotAt, yieldTo } from '../../../runtime/goroutine.ts';
import { collect, getInt, getSlot, prepare, setInt, setSlot, start } from '../../../runtime/mutator.ts';
import { recvCase, select } from '../../../runtime/select.ts';
import { GROUP_GLOBALS, groupAdd, groupDone, groupWait } from '../../../workloads/join.ts';

/** Wait groups: goroutines that have yet to begin, to be woken, to end. */
const BEGUN = 0;
const WOKEN = GROUP_GLOBALS;
const ENDED = 2 * GROUP_GLOBALS;

/** Slots: the channels, and the element. */
const FIRST = 0;
const SECOND = 1;
const UNUSED = 2;
const ELEMENT = 3;
const SLOTS = 4;

/** Ints of main: waiting goroutines, yields before the close, whether to collect after it. Of the others: their number. */
const WAITERS = 0;
const YIELDS = 1;
const COLLECTS = 2;
const NUMBER = 0;

const PC = { begin: 0, settle: 1, close: 2, woken: 3, closeSecond: 4, join: 5, end: 6, wait: 7, again: 8, leave: 9 } as const;

const EITHER = [recvCase(UNUSED, ELEMENT, PC.again), recvCase(FIRST, ELEMENT, PC.again)];

function begin(m: Mem, mp: MRef, gp: GRef): number {
  const waiters = getInt(m, gp, WAITERS);
  for (let slot = FIRST; slot <= UNUSED; slot++) makechan(m, mp, gp, slot, ptrWords(m) * 4, 0, FLAG_NOSCAN);
  for (const group of [BEGUN, WOKEN, ENDED]) groupAdd(m, mp, group, waiters);
  for (let i = 0; i < waiters; i++) {
    const made = prepare(m, mp, gp, PC.wait, SLOTS);
    setInt(m, made, NUMBER, i);
    for (let slot = FIRST; slot <= UNUSED; slot++) setSlot(m, made, slot, getSlot(m, gp, slot));
    start(m, mp, made);
  }
  return groupWait(m, mp, gp, BEGUN, PC.settle);
}

/** Most goroutines wait by the time of the close. */
function settle(m: Mem, mp: MRef, gp: GRef): number {
  const left = getInt(m, gp, YIELDS);
  setInt(m, gp, YIELDS, left - 1);
  m[mp + M.at.heartbeat]++;
  return left > 0 ? yieldTo(PC.settle) : PC.close;
}

function close(m: Mem, mp: MRef, gp: GRef): number {
  chanclose(m, mp, gp, getSlot(m, gp, FIRST));
  if (getInt(m, gp, COLLECTS) !== 0) collect(m, mp, false);
  return PC.woken;
}

function woken(m: Mem, mp: MRef, gp: GRef): number {
  return groupWait(m, mp, gp, WOKEN, PC.closeSecond);
}

function closeSecond(m: Mem, mp: MRef, gp: GRef): number {
  chanclose(m, mp, gp, getSlot(m, gp, SECOND));
  return PC.join;
}

function join(m: Mem, mp: MRef, gp: GRef): number {
  return groupWait(m, mp, gp, ENDED, PC.end);
}

function end(m: Mem, _mp: MRef, gp: GRef): number {
  return ret(m, gp);
}

function wait(m: Mem, mp: MRef, gp: GRef): number {
  groupDone(m, mp, BEGUN);
  m[slotAt(m, gp, ELEMENT)] = -1;
  if (getInt(m, gp, NUMBER) === 1) return select(m, mp, gp, EITHER);
  return chanrecv(m, mp, gp, getSlot(m, gp, FIRST), ELEMENT, PC.again);
}

/** FIRST was closed. */
function again(m: Mem, mp: MRef, gp: GRef): number {
  checkZero(m, gp);
  groupDone(m, mp, WOKEN);
  m[slotAt(m, gp, ELEMENT)] = -1;
  return chanrecv(m, mp, gp, getSlot(m, gp, SECOND), ELEMENT, PC.leave);
}

/** SECOND was closed, but not before all were woken from FIRST. */
function leave(m: Mem, mp: MRef, gp: GRef): number {
  checkZero(m, gp);
  groupDone(m, mp, ENDED);
  return GOEXIT;
}

function checkZero(m: Mem, gp: GRef): void {
  if (chanok(m, gp) || m[slotAt(m, gp, ELEMENT)] !== 0) fatal('EXPLORED_END_NOT_ZERO', { ok: chanok(m, gp) ? 1 : 0, element: m[slotAt(m, gp, ELEMENT)] });
}

export const CHANNELS_CLOSE = {
  steps: [begin, settle, close, woken, closeSecond, join, end, wait, again, leave],
  main: { pc: PC.begin, slots: SLOTS },
} as const;
