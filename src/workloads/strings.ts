/**
 * Load for the tiny allocator: lists of nodes that point to strings of 1 to 15 bytes, which share
 * blocks of 16 bytes. A list is dropped as a whole, and any one string keeps its block alive. Every
 * string is read back before its list is dropped.
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
import { getInt, getSlot, getSlotAddress, globalAt, loadInt, loadWord, newObject, prepare, setInt, start, storeInt, storeWord } from '../runtime/mutator.ts';
import { getByte, loadAddress, setFreshByte, storeAddress } from './bytes.ts';
import { SLACK_BYTES, spanBytes } from './footprint.ts';
import { GROUP_GLOBALS, groupAdd, groupDone, groupWait } from './join.ts';
import type { Needs, Params, Workload } from './workload.ts';

const NODE_BYTES = 32;
const LONGEST = 15;
/** Length at which a list is dropped. */
const LIST_LENGTH = 16;
const BATCH = 100;

const PC = { spawn: 0, join: 1, end: 2, makeTable: 3, grow: 4, checkAll: 5 } as const;

const GROUP = 0;
/** Global: strings that were read back intact. */
const CHECKED = GROUP_GLOBALS;

/** Ints of the main goroutine and the workers. Main's DRAW is the seed. */
const COUNT = 0;
const THREADS = 1;
const LISTS = 2;
const DRAW = 3;
const NEXT_ID = 4;
const INTACT = 5;

/** Slots of a worker: the table of its lists' heads, the newest node, the newest string. */
const TABLE = 0;
const NODE = 1;
const STRING = 2;

/** Words of a node: next node, string, string id, and length | place in the list << 8. */
const NEXT = 0;
const BYTES = 1;
const ID = 2;
const LENGTHS = 3;

function spawn(m: Mem, mp: MRef, gp: GRef): number {
  const threads = getInt(m, gp, THREADS);
  groupAdd(m, mp, GROUP, threads);
  for (let i = 0; i < threads; i++) {
    const worker = prepare(m, mp, gp, PC.makeTable, 3);
    setInt(m, worker, COUNT, getInt(m, gp, COUNT));
    setInt(m, worker, LISTS, getInt(m, gp, LISTS));
    setInt(m, worker, DRAW, seedState(getInt(m, gp, DRAW) + i));
    setInt(m, worker, NEXT_ID, i << 24);
    start(m, mp, worker);
  }
  return PC.join;
}

function join(m: Mem, mp: MRef, gp: GRef): number {
  return groupWait(m, mp, gp, GROUP, PC.end);
}

function end(m: Mem, _mp: MRef, gp: GRef): number {
  const made = getInt(m, gp, COUNT) * getInt(m, gp, THREADS);
  const checked = Atomics.load(m, globalAt(m, CHECKED));
  if (checked !== made) fatal('STRING_LOST', { made, checked });
  return ret(m, gp);
}

function makeTable(m: Mem, mp: MRef, gp: GRef): number {
  newObject(m, mp, gp, TABLE, getInt(m, gp, LISTS) * ptrWords(m) * 4, 0);
  return PC.grow;
}

function grow(m: Mem, mp: MRef, gp: GRef): number {
  const left = getInt(m, gp, COUNT);
  const n = Math.min(left, BATCH);
  for (let i = 0; i < n; i++) addString(m, mp, gp);
  setInt(m, gp, COUNT, left - n);
  return left > n ? PC.grow : PC.checkAll;
}

function addString(m: Mem, mp: MRef, gp: GRef): void {
  const draw = xorshift32(getInt(m, gp, DRAW));
  setInt(m, gp, DRAW, draw);
  const list = draw % getInt(m, gp, LISTS);
  const length = ((draw >>> 8) % LONGEST) + 1;
  const id = getInt(m, gp, NEXT_ID);
  setInt(m, gp, NEXT_ID, id + 1);
  const node = newObject(m, mp, gp, NODE, NODE_BYTES, 0);
  newObject(m, mp, gp, STRING, length, FLAG_NOSCAN);
  const address = getSlotAddress(m, gp, STRING);
  writeString(m, address, length, id);
  const table = getSlot(m, gp, TABLE);
  const head = loadWord(m, table, list);
  const place = head === 0 ? 1 : (loadInt(m, head, LENGTHS) >> 8) + 1;
  storeWord(m, node, NEXT, head);
  storeAddress(m, node, BYTES, address);
  storeInt(m, node, ID, id);
  storeInt(m, node, LENGTHS, length | (place << 8));
  storeWord(m, table, list, node);
  if (place === LIST_LENGTH) dropList(m, gp, table, list);
}

function dropList(m: Mem, gp: GRef, table: Ref, list: number): void {
  let checked = 0;
  for (let node = loadWord(m, table, list); node !== 0; node = loadWord(m, node, NEXT)) {
    checkString(m, loadAddress(m, node, BYTES), loadInt(m, node, LENGTHS) & 255, loadInt(m, node, ID));
    checked++;
  }
  storeWord(m, table, list, 0);
  setInt(m, gp, INTACT, getInt(m, gp, INTACT) + checked);
}

function checkAll(m: Mem, mp: MRef, gp: GRef): number {
  const table = getSlot(m, gp, TABLE);
  for (let list = 0; list < getInt(m, gp, LISTS); list++) dropList(m, gp, table, list);
  Atomics.add(m, globalAt(m, CHECKED), getInt(m, gp, INTACT));
  groupDone(m, mp, GROUP);
  return GOEXIT;
}

/** Returns byte `j` of string `id`. It is never 0. */
function byteOf(id: number, j: number): number {
  return ((Math.imul(id + j, 0x9e3779b1) >>> 23) & 255) | 1;
}

function writeString(m: Mem, address: number, length: number, id: number): void {
  for (let j = 0; j < length; j++) {
    const found = getByte(m, address + j);
    if (found !== 0) fatal('STRING_NOT_ZEROED', { id, length, byte: j, found });
    setFreshByte(m, address + j, byteOf(id, j));
  }
}

function checkString(m: Mem, address: number, length: number, id: number): void {
  for (let j = 0; j < length; j++) {
    const found = getByte(m, address + j);
    if (found !== byteOf(id, j)) fatal('STRING_DAMAGED', { id, length, byte: j, found, expected: byteOf(id, j) });
  }
}

const STEPS: readonly Step[] = [spawn, join, end, makeTable, grow, checkAll];

function needs(params: Params): Needs {
  const live = params.lists * LIST_LENGTH;
  const kept = params.threads * (spanBytes(NODE_BYTES + 16, live) + spanBytes(8 * params.lists, 1));
  return { arenaBytes: 4 * kept + 4 * SLACK_BYTES, globals: GROUP_GLOBALS + 1, goroutines: params.threads + 1 };
}

function args(params: Params, seed: number): readonly number[] {
  return [params.count, params.threads, params.lists, seed];
}

function report(m: Mem): readonly string[] {
  return [`${Atomics.load(m, globalAt(m, CHECKED))} strings read back intact`];
}

export const strings: Workload = {
  name: 'strings',
  summary: 'lists of small strings that share blocks, read back before they are dropped',
  params: {
    count: { default: 500_000, min: 1, max: 1 << 24, help: 'strings that each goroutine makes' },
    threads: { default: 2, min: 1, max: 64, help: 'goroutines' },
    lists: { default: 500, min: 1, max: 100_000, help: 'lists that each goroutine keeps' },
  },
  needs,
  steps: STEPS,
  main: { pc: PC.spawn, slots: 0 },
  args,
  report,
};
