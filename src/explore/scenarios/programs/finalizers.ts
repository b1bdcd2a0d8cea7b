/**
 * Goroutines make objects with finalizers, and drop them under collections. The main goroutine waits for the
 * others, collects, and waits until every finalizer has run. If a finalizer never runs, or its goroutine is
 * not woken, main sleeps for ever.
 *
 * An object's first word points to its twin, or to another object with a finalizer. Both store their number.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { PAGE_BYTES, type Ref } from '../../../memory/address.ts';
import { fatal } from '../../../base/fatal.ts';
import { G, type GRef } from '../../../machine/g.ts';
import { M, type MRef } from '../../../machine/m.ts';
import { FLAG_NOSCAN } from '../../../malloc/flags.ts';
import { mallocgc } from '../../../malloc/malloc.ts';
import { queuefinalizer } from '../../../malloc/finq.ts';
import { clearfinalizer, setfinalizer } from '../../../runtime/finalizer.ts';
import { GOEXIT, ret, slotAt, yieldTo } from '../../../runtime/goroutine.ts';
import { collect, getGlobal, getInt, getSlot, getSlotAddress, loadInt, loadWord, newObject, setGlobal, setSlot, storeInt, storeWord } from '../../../runtime/mutator.ts';
import { finalizedObject } from '../../../runtime/system.ts';
import { GROUP_GLOBALS, groupAdd, groupDone, groupWait } from '../../../workloads/join.ts';
import { nextOrder, orderA, orderB, startTold, type Order } from './told.ts';

/** Size of an object: eight fit in a span. */
const BYTES = 1024;
const TINY_BYTES = 4;

/** Globals: two wait groups of main, for goroutines and for finalizers, and an object that its finalizer keeps. */
const ALL = 0;
const DUE = GROUP_GLOBALS;
const KEPT = 2 * GROUP_GLOBALS;
const COUNTS = KEPT + 1;

/** Object ids are 1 to FINALIZERS_MOST - 1. */
export const FINALIZERS_MOST = 12;
/** Id of the object that its finalizer keeps. */
export const FINALIZERS_KEEPS = 11;

/** Words of an object. */
const LINK = 0;
const ID = 1;

const SLOTS = 4;
/** The slot of a twin before it is linked. */
const TWIN = 3;

const PC = { begin: 0, force: 1, wait: 2, end: 3, next: 4, make: 5, tiny: 6, link: 7, take: 8, drop: 9, collect: 10, pause: 11, finalize: 12, finalizeTiny: 13, hold: 14, queue: 15 } as const;

/** Orders for the goroutines; most take a slot and an id. */
export const FINALIZERS_ORDERS = { make: PC.make, tiny: PC.tiny, link: PC.link, take: PC.take, drop: PC.drop, collect: PC.collect, yield: PC.pause, hold: PC.hold, queue: PC.queue } as const;

/** Index of the word that counts the finalizers set and not removed for object `id`; the next word counts their runs. */
export function finalizersCount(m: Mem, id: number): Ref {
  return m[CONFIG + Config.at.bss] + COUNTS * m[CONFIG + Config.at.ptrWords] + 2 * id;
}

/** Globals after the counts, for the blocks that fill pages. */
const FILL = 22;

/** Fills `fill` pages with blocks that stay. */
export function buildFinalizers(m: Mem, m0: MRef, lists: readonly (readonly Order[])[], fill: number): void {
  for (let i = 0; i < fill; i++) setGlobal(m, FILL + i, mallocgc(m, m0, PAGE_BYTES, FLAG_NOSCAN));
  for (const orders of lists) startTold(m, m0, orders, PC.next, SLOTS, ALL);
}

function begin(m: Mem, mp: MRef, gp: GRef): number {
  return groupWait(m, mp, gp, ALL, PC.force);
}

/** The first int says whether the last collection sweeps in its pause, or in the background. */
function force(m: Mem, mp: MRef, gp: GRef): number {
  collect(m, mp, getInt(m, gp, 0) !== 0);
  return PC.wait;
}

function wait(m: Mem, mp: MRef, gp: GRef): number {
  return groupWait(m, mp, gp, DUE, PC.end);
}

function end(m: Mem, _mp: MRef, gp: GRef): number {
  if (getGlobal(m, KEPT) !== 0) checkObject(m, getGlobal(m, KEPT), FINALIZERS_KEEPS);
  return ret(m, gp);
}

function next(m: Mem, mp: MRef, gp: GRef): number {
  const order = nextOrder(m, gp);
  if (order !== 0) return order;
  groupDone(m, mp, ALL);
  return GOEXIT;
}

/** Makes an object with a twin and a finalizer, in a slot. */
function make(m: Mem, mp: MRef, gp: GRef): number {
  const object = newPair(m, mp, gp, orderA(m, gp), orderB(m, gp));
  finalize(m, mp, gp, object << 2, PC.finalize, orderB(m, gp));
  return PC.next;
}

