/**
 * A small machine of one P in the test's own thread whose program does random things with
 * memory, and what the oracle is tested with: copies of its memory at checkpoints.
 * A test file that uses it must mock the doorbell, see verify-hook.ts.
 */
import { xorshift32 } from '../../src/base/random.ts';
import { TYPES, ptrWords } from '../../src/memory/config.ts';
import { COLLECTOR } from '../../src/gc/collectors/registry.ts';
import type { MachineShape } from '../../src/memory/map.ts';
import type { Mem } from '../../src/memory/struct.ts';
import { addressAt } from '../../src/memory/pointer.ts';
import { SCHED, Sched } from '../../src/machine/sched.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { free } from '../../src/malloc/free.ts';
import { WORK, Work } from '../../src/gc/work.ts';
import { boot, enableGC, link, planMemory, startMain } from '../../src/runtime/boot.ts';
import { chanrecv, chansend, makechan, tryrecv, trysend } from '../../src/runtime/chan.ts';
import { setfinalizer } from '../../src/runtime/finalizer.ts';
import { GOEXIT, slotAt, yieldTo, type Step } from '../../src/runtime/goroutine.ts';
import { collect, getGlobal, getInt, getSlot, newObject, prepare, setGlobal, setInt, setSlot, start, storeWord } from '../../src/runtime/mutator.ts';
import { mstart } from '../../src/runtime/schedule.ts';
import { recvCase, select, sendCase } from '../../src/runtime/select.ts';
import { settle } from '../../src/runtime/settle.ts';
import { finalizedObject } from '../../src/runtime/system.ts';
import { hook, type Hook } from './verify-hook.ts';

export const SHAPE: MachineShape = {
  ptrWords: 2,
  procs: 1,
  arenaPages: 512,
  osHoles: [],
  maxGs: 24,
  stackWords: 128,
  stackMinWords: 64,
  stackCacheWords: 2048,
  dataWords: 16,
  bssWords: 128,
  persistentWords: 1 << 17,
  cycleLogCap: 4,
  maxWorkbufs: 256,
  workbufCap: 128,
  ptrBufCap: 64,
  handoffThreshold: 4,
  chunkPages: 16,
  abaBits: 16,
  verify: true,
  gctrace: false,
  timeslice: 20,
  policy: 0,
  gcEvery: 0,
  typeWords: 0,
  types: TYPES.none,
  collector: COLLECTOR.parallel,
  debug: 0,
  memprofileRate: 0,
  seed: 1,
};

const GLOBALS = 24;
const SLOTS = 4;
/** Slots that hold channels, where there are any, and steps of the goroutines that wait on them. */
const FULL = 0;
const EMPTY = 1;
const SENDER = 2;
const RECEIVER = 3;
const SELECTING = 4;
/** Ints of a goroutine: state of its random numbers, steps left, objects it gave a finalizer. */
const RANDOM = 0;
const LEFT = 1;

/** Thrown by a hook that has seen enough. */
export class Enough extends Error {}

function random(m: Mem, gp: number, n: number): number {
  const x = xorshift32(getInt(m, gp, RANDOM));
  setInt(m, gp, RANDOM, x | 0);
  return x % n;
}

function randomSize(m: Mem, gp: number): number {
  const kind = random(m, gp, 100);
  if (kind < 50) return 16 + random(m, gp, 100);
  if (kind < 90) return 8 + random(m, gp, 2000);
  if (kind < 98) return 2048 + random(m, gp, 30_000);
  return 33_000 + random(m, gp, 90_000);
}

function allocate(m: Mem, mp: number, gp: number): void {
  const slot = random(m, gp, SLOTS);
  const pick = random(m, gp, 10);
  if (pick === 0) newObject(m, mp, gp, slot, 1 + random(m, gp, 15), FLAG_NOSCAN);
  else if (pick < 3) newObject(m, mp, gp, slot, randomSize(m, gp), FLAG_NOSCAN);
  else {
    const obj = newObject(m, mp, gp, slot, randomSize(m, gp), 0);
    // Every object but those of 8 bytes has room for two pointers on either machine.
    storeWord(m, obj, 0, getGlobal(m, random(m, gp, GLOBALS)));
  }
}

/** Ties what a slot holds to a global, at times by an inner word. */
function keep(m: Mem, gp: number): void {
  const obj = getSlot(m, gp, random(m, gp, SLOTS));
  setGlobal(m, random(m, gp, GLOBALS), random(m, gp, 4) === 0 && obj !== 0 ? obj + 2 : obj);
}

function step(m: Mem, mp: number, gp: number): number {
  const left = getInt(m, gp, LEFT) - 1;
  setInt(m, gp, LEFT, left);
  if (left < 0) return GOEXIT;
  for (let i = 0; i < 6; i++) allocate(m, mp, gp);
  keep(m, gp);
  const pick = random(m, gp, 40);
  if (pick < 6) setGlobal(m, random(m, gp, GLOBALS), 0);
  else if (pick < 12) setSlot(m, gp, random(m, gp, SLOTS), 0);
  else if (pick < 18) finalize(m, mp, gp);
  else if (pick === 18) spawn(m, mp, gp);
  else if (pick === 19) collect(m, mp, random(m, gp, 2) === 0);
  else if (pick === 20) return yieldTo(0);
  else if (pick === 21) openChannels(m, mp, gp);
  else if (pick === 22) release(m, mp, gp);
  return 0;
}

