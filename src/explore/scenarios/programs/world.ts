/**
 * Goroutines stop the world by a collection, by ReadMemStats, or only by a change of the profiler's rate,
 * while others are readied, park, yield, allocate, begin and end. The main goroutine waits for all, or ends
 * while they run.
 */
import type { Mem } from '../../../memory/struct.ts';
import { fatal } from '../../../base/fatal.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { loadWide } from '../../../memory/wide.ts';
import { lock, unlock } from '../../../sync/lock.ts';
import { usleep } from '../../../sync/os.ts';
import { clockMs, setClock } from '../../../sync/clock.ts';
import { G_INTS, type GRef } from '../../../machine/g.ts';
import { M, type MRef } from '../../../machine/m.ts';
import { FLAG_NOSCAN } from '../../../malloc/flags.ts';
import { mallocgc } from '../../../malloc/malloc.ts';
import { MHEAP_LOCK } from '../../../malloc/mheap-record.ts';
import { MSTATS, MStats } from '../../../malloc/mstats.ts';
import { GOEXIT, ret, yieldTo } from '../../../runtime/goroutine.ts';
import { setGCPercent, setgcpercent } from '../../../runtime/gc-percent.ts';
import { setMemProfileRate } from '../../../runtime/memprofile.ts';
import { collect, getGlobal, getInt, newObject, prepare, setGlobal, start } from '../../../runtime/mutator.ts';
import { MEMSTATS_BYTES, readMemStats } from '../../../runtime/read-memstats.ts';
import { GROUP_GLOBALS, groupAdd, groupDone, groupWait } from '../../../workloads/join.ts';
import { freeOSMemory } from '../../../runtime/scavenger.ts';
import { entersyscall, exitsyscall } from '../../../runtime/world.ts';
import { checkOneMoment } from './one-moment.ts';
import { nextOrder, orderA, orderB, startTold, type Order } from './told.ts';

/** Globals: wait groups, the first for all goroutines; then the memory for MemStats. */
const ALL = 0;
const SIGNALS = 2;
const STATS = (SIGNALS + 1) * GROUP_GLOBALS;
/** Goroutines that read MemStats, each into its own memory. */
const READERS = 2;
const SLOTS = 1;
/** A minute of the machine's clock. */
const MINUTE_MS = 60_000;

const PC = { begin: 0, wait: 1, end: 2, next: 3, rate: 4, collect: 5, stats: 6, pause: 7, signal: 8, await: 9, go: 10, child: 11, alloc: 12, percent: 13, goal: 14, release: 15, tick: 16, syscall: 17, cycles: 18, released: 19 } as const;

/** Orders for the goroutines. */
export const WORLD_ORDERS = { rate: PC.rate, collect: PC.collect, stats: PC.stats, yield: PC.pause, signal: PC.signal, await: PC.await, go: PC.go, alloc: PC.alloc, percent: PC.percent, goal: PC.goal, release: PC.release, tick: PC.tick, syscall: PC.syscall, cycles: PC.cycles, released: PC.released } as const;

/** Starts the goroutines. A signal is complete when every `signal` order for it is done. */
export function buildWorld(m: Mem, m0: MRef, lists: readonly (readonly Order[])[]): void {
  for (let i = 0; i < READERS; i++) setGlobal(m, STATS + i, mallocgc(m, m0, MEMSTATS_BYTES, FLAG_NOSCAN));
  for (const orders of lists) {
    startTold(m, m0, orders, PC.next, SLOTS, ALL);
    for (const [pc, a] of orders) if (pc === PC.signal) groupAdd(m, m0, signalGroup(a), 1);
  }
}

/** Returns the wait group of a signal, 1 to SIGNALS. */
function signalGroup(signal: number): number {
  return signal * GROUP_GLOBALS;
}

/** The first int says whether main waits for the others. */
function begin(m: Mem, _mp: MRef, gp: GRef): number {
  return getInt(m, gp, 0) !== 0 ? PC.wait : PC.end;
}

function wait(m: Mem, mp: MRef, gp: GRef): number {
  return groupWait(m, mp, gp, ALL, PC.end);
}

function end(m: Mem, _mp: MRef, gp: GRef): number {
  return ret(m, gp);
}

function next(m: Mem, mp: MRef, gp: GRef): number {
  const order = nextOrder(m, gp);
  if (order !== 0) return order;
  groupDone(m, mp, ALL);
  return GOEXIT;
}