function newPair(m: Mem, mp: MRef, gp: GRef, slot: number, id: number): Ref {
  storeInt(m, newObject(m, mp, gp, TWIN, BYTES, 0), ID, id);
  const object = newObject(m, mp, gp, slot, BYTES, 0);
  storeInt(m, object, ID, id);
  storeWord(m, object, LINK, getSlot(m, gp, TWIN));
  setSlot(m, gp, TWIN, 0);
  return object;
}

/** Makes an object as `make`, for scenarios without collections: main does not wait for its finalizer. */
function hold(m: Mem, mp: MRef, gp: GRef): number {
  const object = newPair(m, mp, gp, orderA(m, gp), orderB(m, gp));
  setfinalizer(m, mp, gp, object << 2, PC.finalize, orderB(m, gp));
  return PC.next;
}

/** Queues the finalizer of the object in a slot, as a sweeper does. */
function queue(m: Mem, mp: MRef, gp: GRef): number {
  const object = getSlot(m, gp, orderA(m, gp));
  if (object === 0) return PC.next;
  const id = loadInt(m, object, ID);
  groupAdd(m, mp, DUE, 1);
  Atomics.add(m, finalizersCount(m, id), 1);
  queuefinalizer(m, mp, object, 0, m[gp + G.at.base] + PC.finalize, id);
  return PC.next;
}

function tiny(m: Mem, mp: MRef, gp: GRef): number {
  newObject(m, mp, gp, orderA(m, gp), TINY_BYTES, FLAG_NOSCAN);
  finalize(m, mp, gp, getSlotAddress(m, gp, orderA(m, gp)), PC.finalizeTiny, orderB(m, gp));
  return PC.next;
}

function finalize(m: Mem, mp: MRef, gp: GRef, address: number, pc: number, id: number): void {
  groupAdd(m, mp, DUE, 1);
  if (setfinalizer(m, mp, gp, address, pc, id)) Atomics.add(m, finalizersCount(m, id), 1);
  else groupDone(m, mp, DUE);
}

/** Points the object in the first slot to the object in the second, instead of to its twin. */
function link(m: Mem, _mp: MRef, gp: GRef): number {
  const from = getSlot(m, gp, orderA(m, gp));
  const to = getSlot(m, gp, orderB(m, gp));
  if (from !== 0 && to !== 0) storeWord(m, from, LINK, to);
  return PC.next;
}

/** Removes the finalizer, and drops the object. */
function take(m: Mem, mp: MRef, gp: GRef): number {
  const slot = orderA(m, gp);
  if (getSlot(m, gp, slot) !== 0 && clearfinalizer(m, mp, getSlotAddress(m, gp, slot))) {
    Atomics.sub(m, finalizersCount(m, orderB(m, gp)), 1);
    groupDone(m, mp, DUE);
  }
  setSlot(m, gp, slot, 0);
  return PC.next;
}

function drop(m: Mem, _mp: MRef, gp: GRef): number {
  setSlot(m, gp, orderA(m, gp), 0);
  return PC.next;
}

function collectNow(m: Mem, mp: MRef, gp: GRef): number {
  collect(m, mp, orderA(m, gp) !== 0);
  return PC.next;
}

function pause(m: Mem, mp: MRef, _gp: GRef): number {
  m[mp + M.at.heartbeat]++;
  return yieldTo(PC.next);
}

/** Runs on the finalizer goroutine: the object and the objects it points to must be intact. */
function finalizeObject(m: Mem, mp: MRef, gp: GRef): number {
  const object = finalizedObject(m, gp);
  const id = m[slotAt(m, gp, 1)];
  checkObject(m, object, id);
  if (id === FINALIZERS_KEEPS) setGlobal(m, KEPT, object);
  return ran(m, mp, id);
}

function finalizeTiny(m: Mem, mp: MRef, gp: GRef): number {
  return ran(m, mp, m[slotAt(m, gp, 1)]);
}

function ran(m: Mem, mp: MRef, id: number): number {
  Atomics.add(m, finalizersCount(m, id) + 1, 1);
  groupDone(m, mp, DUE);
  return GOEXIT;
}

function checkObject(m: Mem, object: Ref, id: number): void {
  const twin = loadWord(m, object, LINK);
  if (loadInt(m, object, ID) !== id || twin === 0 || loadInt(m, twin, ID) <= 0) {
    fatal('EXPLORED_OBJECT_DAMAGED', { object, id, holds: loadInt(m, object, ID), leadsTo: twin });
  }
}

export const FINALIZERS = {
  steps: [begin, force, wait, end, next, make, tiny, link, take, drop, collectNow, pause, finalizeObject, finalizeTiny, hold, queue],
  main: { pc: PC.begin, slots: 0 },
} as const;
