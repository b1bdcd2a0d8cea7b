/**
 * Values of several types in blocks of one size class, under collections. MTypes and pointer bits must describe
 * the value that a block holds now.
 *
 * Workers make nodes of all kinds in turn, so a freed block is soon reused for another kind. Each node points to
 * leaves in its own way, and stores their number.
 */
import type { Mem } from '../../../memory/struct.ts';
import { ptrWords } from '../../../memory/config.ts';
import { fatal } from '../../../base/fatal.ts';
import { array, chan, eface, int, pointer, slice, string, struct, unsafePointer } from '../../../heap/type-decl.ts';
import { typeTable } from '../../../heap/type-table.ts';
import type { Ref } from '../../../memory/address.ts';
import type { GRef } from '../../../machine/g.ts';
import type { MRef } from '../../../machine/m.ts';
import { FLAG_NOSCAN } from '../../../malloc/flags.ts';
import { GOEXIT, ret } from '../../../runtime/goroutine.ts';
import { chanok, tryrecv, trysend } from '../../../runtime/chan.ts';
import { collect, getInt, getSlot, loadInt, loadWord, newObject, prepare, setInt, setSlot, start, storeInt, storeWord } from '../../../runtime/mutator.ts';
import { newChan, newValue, newValues, storeEface, storeSlice, storeString } from '../../../runtime/values.ts';
import { groupAdd, groupDone, groupWait } from '../../../workloads/join.ts';

/** Words of a leaf and of a node. They are large, so that a span has few and is swept quickly. */
const LEAF_WORDS = 64;
const WORDS = 64;
const leaf = struct('Leaf', { id: int, twin: unsafePointer, rest: array(int, LEAF_WORDS - 2) });
/** Each type has pointers in other words, and numbers where other types have pointers. */
const first = struct('First', { leaf: pointer(leaf), numbers: array(int, WORDS - 1) });
const last = struct('Last', { numbers: array(int, WORDS - 1), leaf: pointer(leaf) });
const mixed = struct('Mixed', { number: int, name: string, any: eface, list: slice(pointer(leaf)), numbers: array(int, WORDS - 8) });
const inner = struct('Inner', { number: int, leaf: pointer(leaf) });
const many = struct('Many', { inner: array(inner, WORDS / 2) });
const ways = chan(pointer(leaf));
/** Together they are more types than the byte record of a span can name. */
const OTHERS = 5;
const others = Array.from({ length: OTHERS }, (_, i) => struct(`Other${i}`, { before: array(int, i + 1), leaf: pointer(leaf), after: array(int, WORDS - 2 - i) }));

export const TYPED_CYCLE_TYPES = typeTable(leaf, first, last, mixed, many, ways, pointer(leaf), ...others);
const TYPE = { leaf: 0, first: 1, last: 2, mixed: 3, many: 4, ways: 5, pointer: 6, other: 7 } as const;
const KINDS = 5 + OTHERS;
/** Elements of a channel as large as the other kinds; two are used. */
const CAP = WORDS - 8;

const GROUP = 0;

/** Slots: nodes that are kept, a new node, a leaf and its twin before they are linked. */
const KEPT = 0;
const KEEPS = 3;
const NODE = KEPT + KEEPS;
const LEAF = NODE + 1;
const TWIN = LEAF + 1;
const SLOTS = TWIN + 1;

/** Ints of main: workers, rounds. Of a worker: its number, rounds left, and the kind in each keeping slot, counted from 1. */
const WORKERS = 0;
const ROUNDS = 1;
const NUMBER = 0;
const LEFT = 1;
const KIND_IN = 2;

const PC = { begin: 0, join: 1, end: 2, round: 3, leave: 4 } as const;