function rate(m: Mem, mp: MRef, _gp: GRef): number {
  setMemProfileRate(m, mp, 0);
  return PC.next;
}

function collectNow(m: Mem, mp: MRef, gp: GRef): number {
  collect(m, mp, orderA(m, gp) !== 0);
  return PC.next;
}

function stats(m: Mem, mp: MRef, gp: GRef): number {
  const into = getGlobal(m, STATS + orderA(m, gp));
  readMemStats(m, mp, into);
  checkOneMoment(m, into);
  return PC.next;
}

function pause(m: Mem, mp: MRef, _gp: GRef): number {
  m[mp + M.at.heartbeat]++;
  return yieldTo(PC.next);
}

function signal(m: Mem, mp: MRef, gp: GRef): number {
  groupDone(m, mp, signalGroup(orderA(m, gp)));
  return PC.next;
}

function awaitSignal(m: Mem, mp: MRef, gp: GRef): number {
  return groupWait(m, mp, gp, signalGroup(orderA(m, gp)), PC.next);
}

/** Starts one more goroutine, with nothing to do. */
function go(m: Mem, mp: MRef, gp: GRef): number {
  groupAdd(m, mp, ALL, 1);
  start(m, mp, prepare(m, mp, gp, PC.child, 0));
  return PC.next;
}

/** Checks that the ints are zero: the record may have been another goroutine's. */
function child(m: Mem, mp: MRef, gp: GRef): number {
  for (let i = 0; i < G_INTS; i++) if (getInt(m, gp, i) !== 0) fatal('EXPLORED_INT_NOT_ZERO', { int: i, holds: getInt(m, gp, i) });
  groupDone(m, mp, ALL);
  return GOEXIT;
}

function alloc(m: Mem, mp: MRef, gp: GRef): number {
  newObject(m, mp, gp, 0, orderB(m, gp), FLAG_NOSCAN);
  return PC.next;
}

/** Changes GOGC for the next collection. */
function percent(m: Mem, mp: MRef, gp: GRef): number {
  setgcpercent(m, mp, orderB(m, gp));
  return PC.next;
}

/** Changes GOGC, and collects so that it takes effect. */
function goal(m: Mem, mp: MRef, gp: GRef): number {
  setGCPercent(m, mp, orderB(m, gp));
  return PC.next;
}

/** Collects, and releases free memory to the system. */
function release(m: Mem, mp: MRef, _gp: GRef): number {
  freeOSMemory(m, mp);
  return PC.next;
}

/** Blocks in a system call for that many microseconds: the world is stopped and started without its P. */
function systemCall(m: Mem, mp: MRef, gp: GRef): number {
  entersyscall(m, mp);
  if (orderA(m, gp) > 0) usleep(m, orderA(m, gp));
  exitsyscall(m, mp);
  return PC.next;
}

/** Checks the number of cycles, on one P: no other M can have collected. */
function cycles(m: Mem, _mp: MRef, gp: GRef): number {
  const numgc = m[MSTATS + MStats.at.numgc];
  if (isAlone(m) && numgc !== orderA(m, gp)) fatal('EXPLORED_CYCLES', { cycles: numgc, expected: orderA(m, gp) });
  return PC.next;
}

/** Checks whether memory was released, on one P: no other M can have allocated it. */
function released(m: Mem, mp: MRef, gp: GRef): number {
  lock(m, mp, MHEAP_LOCK);
  const bytes = loadWide(m, MSTATS + MStats.at.heapReleased);
  unlock(m, mp, MHEAP_LOCK);
  if (isAlone(m) && bytes > 0 !== orderA(m, gp) > 0) fatal('EXPLORED_RELEASED', { bytes, expected: orderA(m, gp) });
  return PC.next;
}

function isAlone(m: Mem): boolean {
  return m[CONFIG + Config.at.nprocs] === 1;
}

/** Advances the clock by minutes and seconds, as the watcher does. */
function tick(m: Mem, _mp: MRef, gp: GRef): number {
  setClock(m, clockMs(m) + orderA(m, gp) * MINUTE_MS + orderB(m, gp) * 1000);
  return PC.next;
}

export const WORLD = {
  steps: [begin, wait, end, next, rate, collectNow, stats, pause, signal, awaitSignal, go, child, alloc, percent, goal, release, tick, systemCall, cycles, released],
  main: { pc: PC.begin, slots: 0 },
} as const;
