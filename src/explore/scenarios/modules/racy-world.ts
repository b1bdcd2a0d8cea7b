/**
 * The racy loads of a stopped world and of a collection's start, in few accesses. There is no scheduler: each M has one
 * goroutine from its start to its end. M 0 does one of these, and the other Ms allocate and reach safe points:
 *
 *     stop      stops the world and starts it
 *     start     begins a collection that is not due: it looks again and gives up
 *     collect   collects, because the heap has reached its goal
 *     events    the same, and the machine records events
 *
 * At its end an M gives up its P as in a system call, so that others can stop the world without it.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { gAt, type GRef } from '../../../machine/g.ts';
import { mAt, type MRef } from '../../../machine/m.ts';
import { SCHED, Sched, XGCWAITING } from '../../../machine/sched.ts';
import { FLAG_NOSCAN } from '../../../malloc/flags.ts';
import { mallocgc } from '../../../malloc/malloc.ts';
import { MSTATS, MStats } from '../../../malloc/mstats.ts';
import { enableGC } from '../../../runtime/boot.ts';
import { FORCE, gcStart } from '../../../runtime/gc.ts';
import { setgcpercent } from '../../../runtime/gc-percent.ts';
import { getSlot, loadInt, newObject, storeInt } from '../../../runtime/mutator.ts';
import { acquireWorld, entersyscall, releaseWorld, safepoint, starttheworld, stoptheworld } from '../../../runtime/world.ts';
import { runningGoroutine } from '../programs/running-goroutine.ts';
import type { ModulePerM } from '../module.ts';
import type { Knobs, Setting } from '../setting.ts';

const DOES = { stop: 0, start: 1, collect: 2, events: 3 } as const;
/** A span has few blocks of this size. */
const BYTES = 2048;
/** A block that counts at once: MCaches report smaller ones later. */
const LARGE = 40 << 10;
/** A heap's goal, in quads, that the large block exceeds, and one that nothing does. */
const REACHED_Q = 1;
const FAR_Q = 1 << 20;
/** Values of GOGC that M 1 sets: the racy load of it sees them or the first. */
const PERCENT = 50;
const OBJECT = 0;
const SLOTS = 1;
const NPROCS = CONFIG + Config.at.nprocs;

/** Gives each M a goroutine that runs, and a span in its MCache. */
function build(m: Mem, m0: MRef, { knobs }: Setting): void {
  for (let i = 0; i < m[NPROCS]; i++) {
    const mp = mAt(m, i);
    runningGoroutine(m, m0, mp, SLOTS);
    mallocgc(m, mp, BYTES, FLAG_NOSCAN);
  }
  mallocgc(m, m0, LARGE, FLAG_NOSCAN);
  Atomics.store(m, MSTATS + MStats.at.xnextGcQ, collects(knobs) ? REACHED_Q : FAR_Q);
  enableGC(m);
}

function collects({ does }: Knobs): boolean {
  return does === DOES.collect || does === DOES.events;
}

/** Returns the problem if the M's object is damaged, or ''. */
function run(m: Mem, index: number, _operations: unknown, { does }: Knobs): string {
  const mp = mAt(m, index);
  const gp = gAt(m, index);
  let problem = '';
  if (index === 0 && does === DOES.stop) stopAndStart(m, mp);
  else if (index === 0 && does === DOES.start) gcStart(m, mp, FORCE.no);
  else problem = allocate(m, mp, gp, index + 1);
  if (index === 1 && does === DOES.start) setgcpercent(m, mp, PERCENT);
  entersyscall(m, mp);
  return problem;
}

function stopAndStart(m: Mem, mp: MRef): void {
  acquireWorld(m, mp);
  stoptheworld(m, mp);
  releaseWorld(m);
  starttheworld(m, mp);
}

/** Allocates an object with an id, and reaches a safe point: a collection must leave it as it is. */
function allocate(m: Mem, mp: MRef, gp: GRef, id: number): string {
  storeInt(m, newObject(m, mp, gp, OBJECT, BYTES, FLAG_NOSCAN), 0, id);
  safepoint(m, mp);
  const found = loadInt(m, getSlot(m, gp, OBJECT), 0);
  return found === id ? '' : `OBJECT_DAMAGED: an object has the id ${found}, not ${id}`;
}

/** The world runs, the heap was collected if that was due and not otherwise, and every object was intact. */
function check(m: Mem, results: readonly unknown[], { knobs }: Setting): string {
  const found = { worldsema: Atomics.load(m, SCHED + Sched.at.xworldsema), gcwaiting: Atomics.load(m, XGCWAITING), stopwait: m[SCHED + Sched.at.stopwait] };
  if (found.worldsema !== 1 || found.gcwaiting !== 0 || found.stopwait !== 0) return `WORLD_NOT_QUIET: worldsema ${found.worldsema}, gcwaiting ${found.gcwaiting}, stopwait ${found.stopwait}`;
  const cycles = m[MSTATS + MStats.at.numgc];
  if (cycles > 0 !== collects(knobs)) return `COLLECTED_OTHERWISE: ${cycles} collections, and the heap had ${collects(knobs) ? '' : 'not '}reached its goal`;
  return (results as readonly string[]).find((problem) => problem !== '') ?? '';
}

export const RACY_WORLD = {
  name: 'racy-world',
  summary: 'one M stops the others, or begins a collection, while they allocate: only the functions that race on purpose',
  procs: [2, 3],
  knobs: [{ name: 'does', summary: 'M0 0 stops the world; 1 begins a collection that is not due; 2 collects; 3 collects, and events are recorded', values: [DOES.stop, DOES.start, DOES.collect, DOES.events] }],
  shape: ({ does }) => ({ dataWords: 4, bssWords: 4, ...(does === DOES.events && { eventCap: 64 }) }),
  withoutOracle: true,
  build,
  run,
  check,
} satisfies ModulePerM;
