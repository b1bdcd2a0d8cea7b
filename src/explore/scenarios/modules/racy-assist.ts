/**
 * The racy loads of allocations that assist, in few accesses. There is no scheduler: each M has one goroutine, which
 * allocates and reaches safe points.
 *
 *     end     a mark is under way; each goroutine owes more than there is to scan, and one of them ends the mark
 *     begin   the heap has reached its trigger: one M begins a mark
 *     pay     a mark is under way, and the goroutines pay for their blocks by marking; the last M only stops the world and starts it
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
import { beginMark, isMarking } from '../../../gc/collector.ts';
import { BARRIER, CONCURRENT, Concurrent, STACKS } from '../../../gc/collectors/concurrent/state.ts';
import { COLLECTOR } from '../../../gc/collectors/registry.ts';
import { beginPacing } from '../../../gc/pacer/cycle.ts';
import { isInDebt } from '../../../gc/pacer/debt.ts';
import { ASSISTS, PACING, Pacer } from '../../../gc/pacer/record.ts';
import { enableGC } from '../../../runtime/boot.ts';
import { getGlobal, getSlot, loadInt, loadWord, newObject, setGlobal, storeInt, storeWord } from '../../../runtime/mutator.ts';
import { acquireWorld, entersyscall, releaseWorld, starttheworld, stoptheworld } from '../../../runtime/world.ts';
import { runningGoroutine } from '../programs/running-goroutine.ts';
import type { ModulePerM } from '../module.ts';
import type { Knobs, Setting } from '../setting.ts';

const DOES = { end: 0, begin: 1, pay: 2 } as const;
/** A block of the chain, one that must be paid for, and one whose allocation the heap's size shows at once. */
const CHAIN_BYTES = 64;
const BYTES = 1024;
const LARGE = 40 << 10;
/** A trigger that the heap has reached, and a goal that it never reaches, in quads. */
const REACHED_Q = 1;
const FAR_Q = 1 << 20;
/** The chain that is to be marked: global 0 leads to its first block. */
const LENGTH = 3;
const OBJECT = 0;
const SLOTS = 1;
const NPROCS = CONFIG + Config.at.nprocs;
const XNEXT_GC_Q = MSTATS + MStats.at.xnextGcQ;

function build(m: Mem, m0: MRef, { knobs }: Setting): void {
  for (let i = 0; i < LENGTH; i++) {
    const block = mallocgc(m, m0, CHAIN_BYTES, 0);
    storeInt(m, block, 1, i);
    storeWord(m, block, 0, getGlobal(m, 0));
    setGlobal(m, 0, block);
  }
  for (let i = 0; i < m[NPROCS]; i++) {
    runningGoroutine(m, m0, mAt(m, i), SLOTS);
    mallocgc(m, mAt(m, i), BYTES, FLAG_NOSCAN);
  }
  Atomics.store(m, XNEXT_GC_Q, knobs.does === DOES.begin ? REACHED_Q : FAR_Q);
  enableGC(m);
  if (knobs.does === DOES.begin) return;
  beginMark(m, m0);
  // In a heap that has reached its goal, each block owes all the work that there is.
  const heapQ = m[MSTATS + MStats.at.heapAllocQ];
  beginPacing(m, 0, heapQ, knobs.does === DOES.end ? heapQ : FAR_Q, 0);
}

/** Returns the problem if the M's object is damaged, or ''. */
function run(m: Mem, index: number, _operations: unknown, { does }: Knobs): string {
  const mp = mAt(m, index);
  const gp = gAt(m, index);
  let problem = '';
  if (does === DOES.pay && index === m[NPROCS] - 1) stopAndStart(m, mp);
  else problem = allocate(m, mp, gp, index + 1, LARGE);
  if (does === DOES.end || (does === DOES.pay && index === 0)) problem = problem || allocate(m, mp, gp, index + 1, BYTES);
  entersyscall(m, mp);
  return problem;
}

function stopAndStart(m: Mem, mp: MRef): void {
  acquireWorld(m, mp);
  stoptheworld(m, mp);
  releaseWorld(m);
  starttheworld(m, mp);
}

function allocate(m: Mem, mp: MRef, gp: GRef, id: number, bytes: number): string {
  storeInt(m, newObject(m, mp, gp, OBJECT, bytes, FLAG_NOSCAN), 0, id);
  const found = loadInt(m, getSlot(m, gp, OBJECT), 0);
  return found === id ? '' : `OBJECT_DAMAGED: an object has the id ${found}, not ${id}`;
}

/** The world runs, one mark has begun and no second one, blocks are paid for or owed, and the chain is whole. */
function check(m: Mem, results: readonly unknown[], { knobs }: Setting): string {
  const found = { worldsema: Atomics.load(m, SCHED + Sched.at.xworldsema), gcwaiting: Atomics.load(m, XGCWAITING), stopwait: m[SCHED + Sched.at.stopwait] };
  if (found.worldsema !== 1 || found.gcwaiting !== 0 || found.stopwait !== 0) return `WORLD_NOT_QUIET: worldsema ${found.worldsema}, gcwaiting ${found.gcwaiting}, stopwait ${found.stopwait}`;
  const marks = m[CONCURRENT + Concurrent.at.cycle];
  const ended = m[MSTATS + MStats.at.numgc];
  if (marks !== 1 || ended !== (isMarking(m) ? 0 : 1)) return `MARKED_OTHERWISE: ${marks} marks have begun and ${ended} ended`;
  const scanned = Atomics.load(m, PACING + Pacer.at.xscannedQ);
  if (knobs.does !== DOES.begin && scanned === 0 && !isInDebt(m, gAt(m, 0))) return 'NOTHING_OWED: blocks were allocated, and nothing was scanned for them or is owed';
  let block = getGlobal(m, 0);
  for (let i = LENGTH - 1; i >= 0; i--) {
    if (block === 0 || loadInt(m, block, 1) !== i) return `OBJECT_DAMAGED: block ${i} of the chain is gone`;
    block = loadWord(m, block, 0);
  }
  return (results as readonly string[]).find((problem) => problem !== '') ?? '';
}

export const RACY_ASSIST = {
  name: 'racy-assist',
  summary: 'goroutines allocate and pay for it by marking, or begin or end the mark: only the functions that race on purpose',
  procs: [2, 3],
  knobs: [{ name: 'does', summary: '0 owes so much that it ends the mark; 1 begins a mark; 2 pays in a mark that is under way, while the world stops once', values: [DOES.end, DOES.begin, DOES.pay] }],
  shape: () => ({ arenaPages: 32, dataWords: 4, bssWords: 4, collector: COLLECTOR.concurrent, barrier: BARRIER.hybrid, stacks: STACKS.once, assists: ASSISTS.on }),
  withoutOracle: true,
  build,
  run,
  check,
} satisfies ModulePerM;
