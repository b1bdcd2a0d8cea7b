/**
 * Go values of every shape. Each `big` holds children by a pointer, a slice, a string, both kinds of
 * interface, a map, short and long arrays, and an inner struct. Each child also holds a number that
 * looks like a pointer to garbage: a precise collector frees that garbage, a conservative one keeps
 * it.
 */
import type { Mem } from '../memory/struct.ts';
import { PTR_TAG, type Ref } from '../memory/address.ts';
import { lowOf } from '../memory/pointer.ts';
import { ptrWords } from '../memory/config.ts';
import { panic } from '../base/fatal.ts';
import type { GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { array, eface, iface, int, map, pointer, slice, string, struct, uintptr, unsafePointer, type TypeDecl } from '../heap/type-decl.ts';
import { typeTable } from '../heap/type-table.ts';
import { FLAG_NOSCAN } from '../malloc/flags.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { loadWide } from '../memory/wide.ts';
import { GOEXIT, type Step } from '../runtime/goroutine.ts';
import { collect, getGlobal, getInt, loadInt, loadWord, newObject, setGlobal, setInt, setSlot, storeInt, storeWord } from '../runtime/mutator.ts';
import { newValue, newValues, storeEface, storeIface, storeSlice, storeString } from '../runtime/values.ts';
import { SLACK_BYTES, spanBytes } from './footprint.ts';
import type { Needs, Params, Workload } from './workload.ts';

const CHILD: TypeDecl = struct('child', { id: int, hash: uintptr, twin: () => pointer(CHILD) });
const PAIR = struct('pair', { n: int, child: pointer(CHILD) });
const INNER = struct('inner', { a: pointer(CHILD), s: string, items: slice(pointer(CHILD)), e: eface, b: pointer(CHILD), f: unsafePointer, g: pointer(CHILD), h: iface });
const NAMES = map(int, pointer(CHILD));
const BIG: TypeDecl = struct('big', {
  id: int,
  next: () => pointer(BIG),
  child: pointer(CHILD),
  items: slice(pointer(CHILD)),
  any: eface,
  err: iface,
  names: NAMES,
  few: array(pointer(CHILD), 3),
  pairs: array(PAIR, 24),
  many: array(PAIR, 80),
  inner: INNER,
  text: string,
});
const TABLE = typeTable(BIG, CHILD, pointer(CHILD), NAMES.hmap, NAMES.bucket);
const TYPE = { big: 0, child: 1, childPointer: 2, hmap: 3, bucket: 4 } as const;

/** Words of `big`'s fields, as struct() lays them out. */
const W = { id: 0, next: 1, child: 2, items: 3, any: 6, err: 8, names: 10, few: 11, pairs: 14, many: 62, inner: 222, text: 235 } as const;
/** Words of `inner`'s fields. */
const I = { a: 0, s: 1, items: 3, e: 6, b: 8, f: 9, g: 10, h: 11 } as const;
/** Words of a big that point directly to a child. */
const DIRECT = [W.child, W.few, W.few + 2, W.pairs + 1, W.pairs + 47, W.many + 1, W.many + 159, W.inner + I.a, W.inner + I.b, W.inner + I.g];
/** Children of a big: the direct ones, two in slices, four in interfaces, one in the map. */
const CHILDREN = DIRECT.length + 7;
const SLICE_LENGTH = 5;
const BUCKETS = 4;

/** Slots: the current big, the newest object, the newest child. */
const SLOT = { big: 0, fresh: 1, child: 2 } as const;
/** Ints: number of bigs to make, number made so far. */
const INT = { count: 0, made: 1 } as const;
const BATCH = 4;

function begin(m: Mem, mp: MRef, gp: GRef): number {
  const from = getInt(m, gp, INT.made);
  const to = Math.min(getInt(m, gp, INT.count), from + BATCH);
  for (let i = from; i < to; i++) makeBig(m, mp, gp, i);
  setInt(m, gp, INT.made, to);
  return to < getInt(m, gp, INT.count) ? 0 : 1;
}

function makeBig(m: Mem, mp: MRef, gp: GRef, id: number): void {
  const big = newValue(m, mp, gp, SLOT.big, TYPE.big);
  storeInt(m, big, W.id, id);
  storeWord(m, big, W.next, getGlobal(m, 0));
  setGlobal(m, 0, big);
  for (let i = 0; i < DIRECT.length; i++) storeWord(m, big, DIRECT[i], newChild(m, mp, gp, id));
  storeSlice(m, big, W.items, newSlice(m, mp, gp, id), SLICE_LENGTH, SLICE_LENGTH);
  storeSlice(m, big, W.inner + I.items, newSlice(m, mp, gp, id), SLICE_LENGTH, SLICE_LENGTH);
  storeEface(m, big, W.any, TYPE.childPointer, newChild(m, mp, gp, id));
  storeIface(m, big, W.err, TYPE.childPointer, newChild(m, mp, gp, id));
  storeEface(m, big, W.inner + I.e, TYPE.child, newChild(m, mp, gp, id));
  storeIface(m, big, W.inner + I.h, TYPE.child, newChild(m, mp, gp, id));
  const hmap = newValue(m, mp, gp, SLOT.fresh, TYPE.hmap);
  storeWord(m, big, W.names, hmap);
  const buckets = newValues(m, mp, gp, SLOT.fresh, TYPE.bucket, BUCKETS);
  storeWord(m, hmap, 2, buckets);
  storeWord(m, buckets, lastValue(m), newChild(m, mp, gp, id));
  const text = newObject(m, mp, gp, SLOT.fresh, 24, FLAG_NOSCAN);
  m[text] = id;
  storeString(m, big, W.text, text * 4, 24);
  setSlot(m, gp, SLOT.fresh, 0);
  setSlot(m, gp, SLOT.child, 0);
}

/** Returns the word of the last value in the last bucket. A bucket is eight hash bytes, eight keys, eight values and the overflow pointer. */
function lastValue(m: Mem): number {
  const hashes = 2 / ptrWords(m);
  return BUCKETS * (hashes + 17) - 2;
}

/** Allocates a child whose hash looks like a pointer to an otherwise unreachable object. */
function newChild(m: Mem, mp: MRef, gp: GRef, id: number): Ref {
  const child = newValue(m, mp, gp, SLOT.child, TYPE.child);
  storeInt(m, child, 0, id);
  const garbage = newObject(m, mp, gp, SLOT.fresh, 64, 0);
  m[child + ptrWords(m)] = lowOf(m, garbage);
  if (ptrWords(m) === 2) m[child + 3] = PTR_TAG;
  setSlot(m, gp, SLOT.fresh, 0);
  return child;
}

/** Allocates the array of a slice whose last element points to a child. */
function newSlice(m: Mem, mp: MRef, gp: GRef, id: number): Ref {
  const child = newChild(m, mp, gp, id);
  const items = newValues(m, mp, gp, SLOT.fresh, TYPE.childPointer, SLICE_LENGTH);
  storeWord(m, items, SLICE_LENGTH - 1, child);
  return items;
}

/** Checks that every object is there and unchanged after two collections. */
function check(m: Mem, mp: MRef, gp: GRef): number {
  collect(m, mp, true);
  collect(m, mp, true);
  let id = getInt(m, gp, INT.count);
  for (let big = getGlobal(m, 0); big !== 0; big = loadWord(m, big, W.next)) {
    id--;
    expectId(m, big, id);
    for (let i = 0; i < DIRECT.length; i++) expectId(m, loadWord(m, big, DIRECT[i]), id);
    expectId(m, loadWord(m, loadWord(m, big, W.items), SLICE_LENGTH - 1), id);
    expectId(m, loadWord(m, loadWord(m, big, W.inner + I.items), SLICE_LENGTH - 1), id);
    expectId(m, loadWord(m, big, W.any + 1), id);
    expectId(m, loadWord(m, big, W.err + 1), id);
    expectId(m, loadWord(m, big, W.inner + I.e + 1), id);
    expectId(m, loadWord(m, big, W.inner + I.h + 1), id);
    expectId(m, loadWord(m, loadWord(m, loadWord(m, big, W.names), 2), lastValue(m)), id);
    if (m[loadWord(m, big, W.text)] !== id) panic('values: a string has changed', { id });
  }
  if (id !== 0) panic('values: bigs are lost', { left: id });
  return GOEXIT;
}

function expectId(m: Mem, obj: Ref, id: number): void {
  if (loadInt(m, obj, 0) !== id) panic('values: an object has changed', { id, found: loadInt(m, obj, 0) });
}

const STEPS: readonly Step[] = [begin, check];

/** Reachable objects of one big: itself, its children, two slices, two for the map, the string. */
const OBJECTS = 1 + CHILDREN + 2 + 2 + 1;
const BIG_BYTES = 2048;

function needs(params: Params): Needs {
  const n = params.count;
  return {
    arenaBytes: 2 * (spanBytes(BIG_BYTES, n) + spanBytes(32, n * CHILDREN) + spanBytes(64, n * CHILDREN) + spanBytes(1024, n)) + SLACK_BYTES,
    globals: 2,
    goroutines: 1,
  };
}

function report(m: Mem, params: Params): readonly string[] {
  const live = loadWide(m, MSTATS + MStats.at.heapObjects);
  const reachable = params.count * OBJECTS;
  const garbage = params.count * CHILDREN;
  return [`${reachable} objects in use, ${garbage} that only look so; live in the end ${live}`];
}

export const values: Workload = {
  name: 'values',
  summary: 'Go values of every shape, with numbers that look like pointers; see --types',
  params: { count: { default: 2000, min: 1, max: 1_000_000, help: 'bigs' } },
  needs,
  types: TABLE,
  steps: STEPS,
  main: { pc: 0, slots: 3 },
  args: (params) => [params.count],
  report,
};
