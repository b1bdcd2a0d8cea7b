/**
 * Stacks that grow. Goroutines call themselves deeper and deeper, and return: their stacks grow and
 * move while a collection runs.
 *
 * Each frame holds an object that stores the depth at which it was made. If a part of a stack is freed
 * too early, or not copied, another object stands in the frame.
 */
import type { Mem } from '../../../memory/struct.ts';
import { fatal } from '../../../base/fatal.ts';
import type { GRef } from '../../../machine/g.ts';
import type { MRef } from '../../../machine/m.ts';
import { GOEXIT, call, ret } from '../../../runtime/goroutine.ts';
import { collect, getInt, getSlot, loadInt, newObject, prepare, setInt, setSlot, start, storeInt } from '../../../runtime/mutator.ts';
import { groupAdd, groupDone, groupWait } from '../../../workloads/join.ts';
import type { ModuleOfMachine } from '../module.ts';

const OBJECT_BYTES = 64;
const GROUP = 0;

/** Slots of a frame. The first and the last hold the frame's object; NIL stays nil, as the slots of a new frame are. */
const OBJECT = 0;
const NIL = 1;
const SAME = 13;
const SLOTS = 14;

/** Ints of the main goroutine: number of goroutines, depth of the first, descents of each. */
const GOROUTINES = 0;
const DEPTH = 1;
const TIMES = 2;
/** Ints of the others: number, depth now, depth at which to turn, descents left. */
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

/** Calls one frame deeper. The first goroutine collects at its deepest frame. */
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

/** Continues in a frame after a return. The frame's object must be unchanged. */
function rise(m: Mem, _mp: MRef, gp: GRef): number {
  const deep = getInt(m, gp, DEEP);
  const object = getSlot(m, gp, OBJECT);
  if (object === 0 || object !== getSlot(m, gp, SAME) || loadInt(m, object, 0) !== idOf(m, gp, deep)) fatal('FRAME_DAMAGED', { deep, object, holds: object === 0 ? 0 : loadInt(m, object, 0) });
  if (deep === 0) return PC.top;
  setInt(m, gp, DEEP, deep - 1);
  return ret(m, gp);
}

/** Descends once more, or ends. */
function top(m: Mem, mp: MRef, gp: GRef): number {
  setSlot(m, gp, OBJECT, 0);
  setSlot(m, gp, SAME, 0);
  setInt(m, gp, LEFT, getInt(m, gp, LEFT) - 1);
  if (getInt(m, gp, LEFT) > 0) return PC.descend;
  groupDone(m, mp, GROUP);
  return GOEXIT;
}

/** Returns the id of the object that the goroutine makes at depth `deep`. */
function idOf(m: Mem, gp: GRef, deep: number): number {
  return 100 * (getInt(m, gp, NUMBER) + 1) + deep;
}

export const DEEP_CALLS = {
  name: 'deep-calls',
  summary: 'goroutines call deeper than their stacks reach: the stacks grow and move, under collections',
  procs: [3, 2],
  knobs: [{ name: 'deepest', summary: 'depth of the first goroutine, in frames', values: [9, 36, 4] }],
  // Four frames fill a smallest stack. The largest stack that has an order is half a page. A deep stack has many roots.
  shape: () => ({ stackMinWords: 128, stackWords: 4096, stackCacheWords: 2048, maxWorkbufs: 64 }),
  // Two goroutines, two descents each.
  args: ({ deepest }) => [2, deepest, 2],
  steps: [begin, join, end, descend, rise, top],
  main: { pc: PC.begin, slots: 0 },
} satisfies ModuleOfMachine;