/** A fresh object, which nothing else refers to, is given back. */
function release(m: Mem, mp: number, gp: number): void {
  const obj = newObject(m, mp, gp, 0, Math.max(16, randomSize(m, gp)), 0);
  setSlot(m, gp, 0, 0);
  free(m, mp, obj);
}

/** A fresh object, or two bytes of a tiny block, gets a finalizer. */
function finalize(m: Mem, mp: number, gp: number): void {
  const isTiny = random(m, gp, 3) === 0;
  for (let i = 0; i < 2; i++) {
    newObject(m, mp, gp, i, isTiny ? 3 : 24 + random(m, gp, 200), isTiny ? FLAG_NOSCAN : 0);
    setfinalizer(m, mp, gp, addressAt(m, slotAt(m, gp, i)), 1, left(m, gp));
    setSlot(m, gp, i, 0);
  }
}

function left(m: Mem, gp: number): number {
  return getInt(m, gp, LEFT);
}

/** A finalizer: allocates, and brings every fourth object back. */
function finalizer(m: Mem, mp: number, gp: number): number {
  const object = finalizedObject(m, gp);
  if (object % 4 === 0) setGlobal(m, object % GLOBALS, object);
  collectNow(m, mp, object);
  return GOEXIT;
}

/** Two channels, one full and one empty, and goroutines that wait on them for ever. */
function openChannels(m: Mem, mp: number, gp: number): void {
  if (m[SCHED + Sched.at.allglen] > 8) return;
  makechan(m, mp, gp, FULL, ptrWords(m) * 4, 3, 0);
  makechan(m, mp, gp, EMPTY, 2 * ptrWords(m) * 4, 3, 0);
  while (trysend(m, mp, gp, getSlot(m, gp, FULL), 2));
  trysend(m, mp, gp, getSlot(m, gp, EMPTY), 2);
  tryrecv(m, mp, gp, getSlot(m, gp, EMPTY), 2);
  for (const pc of [SENDER, RECEIVER, SELECTING, RECEIVER]) {
    const waiter = prepare(m, mp, gp, pc, SLOTS);
    setSlot(m, waiter, FULL, getSlot(m, gp, FULL));
    setSlot(m, waiter, EMPTY, getSlot(m, gp, EMPTY));
    start(m, mp, waiter);
  }
}

const WAITERS: readonly Step[] = [
  (m, mp, gp) => chansend(m, mp, gp, getSlot(m, gp, FULL), 2, SENDER),
  (m, mp, gp) => chanrecv(m, mp, gp, getSlot(m, gp, EMPTY), 2, RECEIVER),
  (m, mp, gp) => select(m, mp, gp, [recvCase(EMPTY, 2, SELECTING), sendCase(FULL, 2, SELECTING)]),
];

function collectNow(m: Mem, mp: number, object: number): void {
  if (object % 37 === 0) collect(m, mp, false);
}

function spawn(m: Mem, mp: number, gp: number): void {
  if (m[SCHED + Sched.at.allglen] >= SHAPE.maxGs && m[SCHED + Sched.at.gfree] === 0) return;
  const child = prepare(m, mp, gp, 0, SLOTS);
  setInt(m, child, RANDOM, (random(m, gp, 1 << 30) + 1) | 0);
  setInt(m, child, LEFT, 20 + random(m, gp, 60));
  start(m, mp, child);
}

const PROGRAM: readonly Step[] = [step, finalizer, ...WAITERS];

export interface RandomRun {
  readonly shape?: Partial<MachineShape>;
  readonly seed: number;
  readonly steps: number;
  readonly gogc?: number;
  /** Answers each checkpoint; may throw Enough. */
  readonly at: Hook;
}

/** A machine that runs nothing yet. */
export function bootSmall(shape: Partial<MachineShape> = {}, gogc = 100): { m: Mem; m0: number } {
  const map = planMemory({ ...SHAPE, ...shape });
  const m = new Int32Array(new SharedArrayBuffer(map.words * 4));
  const m0 = boot(m, map, gogc);
  // More Ps may be there, but nobody is to wake their Ms: they have no thread here.
  if (map.shape.procs > 1) Atomics.store(m, SCHED + Sched.at.xnmspinning, 1);
  m[WORK + Work.at.wantProcs] = 1;
  return { m, m0 };
}

function collectOnce(m: Mem, mp: number): number {
  collect(m, mp, true);
  return GOEXIT;
}

export interface CollectRun {
  readonly shape?: Partial<MachineShape>;
  /** Makes the heap to be collected. */
  readonly build: (m: Mem, m0: number) => void;
  readonly at: Hook;
}

/** Builds a heap and collects it once. */
export function runCollect({ shape, build, at }: CollectRun): Mem {
  const { m, m0 } = bootSmall(shape);
  build(m, m0);
  startMain(m, m0, 0, 0);
  run(m, m0, [collectOnce], at);
  return m;
}

function run(m: Mem, m0: number, program: readonly Step[], at: Hook): void {
  enableGC(m);
  hook.at = at;
  try {
    mstart(m, m0, link(program));
    settle(m);
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  } finally {
    hook.at = () => {};
  }
}

/** Runs the random program to its end, or until the hook has seen enough; returns the memory. */
export function runRandom({ shape, seed, steps, gogc, at }: RandomRun): Mem {
  const { m, m0 } = bootSmall(shape, gogc);
  startMain(m, m0, 0, SLOTS);
  const main = m[SCHED + Sched.at.maing];
  setInt(m, main, RANDOM, seed);
  setInt(m, main, LEFT, steps);
  run(m, m0, PROGRAM, at);
  return m;
}
