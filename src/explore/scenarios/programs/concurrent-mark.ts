/**
 * A mutator hides white objects behind black ones while workers mark. Each object has a child, so that it must
 * be scanned as well as marked.
 *
 *     global ------> holder A ---> W        W moves between the holders, or to the mutator's stack
 *     global ------> holder B ---> X        X begins on the mutator's stack
 *     stacks ------> X, Y, V, Z             Y stays on the mutator's, V on the shifter's; Z is new
 *
 *   1. The main goroutine makes the shifter, begins a mark, makes the mutator, and waits for both.
 *   2. The mutator moves X from its stack to B in its first step: its stack is scanned at the end of that step.
 *   3. It allocates Z, which it keeps on its stack, and lets the shifter go.
 *   4. It moves W from one holder to the other, each time in two stores: the new one, then nil.
 *   5. If it shall, it takes W to its stack alone.
 *   6. It ends the mark, unless a worker has. Then all objects must still be there.
 *   7. Beside it, the shifter moves V from one slot of its frame to another: no worker may scan the frame then.
 *
 * Each way of hiding needs another part of the barrier: 2 that it shades the new pointer, 4 that it shades
 * the new pointer or the old one, 5 that it shades the old one or that stacks are scanned again.
 */
import type { Mem } from '../../../memory/struct.ts';
import type { Ref } from '../../../memory/address.ts';
import { fatal } from '../../../base/fatal.ts';
import type { GRef } from '../../../machine/g.ts';
import type { MRef } from '../../../machine/m.ts';
import { isMarking } from '../../../gc/collector.ts';
import { osyield } from '../../../sync/os.ts';
import { FORCE, gcStart } from '../../../runtime/gc.ts';
import { GOEXIT, ret, yieldTo } from '../../../runtime/goroutine.ts';
import { getGlobal, getInt, getSlot, loadInt, loadWord, newObject, prepare, setGlobal, setInt, setSlot, start, storeInt, storeWord } from '../../../runtime/mutator.ts';
import { GROUP_GLOBALS, groupAdd, groupDone, groupWait } from '../../../workloads/join.ts';

const BYTES = 64;
/** Globals: the group that main waits for, the one that the shifter waits for, the holders. */
const GROUP = 0;
const GATE = GROUP_GLOBALS;
const HOLDERS = 2 * GROUP_GLOBALS;
/** Words of a holder. */
const W = 0;
const X = 1;
/** A word of an object: its id. */
const ID = 2;
const W_ID = 11;
const X_ID = 22;

/** A word of an object: its child, which has the same id. */
const CHILD = 0;
const Y_ID = 33;
const V_ID = 44;
const Z_ID = 55;
/** Moves of V, an odd number. It begins in the second slot, and ends in the first. */
const SHIFTS = 7;

/** Slots of the mutator: X, then W; Y; Z. Of the main goroutine: X, Y. Of the shifter: V is in the first or the second. */
const HELD = 0;
const KEPT = 1;
const NEW = 2;
/** Slot of the main goroutine, for the child that is being made. */
const SCRATCH = 2;
const MAIN_SLOTS = 3;
const MUTATOR_SLOTS = 3;
const SHIFTER_SLOTS = 2;
/** Ints of main and mutator: moves of W that are left; whether it is taken in the end. Of the mutator: the holder of W. */
const MOVES = 0;
const TAKES = 1;
const HOLDER = 2;

const PC = { build: 0, begin: 1, join: 2, leave: 3, hide: 4, allocate: 5, move: 6, take: 7, end: 8, check: 9, wait: 10, shift: 11, shifted: 12, ended: 13 } as const;

/** Allocates an object and its child, held by slot `i` of the frame. */
function make(m: Mem, mp: MRef, gp: GRef, i: number, id: number): void {
  storeInt(m, newObject(m, mp, gp, i, BYTES, 0), ID, id);
  const object = getSlot(m, gp, i);
  newObject(m, mp, gp, SCRATCH, BYTES, 0);
  storeInt(m, getSlot(m, gp, SCRATCH), ID, id);
  storeWord(m, object, CHILD, getSlot(m, gp, SCRATCH));
}

/** Checks the object `object` and its child. */
function checkObject(m: Mem, object: Ref, id: number): void {
  const own = loadInt(m, object, ID);
  const childs = loadInt(m, loadWord(m, object, CHILD), ID);
  if (own !== id || childs !== id) fatal('EXPLORED_OBJECT_DAMAGED', { object, id, own, childs });
}

/** Makes the objects, and the shifter. X and Y stay on the main goroutine's stack. */
function build(m: Mem, mp: MRef, gp: GRef): number {
  for (let i = 0; i < 2; i++) {
    newObject(m, mp, gp, HELD, BYTES, 0);
    setGlobal(m, HOLDERS + i, getSlot(m, gp, HELD));
  }
  make(m, mp, gp, HELD, W_ID);
  storeWord(m, getGlobal(m, HOLDERS), W, getSlot(m, gp, HELD));
  make(m, mp, gp, HELD, V_ID);
  groupAdd(m, mp, GROUP, 2);
  groupAdd(m, mp, GATE, 1);
  const shifter = prepare(m, mp, gp, PC.wait, SHIFTER_SLOTS);
  setSlot(m, shifter, 1, getSlot(m, gp, HELD));
  start(m, mp, shifter);
  make(m, mp, gp, KEPT, Y_ID);
  make(m, mp, gp, HELD, X_ID);
  setSlot(m, gp, SCRATCH, 0);
  return PC.begin;
}

