/** Programs for machines on real threads; step 0 begins the main goroutine. */
import { loadPointer, storePointer } from '../../dist/src/memory/pointer.js';
import { FLAG_NOSCAN } from '../../dist/src/malloc/flags.js';
import { GOEXIT, yieldTo } from '../../dist/src/runtime/goroutine.js';
import {
  collect, dataAt, getGlobal, getInt, getSlot, getSlotAddress, globalAt, loadInt, loadWord, newObject, prepare, setGlobal, setInt, setSlot, start,
  storeInt, storeWord, swapGlobal,
} from '../../dist/src/runtime/mutator.js';
import { setfinalizer } from '../../dist/src/runtime/finalizer.js';
import { GROUP_GLOBALS, groupAdd, groupDone, groupWait } from '../../dist/src/workloads/join.js';

const GROUP = 0;

/** Starts `n` goroutines at step `pc`; `init` fills in the ints of each. */
function spawn(m, mp, gp, n, pc, slots, init) {
  groupAdd(m, mp, GROUP, n);
  for (let i = 0; i < n; i++) {
    const worker = prepare(m, mp, gp, pc, slots);
    init(worker, i);
    start(m, mp, worker);
  }
}

/** A goroutine that collects without end is busy when the main one, after int 0 turns, ends. */
const endWhileCollecting = [
  function begin(m, mp, gp) {
    start(m, mp, prepare(m, mp, gp, 1, 0));
    return 2;
  },
  function collectForever(m, mp) {
    collect(m, mp, false);
    return yieldTo(1);
  },
  function wait(m, mp, gp) {
    const left = getInt(m, gp, 0);
    if (left === 0) return GOEXIT;
    setInt(m, gp, 0, left - 1);
    return yieldTo(2);
  },
];

/** Ints of main: goroutines, collections of each. All force collections at once. */
const stops = [
  function begin(m, mp, gp) {
    spawn(m, mp, gp, getInt(m, gp, 0), 2, 1, (worker, i) => {
      setInt(m, worker, 0, getInt(m, gp, 1));
      setInt(m, worker, 1, i);
    });
    return 1;
  },
  function join(m, mp, gp) {
    return groupWait(m, mp, gp, GROUP, 3);
  },
  function collectOnce(m, mp, gp) {
    const left = getInt(m, gp, 0);
    if (left === 0) {
      groupDone(m, mp, GROUP);
      return GOEXIT;
    }
    newObject(m, mp, gp, 0, 64, 0);
    storeInt(m, getSlot(m, gp, 0), 3, left);
    collect(m, mp, (left & 1) === 0);
    if (loadInt(m, getSlot(m, gp, 0), 3) !== left) throw new Error('an object in a frame was lost');
    setInt(m, gp, 0, left - 1);
    return (left + getInt(m, gp, 1)) % 5 === 0 ? yieldTo(2) : 2;
  },
  function end() {
    return GOEXIT;
  },
];

const TABLE = 48;
/** Globals through which the goroutines exchange lists. */
const SHARED = 16;
const FIRST_SHARED = GROUP_GLOBALS;
const SIZES = [32, 48, 80, 96, 416, 1024, 2304, 40_000];
/** Words of a node after its pointer to the next: how many follow, which list it is of, and its check. */
const FOLLOW = 1;
const LIST = 2;
const CHECK = 3;

function draw(m, gp) {
  let x = getInt(m, gp, 2);
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  setInt(m, gp, 2, x);
  return x >>> 0;
}

function checkOf(follow, list) {
  return Math.imul(follow + 1, 0x9e3779b1) ^ list;
}

/** Builds a list of a few nodes in slot 1; each word past the check must be zero in fresh memory. */
function buildList(m, mp, gp) {
  const list = draw(m, gp) | 0;
  const length = 1 + (draw(m, gp) % 6);
  setSlot(m, gp, 1, 0);
  for (let follow = 0; follow < length; follow++) {
    const size = SIZES[draw(m, gp) % (follow === 0 ? SIZES.length : 6)];
    const node = newObject(m, mp, gp, 2, size, 0);
    for (let i = 0; i < size / 8; i++) {
      if (m[node + 2 * i] !== 0 || m[node + 2 * i + 1] !== 0) throw new Error(`a new object of ${size} bytes is not zero at word ${i}`);
    }
    storeWord(m, node, 0, getSlot(m, gp, 1));
    storeInt(m, node, FOLLOW, follow);
    storeInt(m, node, LIST, list);
    storeInt(m, node, CHECK, checkOf(follow, list));
    // The rest is dirtied, so that a block that comes back uncleared shows.
    for (let i = 4; i < size / 8; i++) storeInt(m, node, i, list);
    setSlot(m, gp, 1, node);
  }
  setSlot(m, gp, 2, 0);
}

function verifyList(m, head) {
  if (head === 0) return;
  const list = loadInt(m, head, LIST);
  let expected = loadInt(m, head, FOLLOW);
  for (let node = head; node !== 0; node = loadWord(m, node, 0), expected--) {
    const follow = loadInt(m, node, FOLLOW);
    if (loadInt(m, node, LIST) !== list || follow !== expected || loadInt(m, node, CHECK) !== checkOf(follow, list)) {
      throw new Error(`corrupt node ${node} of list ${list}: follow ${follow}, expected ${expected}, list ${loadInt(m, node, LIST)}`);
    }
  }
  if (expected !== -1) throw new Error(`list ${list} ends ${expected + 1} nodes early`);
}