/** Allocates a value of each type first: one span then has more types than a byte record can name. */
function begin(m: Mem, mp: MRef, gp: GRef): number {
  for (let type: number = TYPE.first; type <= TYPE.many; type++) newValue(m, mp, gp, 0, type);
  for (let i = 0; i < OTHERS; i++) newValue(m, mp, gp, 0, TYPE.other + i);
  const workers = getInt(m, gp, WORKERS);
  groupAdd(m, mp, GROUP, workers);
  for (let i = 0; i < workers; i++) {
    const worker = prepare(m, mp, gp, PC.round, SLOTS);
    setInt(m, worker, NUMBER, i);
    setInt(m, worker, LEFT, getInt(m, gp, ROUNDS));
    start(m, mp, worker);
  }
  return PC.join;
}

function join(m: Mem, mp: MRef, gp: GRef): number {
  return groupWait(m, mp, gp, GROUP, PC.end);
}

function end(m: Mem, _mp: MRef, gp: GRef): number {
  return ret(m, gp);
}

/** Replaces an older node by a new one, after a check of the old; collects now and then. */
function round(m: Mem, mp: MRef, gp: GRef): number {
  const left = getInt(m, gp, LEFT);
  const number = getInt(m, gp, NUMBER);
  const kind = (3 * left + 5 * number) % KINDS;
  const slot = left % KEEPS;
  checkNode(m, mp, gp, slot);
  setInt(m, gp, KIND_IN + slot, 0);
  setSlot(m, gp, KEPT + slot, 0);
  make(m, mp, gp, kind, 100 * (number + 1) + left);
  setSlot(m, gp, KEPT + slot, getSlot(m, gp, NODE));
  setInt(m, gp, KIND_IN + slot, kind + 1);
  setSlot(m, gp, NODE, 0);
  setSlot(m, gp, LEAF, 0);
  if (left % 3 === number) collect(m, mp, left % 2 === 0);
  setInt(m, gp, LEFT, left - 1);
  return left > 1 ? PC.round : PC.leave;
}

function leave(m: Mem, mp: MRef, gp: GRef): number {
  for (let slot = 0; slot < KEEPS; slot++) checkNode(m, mp, gp, slot);
  groupDone(m, mp, GROUP);
  return GOEXIT;
}

/** Makes a node of `kind` with its leaves, in slot NODE. Each allocation is a safe point, so all pointers are in slots. */
function make(m: Mem, mp: MRef, gp: GRef, kind: number, id: number): void {
  switch (kind) {
    case 0:
      newValue(m, mp, gp, NODE, TYPE.first);
      return linkLeaf(m, mp, gp, 0, id);
    case 1:
      newValue(m, mp, gp, NODE, TYPE.last);
      return linkLeaf(m, mp, gp, WORDS - 1, id);
    case 2:
      return makeMixed(m, mp, gp, id);
    case 3:
      newValue(m, mp, gp, NODE, TYPE.many);
      linkLeaf(m, mp, gp, 1, id);
      return linkLeaf(m, mp, gp, WORDS - 1, id);
    case 4:
      return makeChannel(m, mp, gp, id);
    default:
      newValue(m, mp, gp, NODE, TYPE.other + kind - 5);
      linkLeaf(m, mp, gp, kind - 4, id);
  }
}

/** Makes a leaf in slot LEAF, with a twin that only the leaf points to. */
function newLeaf(m: Mem, mp: MRef, gp: GRef, id: number): void {
  storeInt(m, newValue(m, mp, gp, LEAF, TYPE.leaf), 0, id);
  storeInt(m, newValue(m, mp, gp, TWIN, TYPE.leaf), 0, id);
  storeWord(m, getSlot(m, gp, LEAF), 1, getSlot(m, gp, TWIN));
  setSlot(m, gp, TWIN, 0);
}

function linkLeaf(m: Mem, mp: MRef, gp: GRef, word: number, id: number): void {
  newLeaf(m, mp, gp, id);
  storeWord(m, getSlot(m, gp, NODE), word, getSlot(m, gp, LEAF));
}

