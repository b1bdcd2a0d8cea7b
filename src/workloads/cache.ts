/**
 * A cache whose entries have finalizers, which run after an entry is evicted. Some entries point to a
 * second object that must be finalized after them, some are resurrected by their finalizer, and for
 * some the finalizer is removed again.
 */
import type { Mem } from '../memory/struct.ts';
import { ptrWords } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { fatal } from '../base/fatal.ts';
import { seedState, xorshift32 } from '../base/random.ts';
import type { GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { clearfinalizer, setfinalizer } from '../runtime/finalizer.ts';
import { GOEXIT, slotAt, yieldTo, type Step } from '../runtime/goroutine.ts';
import { collect, getGlobal, getInt, getSlotAddress, globalAt, loadInt, loadWord, newObject, setGlobal, setInt, setSlot, storeInt, storeWord, swapWord } from '../runtime/mutator.ts';
import { finalizedObject } from '../runtime/system.ts';
import { SLACK_BYTES, spanBytes } from './footprint.ts';
import type { Needs, Params, Workload } from './workload.ts';

const ENTRY_BYTES = 64;
const BATCH = 50;
/** Most resurrected entries that are kept. */
const RESURRECTED = 64;
/** Collections in a row without a finalizer run after which `drain` gives up. */
const PATIENCE = 50;

const PC = { begin: 0, put: 1, drain: 2, entryFinalizer: 3, secondFinalizer: 4 } as const;

/** Globals: the cache, the resurrected entries, the count of finalizers run, the count of resurrections. */
const CACHE = 0;
const RISEN = 1;
const FINALIZED = 2;
const ROSE = 3;

/** Ints: entries left to put, places of the cache, generator, finalizers expected, finalizers run at the last look, collections since then, next id. */
const LEFT = 0;
const PLACES = 1;
const DRAW = 2;
const EXPECTED = 3;
const SEEN = 4;
const IDLE_ROUNDS = 5;
const NEXT_ID = 6;

/** Slots: the new entry and its second object. */
const ENTRY = 0;
const SECOND = 1;

/** Words of an entry: its second object, id, state, and the id xor DISGUISE. */
const NEXT = 0;
const ID = 1;
const STATE = 2;
const CHECK = 3;
const DISGUISE = 0x5ca1ab1e;

/** States. A second object is ARMED until the entry that points to it has been finalized, then RELEASED. */
const ARMED = 1;
const RELEASED = 2;
const DONE = 3;
const DISARMED = 4;

/** Kinds of entries, by id modulo KINDS. The other entries are plain. */
const KINDS = 8;
const WITH_SECOND = 0;
const RISES = 1;
const TAKEN_BACK = 2;

function begin(m: Mem, mp: MRef, gp: GRef): number {
  const wordBytes = ptrWords(m) * 4;
  setGlobal(m, CACHE, newObject(m, mp, gp, ENTRY, getInt(m, gp, PLACES) * wordBytes, 0));
  setGlobal(m, RISEN, newObject(m, mp, gp, ENTRY, RESURRECTED * wordBytes, 0));
  return PC.put;
}

/** Puts entries in random places. The old entry of a place is evicted. */
function put(m: Mem, mp: MRef, gp: GRef): number {
  const n = Math.min(BATCH, getInt(m, gp, LEFT));
  for (let i = 0; i < n; i++) {
    const draw = xorshift32(getInt(m, gp, DRAW));
    setInt(m, gp, DRAW, draw);
    const entry = newEntry(m, mp, gp);
    storeWord(m, getGlobal(m, CACHE), draw % getInt(m, gp, PLACES), entry);
  }
  setInt(m, gp, LEFT, getInt(m, gp, LEFT) - n);
  if (getInt(m, gp, LEFT) > 0) return PC.put;
  setGlobal(m, CACHE, 0);
  setSlot(m, gp, ENTRY, 0);
  setSlot(m, gp, SECOND, 0);
  return PC.drain;
}

function newEntry(m: Mem, mp: MRef, gp: GRef): Ref {
  const id = getInt(m, gp, NEXT_ID);
  setInt(m, gp, NEXT_ID, id + 1);
  const entry = newMember(m, mp, gp, ENTRY, id, PC.entryFinalizer);
  const kind = id % KINDS;
  if (kind === WITH_SECOND) {
    storeWord(m, entry, NEXT, newMember(m, mp, gp, SECOND, id, PC.secondFinalizer));
  } else if (kind === TAKEN_BACK) {
    storeInt(m, entry, STATE, DISARMED);
    if (!clearfinalizer(m, mp, getSlotAddress(m, gp, ENTRY))) fatal('FINALIZER_VANISHED', { id });
    setInt(m, gp, EXPECTED, getInt(m, gp, EXPECTED) - 1);
  }
  return entry;
}

/** Allocates an object with an id and a finalizer, which `slot` holds. */
function newMember(m: Mem, mp: MRef, gp: GRef, slot: number, id: number, finalizer: number): Ref {
  const obj = newObject(m, mp, gp, slot, ENTRY_BYTES, 0);
  storeInt(m, obj, ID, id);
  storeInt(m, obj, STATE, ARMED);
  storeInt(m, obj, CHECK, id ^ DISGUISE);
  if (!setfinalizer(m, mp, gp, getSlotAddress(m, gp, slot), finalizer, id)) fatal('FINALIZER_ALREADY_SET', { id });
  setInt(m, gp, EXPECTED, getInt(m, gp, EXPECTED) + 1);
  return obj;
}

/** Lets finalizers run, and collects if none runs, until all have run or `drain` gives up. */
function drain(m: Mem, mp: MRef, gp: GRef): number {
  const finalized = Atomics.load(m, globalAt(m, FINALIZED));
  const expected = getInt(m, gp, EXPECTED);
  if (finalized > expected) fatal('FINALIZERS_TOO_MANY', { finalized, expected });
  if (finalized < expected && finalized !== getInt(m, gp, SEEN)) {
    setInt(m, gp, SEEN, finalized);
    setInt(m, gp, IDLE_ROUNDS, 0);
    return yieldTo(PC.drain);
  }
  if (finalized < expected && getInt(m, gp, IDLE_ROUNDS) < PATIENCE) {
    setInt(m, gp, IDLE_ROUNDS, getInt(m, gp, IDLE_ROUNDS) + 1);
    collect(m, mp, true);
    return yieldTo(PC.drain);
  }
  if (finalized < 0.8 * expected) fatal('FINALIZERS_MISSING', { finalized, expected });
  checkRisen(m);
  return GOEXIT;
}

function checkRisen(m: Mem): void {
  const risen = getGlobal(m, RISEN);
  for (let i = 0; i < RESURRECTED; i++) {
    const obj = swapWord(m, risen, i, 0);
    if (obj === 0) continue;
    checkMember(m, obj);
    if (loadInt(m, obj, STATE) !== DONE) fatal('RISEN_ENTRY_DAMAGED', { id: loadInt(m, obj, ID), state: loadInt(m, obj, STATE) });
  }
}

function checkMember(m: Mem, obj: Ref): void {
  const id = loadInt(m, obj, ID);
  if ((id ^ DISGUISE) !== loadInt(m, obj, CHECK)) fatal('CACHE_ENTRY_DAMAGED', { id, check: loadInt(m, obj, CHECK) });
}

/** Runs on the finalizer goroutine, with the object in slot 0 and its identity in slot 1. */
function entryFinalizer(m: Mem, _mp: MRef, gp: GRef): number {
  const entry = takeDue(m, gp, ARMED);
  const second = loadWord(m, entry, NEXT);
  if (second !== 0) {
    checkMember(m, second);
    if (loadInt(m, second, STATE) !== ARMED) fatal('FINALIZER_ORDER', { id: loadInt(m, entry, ID), state: loadInt(m, second, STATE) });
    storeInt(m, second, STATE, RELEASED);
  }
  if (loadInt(m, entry, ID) % KINDS === RISES) {
    swapWord(m, getGlobal(m, RISEN), loadInt(m, entry, ID) % RESURRECTED, entry);
    Atomics.add(m, globalAt(m, ROSE), 1);
  }
  return GOEXIT;
}

/** Finalizes a second object, which must be RELEASED: its entry was finalized first. */
function secondFinalizer(m: Mem, _mp: MRef, gp: GRef): number {
  takeDue(m, gp, RELEASED);
  return GOEXIT;
}

function takeDue(m: Mem, gp: GRef, expected: number): Ref {
  const obj = finalizedObject(m, gp);
  checkMember(m, obj);
  const id = loadInt(m, obj, ID);
  const context = m[slotAt(m, gp, 1)];
  if (context !== id) fatal('FINALIZER_OF_ANOTHER', { id, context });
  const state = loadInt(m, obj, STATE);
  if (state === DONE) fatal('FINALIZER_RAN_TWICE', { id });
  if (state === DISARMED) fatal('REMOVED_FINALIZER_RAN', { id });
  if (state !== expected) fatal('FINALIZER_ORDER', { id, state });
  storeInt(m, obj, STATE, DONE);
  Atomics.add(m, globalAt(m, FINALIZED), 1);
  return obj;
}

const STEPS: readonly Step[] = [begin, put, drain, entryFinalizer, secondFinalizer];

/** Room for finalized objects, which live one cycle longer, even if finalizers run late. */
function needs(params: Params): Needs {
  const kept = spanBytes(ENTRY_BYTES, 2 * params.size) + spanBytes(8 * params.size, 1);
  return { arenaBytes: 4 * kept + spanBytes(ENTRY_BYTES, 2 * params.count) + 4 * SLACK_BYTES, globals: 4, goroutines: 1 };
}

function args(params: Params, seed: number): readonly number[] {
  return [params.count, params.size, seedState(seed)];
}

function report(m: Mem): readonly string[] {
  const finalized = Atomics.load(m, globalAt(m, FINALIZED));
  return [`${finalized} finalizers have run, each once; ${Atomics.load(m, globalAt(m, ROSE))} entries were resurrected`];
}

export const cache: Workload = {
  name: 'cache',
  summary: 'a cache of entries with finalizers, some of which bring them back to life',
  params: {
    count: { default: 100_000, min: 1, max: 10_000_000, help: 'entries put into the cache' },
    size: { default: 2000, min: 1, max: 1_000_000, help: 'entries it holds' },
  },
  needs,
  steps: STEPS,
  main: { pc: PC.begin, slots: 2 },
  args,
  report,
};
