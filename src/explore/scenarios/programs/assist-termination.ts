/**
 * Allocations that assist, against the end of the mark. Beside workers, goroutines allocate during a mark and move white objects
 * into their new, black blocks. Each of them pays for its blocks by marking, waits if nothing is left to mark, and may be
 * the one that ends the mark.
 *
 *     global ---> chain ---> W0 ---> child        Each W has a child, so that it must be scanned as well as marked.
 *                       ---> W1 ---> child
 *                       ---> …
 *
 *   1. The main goroutine makes the chain, begins a mark, and starts the movers.
 *   2. A mover allocates a block, takes its next W off the chain, and puts it into the block. Its blocks form a list.
 *   3. After its last W it gives the others time, and checks all its Ws and their children.
 */
import type { Mem } from '../../../memory/struct.ts';
import { fatal } from '../../../base/fatal.ts';
import type { GRef } from '../../../machine/g.ts';
import type { MRef } from '../../../machine/m.ts';
import { FORCE, gcStart } from '../../../runtime/gc.ts';
import { GOEXIT, ret, yieldTo } from '../../../runtime/goroutine.ts';
import { getGlobal, getInt, getSlot, loadInt, loadWord, newObject, prepare, setGlobal, setInt, setSlot, start, storeInt, storeWord } from '../../../runtime/mutator.ts';
import { GROUP_GLOBALS, groupAdd, groupDone, groupWait } from '../../../workloads/join.ts';

/** Bytes of a W and of its child; of a block: so large that each one must be paid for. */
const BYTES = 64;
const BLOCK_BYTES = 1024;
const MOVERS = 2;
/** Ws of each mover. */
const SHARE = 3;
const GROUP = 0;
const CHAIN = GROUP_GLOBALS;
/** Words of a W: its child, its id. Of a block: its W, the block before it. */
const CHILD = 0;
const ID = 1;
const W = 0;
const BEFORE = 1;
/** Slots. */
const NEW = 0;
const LIST = 1;
const SLOTS = 2;
/** Ints of a mover: its number; its Ws that are moved. */
const NUMBER = 0;
const MOVED = 1;

const PC = { build: 0, begin: 1, join: 2, leave: 3, move: 4, wait: 5, check: 6 } as const;

function idOf(i: number): number {
  return 100 + i;
}

/** Makes the chain with all Ws. */
function build(m: Mem, mp: MRef, gp: GRef): number {
  newObject(m, mp, gp, NEW, 2 * BYTES, 0);
  setGlobal(m, CHAIN, getSlot(m, gp, NEW));
  for (let i = 0; i < MOVERS * SHARE; i++) {
    storeInt(m, newObject(m, mp, gp, LIST, BYTES, 0), ID, idOf(i));
    newObject(m, mp, gp, NEW, BYTES, 0);
    storeInt(m, getSlot(m, gp, NEW), ID, idOf(i));
    storeWord(m, getSlot(m, gp, LIST), CHILD, getSlot(m, gp, NEW));
    storeWord(m, getGlobal(m, CHAIN), i, getSlot(m, gp, LIST));
  }
  setSlot(m, gp, NEW, 0);
  setSlot(m, gp, LIST, 0);
  groupAdd(m, mp, GROUP, MOVERS);
  return PC.begin;
}

function begin(m: Mem, mp: MRef, gp: GRef): number {
  gcStart(m, mp, FORCE.begin);
  for (let i = 0; i < MOVERS; i++) {
    const mover = prepare(m, mp, gp, PC.move, SLOTS);
    setInt(m, mover, NUMBER, i);
    start(m, mp, mover);
  }
  return PC.join;
}

function join(m: Mem, mp: MRef, gp: GRef): number {
  return groupWait(m, mp, gp, GROUP, PC.leave);
}

function leave(m: Mem, _mp: MRef, gp: GRef): number {
  return ret(m, gp);
}

/** Moves one W into a new block. The block is allocated first: a W that is off the chain must be in a frame or in a block at each safe point. */
function move(m: Mem, mp: MRef, gp: GRef): number {
  const moved = getInt(m, gp, MOVED);
  const at = getInt(m, gp, NUMBER) * SHARE + moved;
  newObject(m, mp, gp, NEW, BLOCK_BYTES, 0);
  const block = getSlot(m, gp, NEW);
  storeWord(m, block, W, loadWord(m, getGlobal(m, CHAIN), at));
  storeWord(m, getGlobal(m, CHAIN), at, 0);
  storeWord(m, block, BEFORE, getSlot(m, gp, LIST));
  setSlot(m, gp, LIST, block);
  setInt(m, gp, MOVED, moved + 1);
  return moved + 1 < SHARE ? PC.move : yieldTo(PC.wait);
}

/** One block more, for which the mover must assist if the mark goes on. */
function wait(m: Mem, mp: MRef, gp: GRef): number {
  newObject(m, mp, gp, NEW, BLOCK_BYTES, 0);
  return yieldTo(PC.check);
}

function check(m: Mem, mp: MRef, gp: GRef): number {
  let block = getSlot(m, gp, LIST);
  for (let i = SHARE - 1; i >= 0; i--) {
    const id = idOf(getInt(m, gp, NUMBER) * SHARE + i);
    const object = loadWord(m, block, W);
    const own = loadInt(m, object, ID);
    const childs = loadInt(m, loadWord(m, object, CHILD), ID);
    if (own !== id || childs !== id) fatal('EXPLORED_OBJECT_DAMAGED', { object, id, own, childs });
    block = loadWord(m, block, BEFORE);
  }
  groupDone(m, mp, GROUP);
  return GOEXIT;
}

export const ASSIST_TERMINATION = {
  steps: [build, begin, join, leave, move, wait, check],
  main: { pc: PC.build, slots: SLOTS },
} as const;