/** A string, an interface, and a slice of pointers. */
function makeMixed(m: Mem, mp: MRef, gp: GRef, id: number): void {
  newValue(m, mp, gp, NODE, TYPE.mixed);
  const bytes = newObject(m, mp, gp, LEAF, 24, FLAG_NOSCAN);
  storeInt(m, bytes, 1, id);
  storeString(m, getSlot(m, gp, NODE), 1, (getSlot(m, gp, LEAF) << 2) + 4, 20);
  newLeaf(m, mp, gp, id);
  storeEface(m, getSlot(m, gp, NODE), 3, TYPE.leaf, getSlot(m, gp, LEAF));
  newValues(m, mp, gp, LEAF, TYPE.pointer, 3);
  storeSlice(m, getSlot(m, gp, NODE), 5, getSlot(m, gp, LEAF), 3, 3);
  newLeaf(m, mp, gp, id);
  storeWord(m, loadWord(m, getSlot(m, gp, NODE), 5), 2, getSlot(m, gp, LEAF));
}

/** A channel whose buffer holds two leaves in sequence. */
function makeChannel(m: Mem, mp: MRef, gp: GRef, id: number): void {
  newChan(m, mp, gp, NODE, TYPE.ways, CAP);
  for (let i = 0; i < 2; i++) {
    newLeaf(m, mp, gp, id);
    trysend(m, mp, gp, getSlot(m, gp, NODE), LEAF);
  }
}

/** Checks that the node in a slot still points to the leaves it was made with. */
function checkNode(m: Mem, mp: MRef, gp: GRef, slot: number): void {
  const kind = getInt(m, gp, KIND_IN + slot) - 1;
  if (kind < 0) return;
  const node = getSlot(m, gp, KEPT + slot);
  switch (kind) {
    case 0:
      return checkLeaf(m, node, loadWord(m, node, 0));
    case 1:
      return checkLeaf(m, node, loadWord(m, node, WORDS - 1));
    case 2: {
      const id = checkLeaf2(m, node, loadWord(m, node, 4), loadWord(m, loadWord(m, node, 5), 2));
      const bytes = loadWord(m, node, 1);
      if (m[bytes + ptrWords(m) - 1] !== id) fatal('EXPLORED_NODE_DAMAGED', { node, id, holds: m[bytes + ptrWords(m) - 1] });
      return;
    }
    case 3:
      checkLeaf2(m, node, loadWord(m, node, 1), loadWord(m, node, WORDS - 1));
      return;
    case 4:
      for (let i = 0; i < 2; i++) {
        if (!tryrecv(m, mp, gp, node, LEAF) || !chanok(m, gp)) fatal('EXPLORED_NODE_DAMAGED', { node, id: i, holds: 0 });
        checkLeaf(m, node, getSlot(m, gp, LEAF));
      }
      return;
    default:
      checkLeaf(m, node, loadWord(m, node, kind - 4));
  }
}

function checkLeaf(m: Mem, node: Ref, of: Ref): void {
  const twin = of === 0 ? 0 : loadWord(m, of, 1);
  const id = of === 0 ? 0 : loadInt(m, of, 0);
  if (twin === 0 || id <= 0 || loadInt(m, twin, 0) !== id) fatal('EXPLORED_NODE_DAMAGED', { node, id, holds: twin === 0 ? 0 : loadInt(m, twin, 0) });
}

function checkLeaf2(m: Mem, node: Ref, a: Ref, b: Ref): number {
  checkLeaf(m, node, a);
  checkLeaf(m, node, b);
  if (loadInt(m, a, 0) !== loadInt(m, b, 0)) fatal('EXPLORED_NODE_DAMAGED', { node, id: loadInt(m, a, 0), holds: loadInt(m, b, 0) });
  return loadInt(m, a, 0);
}

export const TYPED_CYCLE = {
  steps: [begin, join, end, round, leave],
  main: { pc: PC.begin, slots: 1 },
} as const;