/** Begins the mark, and makes the mutator with X and Y on its stack alone. */
function begin(m: Mem, mp: MRef, gp: GRef): number {
  gcStart(m, mp, FORCE.begin);
  const mutator = prepare(m, mp, gp, PC.hide, MUTATOR_SLOTS);
  setSlot(m, mutator, HELD, getSlot(m, gp, HELD));
  setSlot(m, mutator, KEPT, getSlot(m, gp, KEPT));
  setInt(m, mutator, MOVES, getInt(m, gp, MOVES));
  setInt(m, mutator, TAKES, getInt(m, gp, TAKES));
  setSlot(m, gp, HELD, 0);
  setSlot(m, gp, KEPT, 0);
  start(m, mp, mutator);
  return PC.join;
}

function join(m: Mem, mp: MRef, gp: GRef): number {
  return groupWait(m, mp, gp, GROUP, PC.leave);
}

function leave(m: Mem, _mp: MRef, gp: GRef): number {
  return ret(m, gp);
}

function hide(m: Mem, _mp: MRef, gp: GRef): number {
  storeWord(m, getGlobal(m, HOLDERS + 1), X, getSlot(m, gp, HELD));
  setSlot(m, gp, HELD, 0);
  return yieldTo(PC.allocate);
}

function allocate(m: Mem, mp: MRef, gp: GRef): number {
  storeInt(m, newObject(m, mp, gp, NEW, BYTES, 0), ID, Z_ID);
  groupDone(m, mp, GATE);
  return yieldTo(next(m, gp));
}

function move(m: Mem, _mp: MRef, gp: GRef): number {
  const from = getInt(m, gp, HOLDER);
  const to = 1 - from;
  storeWord(m, getGlobal(m, HOLDERS + to), W, loadWord(m, getGlobal(m, HOLDERS + from), W));
  storeWord(m, getGlobal(m, HOLDERS + from), W, 0);
  setInt(m, gp, HOLDER, to);
  setInt(m, gp, MOVES, getInt(m, gp, MOVES) - 1);
  return yieldTo(next(m, gp));
}

/** Returns the mutator's next step. */
function next(m: Mem, gp: GRef): number {
  if (getInt(m, gp, MOVES) > 0) return PC.move;
  return getInt(m, gp, TAKES) !== 0 ? PC.take : PC.end;
}

function take(m: Mem, _mp: MRef, gp: GRef): number {
  const holder = getGlobal(m, HOLDERS + getInt(m, gp, HOLDER));
  setSlot(m, gp, HELD, loadWord(m, holder, W));
  storeWord(m, holder, W, 0);
  return yieldTo(PC.end);
}

function end(m: Mem, mp: MRef): number {
  gcStart(m, mp, FORCE.end);
  return PC.ended;
}

/** Waits for the workers: with the ragged barrier, a mark with work left goes on. Stopping the world again and again would starve them. */
function ended(m: Mem): number {
  if (!isMarking(m)) return PC.check;
  osyield(m);
  return yieldTo(PC.ended);
}

function check(m: Mem, mp: MRef, gp: GRef): number {
  const held = getSlot(m, gp, HELD);
  checkObject(m, held !== 0 ? held : loadWord(m, getGlobal(m, HOLDERS + getInt(m, gp, HOLDER)), W), W_ID);
  checkObject(m, loadWord(m, getGlobal(m, HOLDERS + 1), X), X_ID);
  checkObject(m, getSlot(m, gp, KEPT), Y_ID);
  if (loadInt(m, getSlot(m, gp, NEW), ID) !== Z_ID) fatal('EXPLORED_OBJECT_DAMAGED', { object: getSlot(m, gp, NEW), id: Z_ID });
  groupDone(m, mp, GROUP);
  return GOEXIT;
}

function wait(m: Mem, mp: MRef, gp: GRef): number {
  return groupWait(m, mp, gp, GATE, PC.shift);
}

/** Moves V between the two slots of the shifter's frame, again and again. */
function shift(m: Mem, _mp: MRef, gp: GRef): number {
  for (let left = SHIFTS; left > 0; left--) {
    const from = left & 1;
    setSlot(m, gp, 1 - from, getSlot(m, gp, from));
    setSlot(m, gp, from, 0);
  }
  return yieldTo(PC.shifted);
}

function shifted(m: Mem, mp: MRef, gp: GRef): number {
  checkObject(m, getSlot(m, gp, 0), V_ID);
  groupDone(m, mp, GROUP);
  return GOEXIT;
}

export const CONCURRENT_MARK = {
  steps: [build, begin, join, leave, hide, allocate, move, take, end, check, wait, shift, shifted, ended],
  main: { pc: PC.build, slots: MAIN_SLOTS },
} as const;
