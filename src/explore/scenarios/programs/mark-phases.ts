/**
 * Marks that begin and end while goroutines are in the middle of moving objects.
 *
 *     slot 0 --> carrier --> child        the child is reachable through its carrier alone
 *
 *   1. The main goroutine makes two movers, each with a carrier, and waits for both.
 *   2. In each round a mover asks for a mark, and both may ask at once: the one that comes second is
 *      stopped in the middle of its step, with its frame in use.
 *   3. It moves the child to a new carrier in two stores, and drops the old carrier. It frees a block
 *      that the barrier has just shaded, and allocates another of its size.
 *   4. One mover then asks for the end of the mark, the other one collects in a stopped world.
 *   5. After each round, carrier and child must still be there, and so must an object that only a global leads to.
 *      The mover replaces it by one that the next mark must find.
 *
 * Each mark has another number. What was scanned, answered or counted in one counts for no other.
 */
import type { Mem } from '../../../memory/struct.ts';
import { fatal } from '../../../base/fatal.ts';
import type { GRef } from '../../../machine/g.ts';
import type { MRef } from '../../../machine/m.ts';
import { free } from '../../../malloc/free.ts';
import { FORCE, gcStart } from '../../../runtime/gc.ts';
import { GOEXIT, ret, yieldTo } from '../../../runtime/goroutine.ts';
import { collect, getGlobal, getInt, getSlot, loadInt, loadWord, newObject, prepare, setGlobal, setInt, setSlot, start, storeInt, storeWord } from '../../../runtime/mutator.ts';
import { GROUP_GLOBALS, groupAdd, groupDone, groupWait } from '../../../workloads/join.ts';

const BYTES = 64;
const ROUNDS = 3;
/** Globals: the group that main waits for; an object of each mover that is on its way; one that stays for a round, with a child. */
const GROUP = 0;
const OWN = GROUP_GLOBALS;
const KEPT = OWN + 2;
/** Slots of a mover: its carrier; a child or a carrier that is being made; a block to free. */
const CARRIER = 0;
const NEW = 1;
const SHORT = 2;
/** Slots of the frame. A scan goes up, and the carrier comes down. */
const SLOTS = 8;
/** Ints of a mover: its number, and the rounds that are left. */
const SELF = 0;
const LEFT = 1;
/** A word of an object: its child, its id. */
const CHILD = 0;
const ID = 2;
const FIRST_ID = 100;

const PC = { build: 0, leave: 1, begin: 2, move: 3, end: 4, check: 5 } as const;

function idOf(m: Mem, gp: GRef): number {
  return FIRST_ID + getInt(m, gp, SELF);
}

function build(m: Mem, mp: MRef, gp: GRef): number {
  groupAdd(m, mp, GROUP, 2);
  for (let i = 0; i < 2; i++) {
    storeInt(m, newObject(m, mp, gp, CARRIER, BYTES, 0), ID, FIRST_ID + i);
    storeInt(m, newObject(m, mp, gp, NEW, BYTES, 0), ID, FIRST_ID + i);
    storeWord(m, getSlot(m, gp, CARRIER), CHILD, getSlot(m, gp, NEW));
    setGlobal(m, OWN + i, getSlot(m, gp, NEW));
    const mover = prepare(m, mp, gp, PC.begin, SLOTS);
    setSlot(m, mover, CARRIER, getSlot(m, gp, CARRIER));
    setInt(m, mover, SELF, i);
    setInt(m, mover, LEFT, ROUNDS);
    setGlobal(m, OWN + i, 0);
    start(m, mp, mover);
  }
  setSlot(m, gp, CARRIER, 0);
  setSlot(m, gp, NEW, 0);
  return groupWait(m, mp, gp, GROUP, PC.leave);
}

function leave(m: Mem, _mp: MRef, gp: GRef): number {
  return ret(m, gp);
}

/** Asks for a mark, and then moves the carrier down in the frame: no worker may scan the frame in the middle of this step. */
function begin(m: Mem, mp: MRef, gp: GRef): number {
  setSlot(m, gp, SLOTS - 1, getSlot(m, gp, CARRIER));
  setSlot(m, gp, CARRIER, 0);
  gcStart(m, mp, FORCE.begin);
  for (let i = SLOTS - 1; i > CARRIER; i--) {
    setSlot(m, gp, i - 1, getSlot(m, gp, i));
    setSlot(m, gp, i, 0);
  }
  return yieldTo(PC.move);
}

/** Moves the child to a new carrier, by way of a global that no other mover uses. */
function move(m: Mem, mp: MRef, gp: GRef): number {
  const own = OWN + getInt(m, gp, SELF);
  storeInt(m, newObject(m, mp, gp, NEW, BYTES, 0), ID, idOf(m, gp));
  setGlobal(m, own, loadWord(m, getSlot(m, gp, CARRIER), CHILD));
  storeWord(m, getSlot(m, gp, CARRIER), CHILD, 0);
  storeWord(m, getSlot(m, gp, NEW), CHILD, getGlobal(m, own));
  setGlobal(m, own, 0);
  newObject(m, mp, gp, SHORT, BYTES, 0);
  setGlobal(m, own, getSlot(m, gp, CARRIER));
  setGlobal(m, own, 0);
  const old = getSlot(m, gp, CARRIER);
  setSlot(m, gp, CARRIER, getSlot(m, gp, NEW));
  setSlot(m, gp, NEW, 0);
  setSlot(m, gp, SHORT, 0);
  free(m, mp, old);
  newObject(m, mp, gp, SHORT, BYTES, 0);
  return yieldTo(PC.end);
}

function end(m: Mem, mp: MRef, gp: GRef): number {
  if (getInt(m, gp, SELF) === 0) gcStart(m, mp, FORCE.end);
  else collect(m, mp, getInt(m, gp, LEFT) % 2 === 0);
  return PC.check;
}

function check(m: Mem, mp: MRef, gp: GRef): number {
  const carrier = getSlot(m, gp, CARRIER);
  const own = loadInt(m, carrier, ID);
  const childs = loadInt(m, loadWord(m, carrier, CHILD), ID);
  if (own !== idOf(m, gp) || childs !== own) fatal('EXPLORED_OBJECT_DAMAGED', { object: carrier, id: idOf(m, gp), own, childs });
  const kept = getGlobal(m, KEPT + getInt(m, gp, SELF));
  if (kept !== 0 && loadInt(m, loadWord(m, kept, CHILD), ID) !== own) fatal('EXPLORED_OBJECT_DAMAGED', { object: kept, id: own, own: loadInt(m, kept, ID), childs: 0 });
  storeInt(m, newObject(m, mp, gp, SHORT, BYTES, 0), ID, own);
  newObject(m, mp, gp, NEW, BYTES, 0);
  storeWord(m, getSlot(m, gp, NEW), CHILD, getSlot(m, gp, SHORT));
  setGlobal(m, KEPT + getInt(m, gp, SELF), getSlot(m, gp, NEW));
  setSlot(m, gp, NEW, 0);
  setSlot(m, gp, SHORT, 0);
  setInt(m, gp, LEFT, getInt(m, gp, LEFT) - 1);
  if (getInt(m, gp, LEFT) > 0) return yieldTo(PC.begin);
  groupDone(m, mp, GROUP);
  return GOEXIT;
}

export const MARK_PHASES = {
  steps: [build, leave, begin, move, end, check],
  main: { pc: PC.build, slots: SLOTS },
} as const;
