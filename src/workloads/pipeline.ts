/**
 * Items travel through stages of goroutines over channels:
 *
 *     source --> channel 0 --> stage 0 --> channel 1 --> stage 1 --> … --> the main goroutine
 *
 * An item is a linked list. The source makes its last node, which holds a pointer-free parcel. Each
 * stage adds a node in front. The last goroutine of a stage closes the next channel.
 *
 * Invariant: every item comes out once, with a node of each stage. With one goroutine for each stage,
 * the items come out in order.
 */
import type { Mem } from '../memory/struct.ts';
import { ptrWords } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { fatal } from '../base/fatal.ts';
import { seedState, xorshift32 } from '../base/random.ts';
import type { GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { HCHAN_BYTES } from '../heap/hchan.ts';
import { chan, unsafePointer } from '../heap/type-decl.ts';
import { typeTable } from '../heap/type-table.ts';
import { FLAG_NOSCAN } from '../malloc/flags.ts';
import { chanclose, chanok, chanrecv, chansend } from '../runtime/chan.ts';
import { GOEXIT, ret, type Step } from '../runtime/goroutine.ts';
import { newChan } from '../runtime/values.ts';
import { getGlobal, getInt, getSlot, globalAt, loadInt, loadWord, newObject, prepare, setGlobal, setInt, setSlot, start, storeInt, storeWord } from '../runtime/mutator.ts';
import { SLACK_BYTES, spanBytes } from './footprint.ts';
import type { Needs, Params, Workload } from './workload.ts';

/** Words of a node: next node, parcel, item id, the stage that made the node, and the item's worth after that stage. */
const NEXT = 0;
const PARCEL = 1;
const ID = 2;
const STAGE_OF = 3;
const WORTH = 4;
const NODE_WORDS = 5;

/** Number of the only type: a channel of items. */
const CHANNEL = 0;

/** Stage number of the source. */
const SOURCE = -1;
const MAX_PARCEL_WORDS = 32;

const PC = { begin: 0, addChannel: 1, spawn: 2, take: 3, check: 4, make: 5, receive: 6, pass: 7 } as const;

/** Globals: the table of channels, the sum of the worths sent, the sum of the worths received. */
const CHANNELS = 0;
const EXPECTED = 1;
const CHECKSUM = 2;

/** Ints of every goroutine. */
const STAGES = 0;
const ITEMS = 1;
const CAP = 2;
const WORKERS = 3;
/** Int: main's next channel, then its count of received items; the source's next item; a worker's stage. */
const AT = 4;
const DRAW = 5;

/** Slots: the channels to receive from and to send on (held while the goroutine waits), the item, the newest object. */
const IN = 0;
const OUT = 1;
const ITEM = 2;
const FRESH = 3;
const SLOTS = 4;

function begin(m: Mem, mp: MRef, gp: GRef): number {
  const channels = getInt(m, gp, STAGES) + 1;
  // An entry is a channel and the number of goroutines that still send on it.
  setGlobal(m, CHANNELS, newObject(m, mp, gp, FRESH, 2 * channels * ptrWords(m) * 4, 0));
  return PC.addChannel;
}

function addChannel(m: Mem, mp: MRef, gp: GRef): number {
  const i = getInt(m, gp, AT);
  const c = newChan(m, mp, gp, FRESH, CHANNEL, getInt(m, gp, CAP));
  const channels = getGlobal(m, CHANNELS);
  storeWord(m, channels, 2 * i, c);
  storeInt(m, channels, 2 * i + 1, i === 0 ? 1 : getInt(m, gp, WORKERS));
  setInt(m, gp, AT, i + 1);
  return i < getInt(m, gp, STAGES) ? PC.addChannel : PC.spawn;
}

function channelAt(m: Mem, i: number): Ref {
  return loadWord(m, getGlobal(m, CHANNELS), 2 * i);
}

function spawn(m: Mem, mp: MRef, gp: GRef): number {
  const stages = getInt(m, gp, STAGES);
  for (let i = 0; i < stages * getInt(m, gp, WORKERS); i++) {
    const stage = i % stages;
    const worker = launch(m, mp, gp, PC.receive, stage);
    setSlot(m, worker, IN, channelAt(m, stage));
    setSlot(m, worker, OUT, channelAt(m, stage + 1));
    start(m, mp, worker);
  }
  const source = launch(m, mp, gp, PC.make, 0);
  setInt(m, source, DRAW, seedState(getInt(m, gp, DRAW)));
  setSlot(m, source, OUT, channelAt(m, 0));
  start(m, mp, source);
  setSlot(m, gp, IN, channelAt(m, stages));
  setSlot(m, gp, FRESH, 0);
  setInt(m, gp, AT, 0);
  return PC.take;
}

function launch(m: Mem, mp: MRef, gp: GRef, pc: number, at: number): GRef {
  const worker = prepare(m, mp, gp, pc, SLOTS);
  for (const i of [STAGES, ITEMS, CAP, WORKERS]) setInt(m, worker, i, getInt(m, gp, i));
  setInt(m, worker, AT, at);
  return worker;
}

/** Source: makes and sends the next item. */
function make(m: Mem, mp: MRef, gp: GRef): number {
  const id = getInt(m, gp, AT);
  if (id === getInt(m, gp, ITEMS)) {
    leave(m, mp, gp, 0);
    return GOEXIT;
  }
  const draw = xorshift32(getInt(m, gp, DRAW));
  setInt(m, gp, DRAW, draw);
  const words = 1 + (draw % MAX_PARCEL_WORDS);
  setSlot(m, gp, ITEM, 0);
  addNode(m, mp, gp, id, SOURCE, draw | 0);
  const parcel = newObject(m, mp, gp, FRESH, words * ptrWords(m) * 4, FLAG_NOSCAN);
  storeInt(m, parcel, words - 1, id);
  storeWord(m, getSlot(m, gp, ITEM), PARCEL, parcel);
  setSlot(m, gp, FRESH, 0);
  Atomics.add(m, globalAt(m, EXPECTED), worthAfter(draw | 0, getInt(m, gp, STAGES)));
  setInt(m, gp, AT, id + 1);
  return chansend(m, mp, gp, getSlot(m, gp, OUT), ITEM, PC.make);
}

/** Puts a new node in front of the item. */
function addNode(m: Mem, mp: MRef, gp: GRef, id: number, stage: number, worth: number): void {
  const node = newObject(m, mp, gp, FRESH, NODE_WORDS * ptrWords(m) * 4, 0);
  storeWord(m, node, NEXT, getSlot(m, gp, ITEM));
  storeInt(m, node, ID, id);
  storeInt(m, node, STAGE_OF, stage);
  storeInt(m, node, WORTH, worth);
  setSlot(m, gp, ITEM, node);
}

/** Returns the worth after `stage` of an item that had `worth` before it. */
function worthBy(worth: number, stage: number): number {
  return Math.imul(worth ^ (stage + 1), 0x9e3779b1) ^ (worth >>> 15);
}

function worthAfter(worth: number, stages: number): number {
  let value = worth;
  for (let stage = 0; stage < stages; stage++) value = worthBy(value, stage);
  return value;
}

function receive(m: Mem, mp: MRef, gp: GRef): number {
  return chanrecv(m, mp, gp, getSlot(m, gp, IN), ITEM, PC.pass);
}

/** Stage: adds a node to the received item and sends it on. */
function pass(m: Mem, mp: MRef, gp: GRef): number {
  const stage = getInt(m, gp, AT);
  if (!chanok(m, gp)) {
    leave(m, mp, gp, stage + 1);
    return GOEXIT;
  }
  const node = getSlot(m, gp, ITEM);
  if (loadInt(m, node, STAGE_OF) !== stage - 1) fatal('PIPELINE_STAGE_SKIPPED', { id: loadInt(m, node, ID), from: loadInt(m, node, STAGE_OF), to: stage });
  addNode(m, mp, gp, loadInt(m, node, ID), stage, worthBy(loadInt(m, node, WORTH), stage));
  return chansend(m, mp, gp, getSlot(m, gp, OUT), ITEM, PC.receive);
}

/** Leaves channel `i` as a sender. The last sender closes it. */
function leave(m: Mem, mp: MRef, gp: GRef, i: number): void {
  const senders = getGlobal(m, CHANNELS) + (2 * i + 1) * ptrWords(m);
  if (Atomics.sub(m, senders, 1) === 1) chanclose(m, mp, gp, getSlot(m, gp, OUT));
}

/** Main: receives the next item. */
function take(m: Mem, mp: MRef, gp: GRef): number {
  setSlot(m, gp, ITEM, 0);
  return chanrecv(m, mp, gp, getSlot(m, gp, IN), ITEM, PC.check);
}

function check(m: Mem, _mp: MRef, gp: GRef): number {
  const taken = getInt(m, gp, AT);
  if (!chanok(m, gp)) {
    checkEnd(m, gp, taken);
    return ret(m, gp);
  }
  const item = getSlot(m, gp, ITEM);
  checkItem(m, item, getInt(m, gp, STAGES));
  const id = loadInt(m, item, ID);
  if (getInt(m, gp, WORKERS) === 1 && id !== taken) fatal('PIPELINE_OUT_OF_ORDER', { id, taken });
  Atomics.add(m, globalAt(m, CHECKSUM), loadInt(m, item, WORTH));
  setInt(m, gp, AT, taken + 1);
  return PC.take;
}

function checkEnd(m: Mem, gp: GRef, taken: number): void {
  if (taken !== getInt(m, gp, ITEMS)) fatal('PIPELINE_ITEM_LOST', { items: getInt(m, gp, ITEMS), taken });
  const expected = Atomics.load(m, globalAt(m, EXPECTED));
  const checksum = Atomics.load(m, globalAt(m, CHECKSUM));
  if (checksum !== expected) fatal('PIPELINE_CHECKSUM', { expected, checksum });
}

/** Checks an item: a node of each stage, the last in front, then the source's node with its parcel. */
function checkItem(m: Mem, item: Ref, stages: number): void {
  const id = loadInt(m, item, ID);
  let node = item;
  for (let stage = stages - 1; stage >= SOURCE; stage--) {
    if (node === 0 || loadInt(m, node, ID) !== id || loadInt(m, node, STAGE_OF) !== stage) fatal('PIPELINE_ITEM_DAMAGED', { id, stage, node });
    if (stage !== SOURCE) {
      const before = loadInt(m, loadWord(m, node, NEXT), WORTH);
      if (loadInt(m, node, WORTH) !== worthBy(before, stage)) fatal('PIPELINE_ITEM_DAMAGED', { id, stage, node });
      node = loadWord(m, node, NEXT);
    }
  }
  const words = 1 + ((loadInt(m, node, WORTH) >>> 0) % MAX_PARCEL_WORDS);
  if (loadInt(m, loadWord(m, node, PARCEL), words - 1) !== id) fatal('PIPELINE_PARCEL_DAMAGED', { id });
}

const STEPS: readonly Step[] = [begin, addChannel, spawn, take, check, make, receive, pass];

function needs(params: Params): Needs {
  const inFlight = (params.stages + 1) * (params.cap + 2 * params.workers) + 2;
  const itemBytes = params.stages * 48 + 48 + MAX_PARCEL_WORDS * 8;
  const kept = spanBytes(itemBytes, inFlight) + spanBytes(HCHAN_BYTES + 8 * params.cap, params.stages + 1);
  return {
    arenaBytes: 3 * kept + 4 * SLACK_BYTES,
    globals: CHECKSUM + 1,
    goroutines: params.stages * params.workers + 2,
  };
}

function args(params: Params, seed: number): readonly number[] {
  return [params.stages, params.items, params.cap, params.workers, 0, seed];
}

function report(m: Mem, params: Params): readonly string[] {
  const checksum = (Atomics.load(m, globalAt(m, CHECKSUM)) >>> 0).toString(16).padStart(8, '0');
  return [`all ${params.items} items came through (stages ${params.stages}, workers ${params.workers}, cap ${params.cap}), checksum ${checksum}`];
}

export const pipeline: Workload = {
  name: 'pipeline',
  summary: 'stages of goroutines that pass linked objects on by channels; no item may be lost',
  params: {
    stages: { default: 4, min: 1, max: 64, help: 'stages between the source and the end' },
    items: { default: 50_000, min: 1, max: 1_000_000_000, help: 'items that travel' },
    cap: { default: 16, min: 0, max: 100_000, help: 'items a channel has room for; 0: handed over directly' },
    workers: { default: 2, min: 1, max: 64, help: 'goroutines of each stage; with 1 the order is checked, too' },
  },
  needs,
  types: typeTable(chan(unsafePointer)),
  steps: STEPS,
  main: { pc: PC.begin, slots: SLOTS },
  args,
  report,
};