/** Ints of main: goroutines, turns of each, 1 to set finalizers. Lists are built, exchanged and verified. */
const lists = [
  function begin(m, mp, gp) {
    spawn(m, mp, gp, getInt(m, gp, 0), 2, 5, (worker, i) => {
      setInt(m, worker, 0, getInt(m, gp, 1));
      setInt(m, worker, 2, 0x2545f491 + Math.imul(i, 0x9e3779b1));
      setInt(m, worker, 3, getInt(m, gp, 2));
    });
    return 1;
  },
  function join(m, mp, gp) {
    return groupWait(m, mp, gp, GROUP, 4);
  },
  function makeTable(m, mp, gp) {
    newObject(m, mp, gp, 0, TABLE * 8, 0);
    return 3;
  },
  function turn(m, mp, gp) {
    const left = getInt(m, gp, 0);
    if (left === 0) {
      for (let i = 0; i < TABLE; i++) verifyList(m, loadWord(m, getSlot(m, gp, 0), i));
      groupDone(m, mp, GROUP);
      return GOEXIT;
    }
    buildList(m, mp, gp);
    const i = draw(m, gp) % TABLE;
    verifyList(m, loadWord(m, getSlot(m, gp, 0), i));
    if ((left & 3) === 0) {
      // Held by the frame before it leaves the global, which another goroutine may change.
      const mine = getSlot(m, gp, 1);
      const theirs = swapGlobal(m, FIRST_SHARED + (draw(m, gp) % SHARED), mine);
      setSlot(m, gp, 1, theirs);
      verifyList(m, theirs);
    }
    storeWord(m, getSlot(m, gp, 0), i, getSlot(m, gp, 1));
    setSlot(m, gp, 1, 0);
    newObject(m, mp, gp, 3, 1 + (left % 15), FLAG_NOSCAN);
    if (getInt(m, gp, 3) !== 0 && (left & 7) === 0) setfinalizer(m, mp, gp, getSlotAddress(m, gp, 3), 5, left);
    setInt(m, gp, 0, left - 1);
    return 3;
  },
  function end(m) {
    for (let i = 0; i < SHARED; i++) verifyList(m, getGlobal(m, FIRST_SHARED + i));
    return GOEXIT;
  },
  function finalize(m) {
    Atomics.add(m, globalAt(m, FIRST_SHARED + SHARED), 1);
    return GOEXIT;
  },
];

/** Ints of main: pointers of an array, collections. Each points at an object, which points at another. */
const wideArray = [
  function build(m, mp, gp) {
    const length = getInt(m, gp, 0);
    newObject(m, mp, gp, 0, 8 * length, 0);
    for (let i = 0; i < length; i++) {
      const p = newObject(m, mp, gp, 1, 32, 0);
      storeWord(m, getSlot(m, gp, 0), i, p);
      storeInt(m, p, 1, i);
      storeWord(m, p, 0, newObject(m, mp, gp, 2, 48, 0));
      storeInt(m, loadWord(m, p, 0), 1, ~i);
    }
    setSlot(m, gp, 1, 0);
    setSlot(m, gp, 2, 0);
    return 1;
  },
  function collectAndVerify(m, mp, gp) {
    collect(m, mp, true);
    const array = getSlot(m, gp, 0);
    for (let i = 0; i < getInt(m, gp, 0); i++) {
      newObject(m, mp, gp, 1, 32, 0);
      newObject(m, mp, gp, 1, 48, 0);
      const p = loadWord(m, array, i);
      if (loadInt(m, p, 1) !== i || loadInt(m, loadWord(m, p, 0), 1) !== ~i) throw new Error(`element ${i} was lost`);
    }
    const left = getInt(m, gp, 1) - 1;
    setInt(m, gp, 1, left);
    return left > 0 ? yieldTo(1) : GOEXIT;
  },
];

/**
 * Ints of main: objects, their bytes, flags, collections. Every second object is held by an array
 * that is a root of the data, the others by one of the globals: two Ms mark neighbours at once.
 */
const neighbours = [
  function build(m, mp, gp) {
    const [n, size, flags] = [getInt(m, gp, 0), getInt(m, gp, 1), getInt(m, gp, 2)];
    const words = Math.ceil(n / 2);
    setGlobal(m, 0, newObject(m, mp, gp, 0, 8 * words, 0));
    storePointer(m, dataAt(m, 0), newObject(m, mp, gp, 1, 8 * words, 0));
    const arrays = [getSlot(m, gp, 0), getSlot(m, gp, 1)];
    for (let i = 0; i < n; i++) {
      const p = newObject(m, mp, gp, 2, size, flags);
      m[p] = i;
      storeWord(m, arrays[i & 1], i >> 1, p);
    }
    for (let i = 0; i < 3; i++) setSlot(m, gp, i, 0);
    return 1;
  },
  function collectAndVerify(m, mp, gp) {
    const [n, size, flags] = [getInt(m, gp, 0), getInt(m, gp, 1), getInt(m, gp, 2)];
    collect(m, mp, true);
    // What was lost is handed out again here, and dirtied.
    for (let i = 0; i < n / 10; i++) m[newObject(m, mp, gp, 2, size, flags)] = -1;
    setSlot(m, gp, 2, 0);
    const arrays = [getGlobal(m, 0), loadPointer(m, dataAt(m, 0))];
    for (let i = 0; i < n; i++) {
      const p = loadWord(m, arrays[i & 1], i >> 1);
      if (m[p] !== i) throw new Error(`object ${i} was lost: ${m[p]}`);
    }
    const left = getInt(m, gp, 3) - 1;
    setInt(m, gp, 3, left);
    return left > 0 ? yieldTo(1) : GOEXIT;
  },
];

export const PROGRAMS = { endWhileCollecting, stops, lists, wideArray, neighbours };
