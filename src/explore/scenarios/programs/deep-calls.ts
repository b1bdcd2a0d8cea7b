/**
 * Goroutines that call themselves deeper and deeper, and return: their stacks grow, and move,
 * while collections run. Each frame holds an object that knows how deep it was made; what was
 * given back of a stack too early, or left behind, is another's.
 */
import type { Mem } from '../../../memory/struct.ts';
import { fatal } from '../../../base/fatal.ts';
import type { GRef } from '../../../machine/g.ts';
import type { MRef } from '../../../machine/m.ts';
import { GOEXIT, call, ret } from '../../../runtime/goroutine.ts';
import { collect, getInt, getSlot, loadInt, newObject, prepare, setInt, setSlot, start, storeInt } from '../../../runtime/mutator.ts';
import { groupAdd, groupDone, groupWait } from '../../../workloads/join.ts';

const OBJECT_BYTES = 64;
const GROUP = 0;

/** Slots of a frame: its object, the last the same, and one that stays nil, as a new frame's slots are. */
const OBJECT = 0;
const NIL = 1;
const SAME = 13;
const SLOTS = 14;

/** Ints: of main how many goroutines, how deep, and how often; of the others their number, how deep they are, how deep they go, and how often still. */
const GOROUTINES = 0;
const DEPTH = 1;
const TIMES = 2;
const NUMBER = 0;
const DEEP = 1;
const DEEPEST = 2;
const LEFT = 3;

const PC = { begin: 0, join: 1, end: 2, descend: 3, rise: 4, top: 5 } as const;

function begin(m: Mem, mp: MRef, gp: GRef): number {
  const n = getInt(m, gp, GOROUTINES);
  groupAdd(m, mp, GROUP, n);
  for (let i = 0; i < n; i++) {
    const made = prepare(m, mp, gp, PC.descend, SLOTS);
    setInt(m, made, NUMBER, i);
    setInt(m, made, DEEPEST, getInt(m, gp, DEPTH) - 2 * i);
    setInt(m, made, LEFT, getInt(m, gp, TIMES));
    start(m, mp, made);
  }
  return PC.join;
}

function join(m: Mem, mp: MRef, gp: GRef): number {
  return groupWait(m, mp, gp, GROUP, PC.end);
}

function end(m: Mem, _mp: MRef, gp: GRef): number {
  return ret(m, gp);
}

/** One frame deeper; the first goroutine collects where it turns. */
function descend(m: Mem, mp: MRef, gp: GRef): number {
  if (getSlot(m, gp, OBJECT) !== 0 || getSlot(m, gp, NIL) !== 0) fatal('FRAME_NOT_NIL', { deep: getInt(m, gp, DEEP), object: getSlot(m, gp, OBJECT) });
  const deep = getInt(m, gp, DEEP);
  storeInt(m, newObject(m, mp, gp, SAME, OBJECT_BYTES, 0), 0, idOf(m, gp, deep));
  setSlot(m, gp, OBJECT, getSlot(m, gp, SAME));
  if (deep === getInt(m, gp, DEEPEST)) {
    if (getInt(m, gp, NUMBER) === 0) collect(m, mp, false);
    return PC.rise;
  }
  setInt(m, gp, DEEP, deep + 1);
  return call(m, gp, PC.descend, SLOTS, PC.rise);
}

/** Back in a frame: its object must be there still. */
function rise(m: Mem, _mp: MRef, gp: GRef): number {
  const deep = getInt(m, gp, DEEP);
  const object = getSlot(m, gp, OBJECT);
  if (object === 0 || object !== getSlot(m, gp, SAME) || loadInt(m, object, 0) !== idOf(m, gp, deep)) fatal('FRAME_DAMAGED', { deep, object, holds: object === 0 ? 0 : loadInt(m, object, 0) });
  if (deep === 0) return PC.top;
  setInt(m, gp, DEEP, deep - 1);
  return ret(m, gp);
}

/** Once more, or the end. */
function top(m: Mem, mp: MRef, gp: GRef): number {
  setSlot(m, gp, OBJECT, 0);
  setSlot(m, gp, SAME, 0);
  setInt(m, gp, LEFT, getInt(m, gp, LEFT) - 1);
  if (getInt(m, gp, LEFT) > 0) return PC.descend;
  groupDone(m, mp, GROUP);
  return GOEXIT;
}

/** Of the object that the goroutine has made so deep down. */
function idOf(m: Mem, gp: GRef, deep: number): number {
  return 100 * (getInt(m, gp, NUMBER) + 1) + deep;
}

export const DEEP_CALLS = {
  steps: [begin, join, end, descend, rise, top],
  main: { pc: PC.begin, slots: 0 },
} as const;
