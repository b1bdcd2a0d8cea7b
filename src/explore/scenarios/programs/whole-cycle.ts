/**
 * Goroutines allocate, link and drop objects under collections. A root points to a table of cells, the cells to
 * nodes. A node points to a small object, whose neighbours belong to other nodes, and to pointer-free data.
 * Workers replace nodes by new ones, check the old ones once more, and drop them.
 *
 *     bss ---> table ---> node ---> data (2048 bytes, four to a span)
 *                           '-----> small (64 bytes, two to a bitmap word)
 *     each worker's stack --^
 *
 * Nodes and data are large, so that a span has few of them and its sweep is short.
 */
import type { Mem } from '../../../memory/struct.ts';
import type { Ref } from '../../../memory/address.ts';
import { fatal } from '../../../base/fatal.ts';
import type { GRef } from '../../../machine/g.ts';
import type { MRef } from '../../../machine/m.ts';
import { FLAG_NOSCAN } from '../../../malloc/flags.ts';
import { mallocgc } from '../../../malloc/malloc.ts';
import { MSTATS, MStats } from '../../../malloc/mstats.ts';
import { GOEXIT, ret } from '../../../runtime/goroutine.ts';
import { collect, getGlobal, getInt, getSlot, loadInt, loadSharedWord, loadWord, newObject, prepare, setGlobal, setInt, setSlot, start, storeInt, storeWord, swapWord } from '../../../runtime/mutator.ts';
import { GROUP_GLOBALS, groupAdd, groupDone, groupWait } from '../../../workloads/join.ts';

const NODE_BYTES = 128;
const SMALL_BYTES = 64;
const DATA_BYTES = 2048;
/** Cells of the table. Each has a node at the start; the first CELLS_WITH_DATA also have data. */
const CELLS = 6;
const CELLS_WITH_DATA = 3;

/** Globals: the wait group, the table. */
const GROUP = 0;
const TABLE = GROUP_GLOBALS;

/** Words of a node. */
const DATA = 0;
const SMALL = 1;
const ID = 2;

/** Slots of a worker: a node it keeps to its end, and three that change. */
const KEPT = 0;
const NODE = 1;
const OTHER = 2;
const OLD = 3;
const WORKER_SLOTS = 4;

/** Ints of main: workers, rounds, whether to wait for the workers. Of a worker: its number, rounds left. */
const WORKERS = 0;
const ROUNDS = 1;
const WAITS = 2;
const NUMBER = 0;
const LEFT = 1;

const PC = { begin: 0, force: 1, join: 2, check: 3, allocate: 4, leave: 5 } as const;

/** Prepares the table on M 0. The program's first allocation starts a collection. */
export function buildWholeCycle(m: Mem, m0: MRef): void {
  const table = mallocgc(m, m0, NODE_BYTES, 0);
  setGlobal(m, TABLE, table);
  for (let id = 0; id < CELLS; id++) {
    const node = mallocgc(m, m0, NODE_BYTES, 0);
    fill(m, node, id, mallocgc(m, m0, SMALL_BYTES, 0));
    if (id < CELLS_WITH_DATA) storeWord(m, node, DATA, mallocgc(m, m0, DATA_BYTES, FLAG_NOSCAN));
    storeWord(m, table, id, node);
  }
  Atomics.store(m, MSTATS + MStats.at.xnextGcQ, 0);
}

/** Fills a node. The node and its small object both store the node's id. */
function fill(m: Mem, node: Ref, id: number, small: Ref): void {
  storeInt(m, node, ID, id);
  storeWord(m, node, SMALL, small);
  storeInt(m, small, 0, id);
}

function begin(m: Mem, mp: MRef, gp: GRef): number {
  const workers = getInt(m, gp, WORKERS);
  groupAdd(m, mp, GROUP, workers);
  for (let i = 0; i < workers; i++) {
    const worker = prepare(m, mp, gp, PC.allocate, WORKER_SLOTS);
    setInt(m, worker, NUMBER, i);
    setInt(m, worker, LEFT, getInt(m, gp, ROUNDS));
    setSlot(m, worker, KEPT, loadSharedWord(m, getGlobal(m, TABLE), i));
    start(m, mp, worker);
  }
  return PC.force;
}

function force(m: Mem, mp: MRef, gp: GRef): number {
  collect(m, mp, false);
  return getInt(m, gp, WAITS) !== 0 ? PC.join : PC.check;
}

function join(m: Mem, mp: MRef, gp: GRef): number {
  return groupWait(m, mp, gp, GROUP, PC.check);
}

function check(m: Mem, _mp: MRef, gp: GRef): number {
  const table = getGlobal(m, TABLE);
  for (let i = 0; i < CELLS; i++) checkNode(m, loadSharedWord(m, table, i));
  return ret(m, gp);
}

/** Runs one round of a worker: a new node replaces another. */
function allocate(m: Mem, mp: MRef, gp: GRef): number {
  const left = getInt(m, gp, LEFT);
  const number = getInt(m, gp, NUMBER);
  const id = 100 * (number + 1) + left;
  newObject(m, mp, gp, NODE, NODE_BYTES, 0);
  const small = newObject(m, mp, gp, OTHER, SMALL_BYTES, 0);
  fill(m, getSlot(m, gp, NODE), id, small);
  const data = newObject(m, mp, gp, OTHER, DATA_BYTES, FLAG_NOSCAN);
  storeWord(m, getSlot(m, gp, NODE), DATA, data);
  setSlot(m, gp, OLD, swapWord(m, getGlobal(m, TABLE), (number + left) % CELLS, getSlot(m, gp, NODE)));
  checkNode(m, getSlot(m, gp, OLD));
  setInt(m, gp, LEFT, left - 1);
  return left > 1 ? PC.allocate : PC.leave;
}

function leave(m: Mem, mp: MRef, gp: GRef): number {
  checkNode(m, getSlot(m, gp, KEPT));
  groupDone(m, mp, GROUP);
  return GOEXIT;
}

/** Checks a node: memory that was freed too early has been reused by now. */
function checkNode(m: Mem, node: Ref): void {
  const id = loadInt(m, node, ID);
  const small = loadInt(m, loadWord(m, node, SMALL), 0);
  if (id !== small) fatal('EXPLORED_NODE_DAMAGED', { node, id, small });
}

export const WHOLE_CYCLE = {
  steps: [begin, force, join, check, allocate, leave],
  main: { pc: PC.begin, slots: 1 },
} as const;
