/**
 * Goroutines move nodes between shared cells by atomic exchange. Each goroutine holds at most one
 * node. Some moves replace the node by a copy, so that its memory is reused.
 *
 * Invariant: |nodes in cells| + |nodes in hands| == nodes, and no node id occurs twice.
 */
import type { Mem } from '../memory/struct.ts';
import { ptrWords } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { fatal } from '../base/fatal.ts';
import { seedState, xorshift32 } from '../base/random.ts';
import type { GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { FLAG_NOSCAN } from '../malloc/flags.ts';
import { GOEXIT, ret, type Step } from '../runtime/goroutine.ts';
import { getGlobal, getInt, getSlot, globalAt, loadInt, loadWord, newObject, prepare, setGlobal, setInt, setSlot, start, storeInt, storeWord, swapWord } from '../runtime/mutator.ts';
import { SLACK_BYTES, spanBytes } from './footprint.ts';
import { GROUP_GLOBALS, groupAdd, groupDone, groupWait } from './join.ts';
import type { Needs, Params, Workload } from './workload.ts';

const BATCH = 50;
/** Pointers of a cell. At the start each of them holds a node. */
const CELL_WIDTH = 32;
const TAIL_BYTES = 16;
const MOST_GARBAGE = 256;

const PC = { begin: 0, addCell: 1, spawn: 2, join: 3, check: 4, move: 5 } as const;

/** Globals: the wait group, the table of cells, the nodes in hands at the end, the count of moves. */
const GROUP = 0;
const CELLS = GROUP_GLOBALS;
const HANDS = CELLS + 1;
const MOVED = HANDS + 1;

/** Ints of the main goroutine and the workers. AT is main's next cell, or a worker's number. */
const NODES = 0;
const THREADS = 1;
const MOVES = 2;
const DRAW = 3;
const AT = 4;
const TAKEN = 5;

/** Slots: a worker's hand or main's cell, the newest object, and the tail of the next node. */
const HAND = 0;
const FRESH = 1;
const OWNED = 2;

/** Words of a node: its tail (a pointer-free object with the same id), id, generation, checksum. */
const TAIL = 0;
const ID = 1;
const GENERATION = 2;
const CHECKSUM = 3;

function cellsOf(m: Mem, gp: GRef): number {
  return Math.ceil(getInt(m, gp, NODES) / CELL_WIDTH);
}

function begin(m: Mem, mp: MRef, gp: GRef): number {
  const wordBytes = ptrWords(m) * 4;
  setGlobal(m, CELLS, newObject(m, mp, gp, HAND, cellsOf(m, gp) * wordBytes, 0));
  setGlobal(m, HANDS, newObject(m, mp, gp, HAND, getInt(m, gp, THREADS) * wordBytes, 0));
  return PC.addCell;
}

function addCell(m: Mem, mp: MRef, gp: GRef): number {
  const index = getInt(m, gp, AT);
  const cell = newObject(m, mp, gp, HAND, CELL_WIDTH * ptrWords(m) * 4, 0);
  storeWord(m, getGlobal(m, CELLS), index, cell);
  const first = index * CELL_WIDTH;
  const n = Math.min(CELL_WIDTH, getInt(m, gp, NODES) - first);
  for (let i = 0; i < n; i++) {
    const tail = newTail(m, mp, gp, first + i);
    storeWord(m, cell, i, newNode(m, mp, gp, first + i, 0, tail));
  }
  setInt(m, gp, AT, index + 1);
  return index + 1 < cellsOf(m, gp) ? PC.addCell : PC.spawn;
}

/** Allocates a tail, which slot OWNED holds. */
function newTail(m: Mem, mp: MRef, gp: GRef, id: number): Ref {
  const tail = newObject(m, mp, gp, OWNED, TAIL_BYTES, FLAG_NOSCAN);
  storeInt(m, tail, 0, id);
  return tail;
}

/** Allocates a node, which slot FRESH holds. Another slot must hold the tail. The size depends on the id. */
function newNode(m: Mem, mp: MRef, gp: GRef, id: number, generation: number, tail: Ref): Ref {
  const node = newObject(m, mp, gp, FRESH, 32 << (id % 3), 0);
  storeWord(m, node, TAIL, tail);
  storeInt(m, node, ID, id);
  storeInt(m, node, GENERATION, generation);
  storeInt(m, node, CHECKSUM, checksumOf(id, generation));
  return node;
}

function checksumOf(id: number, generation: number): number {
  return Math.imul(id + 1, 0x9e3779b1) ^ Math.imul(generation + 1, 0x85ebca6b);
}

function spawn(m: Mem, mp: MRef, gp: GRef): number {
  const threads = getInt(m, gp, THREADS);
  setSlot(m, gp, HAND, 0);
  setSlot(m, gp, FRESH, 0);
  setSlot(m, gp, OWNED, 0);
  groupAdd(m, mp, GROUP, threads);
  for (let i = 0; i < threads; i++) {
    const worker = prepare(m, mp, gp, PC.move, 3);
    setInt(m, worker, NODES, getInt(m, gp, NODES));
    setInt(m, worker, MOVES, getInt(m, gp, MOVES));
    setInt(m, worker, DRAW, seedState(getInt(m, gp, DRAW) + i));
    setInt(m, worker, AT, i);
    start(m, mp, worker);
  }
  return PC.join;
}

function join(m: Mem, mp: MRef, gp: GRef): number {
  return groupWait(m, mp, gp, GROUP, PC.check);
}

function move(m: Mem, mp: MRef, gp: GRef): number {
  const left = getInt(m, gp, MOVES);
  const n = Math.min(left, BATCH);
  const cells = getGlobal(m, CELLS);
  const nodes = getInt(m, gp, NODES);
  for (let i = 0; i < n; i++) {
    const draw = xorshift32(getInt(m, gp, DRAW));
    setInt(m, gp, DRAW, draw);
    const place = draw % nodes;
    const cell = loadWord(m, cells, Math.floor(place / CELL_WIDTH));
    // Between the exchange and the slot there is no safe point.
    setSlot(m, gp, HAND, swapWord(m, cell, place % CELL_WIDTH, getSlot(m, gp, HAND)));
    if (getSlot(m, gp, HAND) !== 0) useHand(m, mp, gp, draw >>> 20);
    makeGarbage(m, mp, gp, draw >>> 4);
  }
  setInt(m, gp, MOVES, left - n);
  if (left > n) return PC.move;
  swapWord(m, getGlobal(m, HANDS), getInt(m, gp, AT), getSlot(m, gp, HAND));
  Atomics.add(m, globalAt(m, MOVED), getInt(m, gp, TAKEN));
  groupDone(m, mp, GROUP);
  return GOEXIT;
}

/** Checks the node in hand. Replaces one in four by a copy, half of these with a new tail. */
function useHand(m: Mem, mp: MRef, gp: GRef, draw: number): void {
  const node = getSlot(m, gp, HAND);
  checkNode(m, node);
  setInt(m, gp, TAKEN, getInt(m, gp, TAKEN) + 1);
  if ((draw & 3) !== 0) return;
  const id = loadInt(m, node, ID);
  const tail = (draw & 4) === 0 ? loadWord(m, node, TAIL) : newTail(m, mp, gp, id);
  setSlot(m, gp, HAND, newNode(m, mp, gp, id, loadInt(m, node, GENERATION) + 1, tail));
}

/** Allocates garbage that points to the node in hand. */
function makeGarbage(m: Mem, mp: MRef, gp: GRef, draw: number): void {
  const words = (draw % (MOST_GARBAGE / 8)) + 1;
  const garbage = newObject(m, mp, gp, FRESH, words * ptrWords(m) * 4, (draw & 1) === 0 ? 0 : FLAG_NOSCAN);
  storeWord(m, garbage, words - 1, getSlot(m, gp, HAND));
}

function checkNode(m: Mem, node: Ref): number {
  const id = loadInt(m, node, ID);
  const generation = loadInt(m, node, GENERATION);
  const checksum = loadInt(m, node, CHECKSUM);
  if (checksum !== checksumOf(id, generation)) fatal('LINK_NODE_DAMAGED', { id, generation, checksum });
  const tail = loadInt(m, loadWord(m, node, TAIL), 0);
  if (tail !== id) fatal('LINK_TAIL_DAMAGED', { id, generation, tail });
  return id;
}

/** Checks that all cells and hands together hold every node once. */
function check(m: Mem, _mp: MRef, gp: GRef): number {
  const nodes = getInt(m, gp, NODES);
  const seen = new Uint8Array(nodes);
  let found = countNodes(m, getGlobal(m, HANDS), getInt(m, gp, THREADS), seen);
  const cells = getGlobal(m, CELLS);
  for (let i = 0; i < cellsOf(m, gp); i++) found += countNodes(m, loadWord(m, cells, i), CELL_WIDTH, seen);
  if (found !== nodes) fatal('LINK_NODE_LOST', { nodes, found });
  return ret(m, gp);
}

function countNodes(m: Mem, holder: Ref, width: number, seen: Uint8Array): number {
  let found = 0;
  for (let i = 0; i < width; i++) {
    const node = loadWord(m, holder, i);
    if (node === 0) continue;
    const id = checkNode(m, node);
    if (id >= seen.length || seen[id] !== 0) fatal('LINK_NODE_TWICE', { id });
    seen[id] = 1;
    found++;
  }
  return found;
}

const STEPS: readonly Step[] = [begin, addCell, spawn, join, check, move];

function needs(params: Params): Needs {
  const kept = spanBytes(128 + TAIL_BYTES + 8, params.nodes) + spanBytes(8 * params.nodes, 1);
  return {
    arenaBytes: 3 * kept + params.threads * (1 << 20) + 4 * SLACK_BYTES,
    globals: MOVED + 1,
    goroutines: params.threads + 1,
  };
}

function args(params: Params, seed: number): readonly number[] {
  return [params.nodes, params.threads, params.moves, seed];
}

function report(m: Mem, params: Params): readonly string[] {
  return [`${params.nodes} nodes are all there after ${Atomics.load(m, globalAt(m, MOVED))} moves by ${params.threads} goroutines`];
}

export const links: Workload = {
  name: 'links',
  summary: 'goroutines that exchange pointers between shared objects; no node may be lost',
  params: {
    nodes: { default: 2000, min: 1, max: 1_000_000, help: 'nodes that travel' },
    threads: { default: 4, min: 1, max: 64, help: 'goroutines' },
    moves: { default: 200_000, min: 1, max: 1_000_000_000, help: 'exchanges by each goroutine' },
  },
  needs,
  steps: STEPS,
  main: { pc: PC.begin, slots: 3 },
  args,
  report,
};
