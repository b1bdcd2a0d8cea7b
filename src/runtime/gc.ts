/**
 * The collection cycle: mark in parallel with the world stopped, then sweep concurrently with the program.
 *
 *   1. gcStart: take worldsema, and return if another M has collected meanwhile.
 *   2. Stop the world. Flush what would keep garbage alive: tiny blocks, cached stacks, blocks
 *      freed explicitly (clearpools).
 *   3. Sweep the spans that the last cycle left unswept: marks must be clear before marking.
 *   4. Set up the parallel-for over the roots and wake idle Ms as helpers.
 *   5. Mark: all of them scan roots, then drain work buffers, until no M has work left.
 *   6. Set the goal of the next collection as if all marked and unswept blocks were live; each
 *      sweep lowers it by what it frees (malloc/pacing.ts).
 *   7. Add 2 to sweepgen: from now on every span in use is unswept. Wake the background sweeper.
 *   8. Publish the memory profile of the cycle before, log the cycle, start the world.
 *   9. Sweep concurrently with the program (malloc/sweep.ts); phase 3 of the next cycle does the remainder.
 *
 * The older collectors mark with one thread, and sweep everything in the pause after phase 6.
 *
 * Invariants: sweepgen changes only with the world stopped. All spans are swept when marking
 * begins. No collection starts while an M has m.locks > 0.
 *
 * Source: mgc0.c of Go 1.3.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { storeWide } from '../memory/wide.ts';
import { nanotime } from '../base/clock.ts';
import { DOING, SAMPLE, WITHIN } from '../sync/event-kinds.ts';
import { enter, enterAt, records, sample, within } from '../sync/events.ts';
import { lock, unlock } from '../sync/lock.ts';
import { noteclear, notesleep } from '../sync/note.ts';
import { MARKFOR, parforsetup } from '../sync/parfor.ts';
import { racyLoad } from '../sync/racy.ts';
import { noteGc } from '../sync/clock.ts';
import { G, G_STATUS, WAIT } from '../machine/g.ts';
import { M, PHASE, type MRef } from '../machine/m.ts';
import { SWEEPGEN, XSWEEPDONE, nspan } from '../malloc/mheap.ts';
import { mprofGC } from '../malloc/buckets.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { liveQuads, setGoal, setHardGoal, setTrigger } from '../malloc/pacing.ts';
import { GCLOCK, NOTHING_TO_SWEEP, SWEEP, SWEEP_NSPAN, Sweep, XSPANIDX, unsweptSpans } from '../malloc/sweep.ts';
import { sweepone } from '../malloc/compiled.ts';
import { tracegc, traces } from '../malloc/trace.ts';
import { beginMark, endMark, isAtEnd, isMarking, mark, marksBeside, mayEndMark, sweepInPause, sweepsInPause, wantsHelpers } from '../gc/collector.ts';
import { CHECKPOINT, checkpoint } from '../gc/doorbell.ts';
import { prepareMark } from '../gc/policy.ts';
import { clearpools, rootCount, rootQuads } from '../gc/roots.ts';
import { beginPacing, endPacing, triggerPercent } from '../gc/pacer/cycle.ts';
import { hasLimit, limitGoal } from '../gc/pacer/limit.ts';
import { ASSISTS, PACER } from '../gc/pacer/record.ts';
import { cachestats, countFrees, updatememstats } from '../gc/stats.ts';
import { NPROC, WORK, Work, XALLDONE, XNDONE, XNWAIT } from '../gc/work.ts';
import { wakeAssists } from './assist-queue.ts';
import { keepBegin, logCycle, recordPause, sumAndClearGCStats, type Times } from './cycle-figures.ts';
import { wakep } from './idle.ts';
import { enterGoroutine } from './goroutine.ts';
import { newproc, ready } from './ready.ts';
import { acquireWorld, gcprocs, helpgc, releaseWorld, starttheworld, stoptheworld } from './world.ts';

const HEAP_ALLOC_Q = MSTATS + MStats.at.heapAllocQ;
const XNEXT_GC_Q = MSTATS + MStats.at.xnextGcQ;
const ENABLEGC = MSTATS + MStats.at.enablegc;
const GCPERCENT = MSTATS + MStats.at.gcpercent;
const PACER_OF = CONFIG + Config.at.pacer;
const ASSISTS_OF = CONFIG + Config.at.assists;
const GCTRACE = CONFIG + Config.at.gctrace;
const XNBGSWEEP = SWEEP + Sweep.at.xnbgsweep;
const XNPAUSESWEEP = SWEEP + Sweep.at.xnpausesweep;
const BGSWEEP_G = SWEEP + Sweep.at.g;
const PARKED = SWEEP + Sweep.at.parked;
const { curg: CURG, locks: LOCKS, gcing: GCING, resched: RESCHED, phase: PHASE_OF } = M.at;
const { xstatus: XSTATUS, waitreason: WAITREASON } = G.at;

/** The background sweeper's first step in the text segment, and the slots of its frame; see system.ts. */
export const BGSWEEP = { pc: 0, slots: 0 } as const;

/**
 * Arguments of gcStart. `no`: collect only if the heap has reached its goal. The others always
 * collect; `andSweep` sweeps everything before the world starts, `leaveSweep` wakes no sweeper. A collector that
 * marks concurrently with the program also takes `begin`: begin a mark unless one is under way; and `end`: end the mark that is, if the
 * collector finds no work left.
 */
export const FORCE = { no: 0, yes: 1, andSweep: 2, leaveSweep: 3, begin: 4, end: 5 } as const;

/**
 * Collects, if the heap has reached its goal or `force` is not FORCE.no. A safe point: the
 * running goroutine's frame must hold every reference that it still needs. Go's gc.
 */
export function gcStart(m: Mem, mp: MRef, force: number): void {
  if (m[ENABLEGC] === 0 || m[mp + LOCKS] > 0) return;
  // Racy: if GOGC changes now, either value is right.
  if (racyLoad(m, GCPERCENT) < 0 && force === FORCE.no && !hasLimit(m)) return;
  acquireWorld(m, mp);
  if (force === FORCE.no && racyLoad(m, HEAP_ALLOC_Q) < racyLoad(m, XNEXT_GC_Q)) {
    // Another M has collected while this one waited, or has begun a mark.
    releaseWorld(m);
    return;
  }
  // Assists keep the heap below its goal, so a mark goes on until its work is done.
  if (force === FORCE.no && isMarking(m) && m[ASSISTS_OF] === ASSISTS.on) {
    releaseWorld(m);
    return;
  }
  // The mark that this M found at its end may be over, and the next one under way.
  if ((force === FORCE.begin && isMarking(m)) || (force === FORCE.end && !isAtEnd(m))) {
    releaseWorld(m);
    return;
  }
  const started = nanotime();
  const gp = m[mp + CURG];
  if (records(m)) {
    sampleHeap(m, mp);
    enterAt(m, mp, DOING.stop, 0, started);
  }
  m[mp + GCING] = 1;
  stoptheworld(m, mp);
  m[gp + WAITREASON] = WAIT.gc;
  Atomics.store(m, gp + XSTATUS, G_STATUS.waiting);
  m[mp + PHASE_OF] = PHASE.collect;
  clearpools(m, mp);
  if (marksBeside(m)) collectBeside(m, mp, started, force);
  else gc(m, mp, started, force);
  if (m[GCTRACE] > 1 && !isMarking(m)) gc(m, mp, nanotime(), force);
  m[mp + PHASE_OF] = PHASE.running;
  Atomics.store(m, gp + XSTATUS, G_STATUS.running);
  m[mp + GCING] = 0;
  m[mp + RESCHED] = 1;
  m[mp + LOCKS]++;
  releaseWorld(m);
  if (records(m)) {
    sampleHeap(m, mp);
    enter(m, mp, DOING.start, 0);
  }
  starttheworld(m, mp);
  // Ps that have nothing to run can mark.
  if (marksBeside(m) && isMarking(m)) wakep(m, mp);
  if (records(m)) enterGoroutine(m, mp, gp);
  m[mp + LOCKS]--;
}

/**
 * One stopped world of a collector that marks concurrently with the program: ends the mark that is under way, then
 * begins one, or collects at once if that is what `force` says.
 */
function collectBeside(m: Mem, mp: MRef, started: number, force: number): void {
  const ends = isMarking(m);
  if (ends && force === FORCE.end && !mayEndMark(m)) return;
  if (ends) gc(m, mp, started, FORCE.no);
  if (force === FORCE.yes || force === FORCE.andSweep || force === FORCE.leaveSweep) gc(m, mp, ends ? nanotime() : started, force);
  else if (!ends) beginBeside(m, mp, started);
}

/** Begins a mark that goes on when the world has started. The stopped world began at `started`. */
function beginBeside(m: Mem, mp: MRef, started: number): void {
  const stopped = nanotime();
  const checkpointNs = beginCycle(m, mp);
  const swept = nanotime();
  beginMark(m, mp);
  const roots = rootQuads(m);
  setHardGoal(m, m[PACER_OF] === PACER.runway ? roots : 0, limitGoal(m, liveQuads(m)));
  beginPacing(m, nanotime(), liveQuads(m), Atomics.load(m, XNEXT_GC_Q), roots);
  keepBegin(m, { started, stopped, swept, end: nanotime(), checkpointNs });
}

/** Runs phases 3 to 8 of a cycle. The world is stopped. */
function gc(m: Mem, mp: MRef, started: number, force: number): void {
  const times: Times = { t0: started, t1: nanotime(), t2: 0, t3: 0, t4: 0, end: 0, eagerSweepNs: 0, freed: 0, checkpointNs: 0 };
  if (traces(m)) tracegc(m, mp);
  storeWide(m, WORK + Work.at.tstart, started);
  if (records(m)) enterAt(m, mp, DOING.sweepRest, 0, times.t1);
  times.checkpointNs += askWatcher(m, mp, CHECKPOINT.stopped);
  const ends = isMarking(m);
  // The spans of a mark that is under way are swept, and have marks.
  if (!ends) times.checkpointNs += beginCycle(m, mp);
  if (!ends && marksBeside(m)) keepBegin(m, null);
  setUpMark(m, mp);
  times.t2 = nanotime();
  mark(m, mp);
  times.t3 = nanotime();
  if (records(m)) enter(m, mp, m[NPROC] > 1 ? DOING.wait : DOING.collect, 0);
  if (m[NPROC] > 1) notesleep(m, XALLDONE);
  if (records(m)) enter(m, mp, DOING.collect, 0);
  times.checkpointNs += askWatcher(m, mp, CHECKPOINT.marked);
  if (ends) endMark(m, mp);
  if (ends) endPacing(m, started, nanotime());
  if (ends) wakeAssists(m, mp);
  cachestats(m, mp);
  const heap0 = sweepsInPause(m) ? m[HEAP_ALLOC_Q] * 8 : estimateLiveBefore(m);
  if (marksBeside(m)) setTrigger(m, m[HEAP_ALLOC_Q], triggerPercent(m, m[GCPERCENT]));
  else setGoal(m, m[HEAP_ALLOC_Q]);
  m[MSTATS + MStats.at.heapMarkedQ] = m[HEAP_ALLOC_Q];
  times.t4 = nanotime();
  times.end = times.t4;
  if (sweepsInPause(m)) sweepWithWorldStopped(m, mp, times);
  recordPause(m, times);
  noteGc(m);
  if (m[GCTRACE] !== 0) updatememstats(m, mp);
  const sweepsSoFar = { nspan: m[SWEEP_NSPAN], background: Atomics.exchange(m, XNBGSWEEP, 0), pause: Atomics.exchange(m, XNPAUSESWEEP, 0), atOnce: force === FORCE.andSweep };
  if (!sweepsInPause(m)) sweepFromHereOn(m, mp, times, force);
  mprofGC(m, mp);
  if (m[GCTRACE] !== 0) logCycle(m, mp, times, heap0, force, sweepsSoFar);
  sumAndClearGCStats(m, null);
}

/** Completes the sweep of the last cycle. Returns the ns at the checkpoint that follows. */
function beginCycle(m: Mem, mp: MRef): number {
  finishSweep(m, mp);
  if (records(m)) enter(m, mp, DOING.collect, 0);
  return askWatcher(m, mp, CHECKPOINT.swept);
}

/** Waits at checkpoint `point` until the watcher has verified or recorded the heap, if it wants to. Returns the ns that it took. */
function askWatcher(m: Mem, mp: MRef, point: number): number {
  const started = records(m) ? nanotime() : 0;
  const ns = checkpoint(m, point);
  if (ns > 0 && records(m)) within(m, mp, WITHIN.oracle, 0, 1, started);
  return ns;
}

/** Sweeps everything in the pause, as the older collectors do; the cycle is then complete. */
function sweepWithWorldStopped(m: Mem, mp: MRef, times: Times): void {
  const frees = countFrees(m);
  setUpSweep(m);
  if (records(m)) enter(m, mp, DOING.sweep, 0);
  sweepInPause(m, mp);
  if (records(m)) enter(m, mp, DOING.collect, 0);
  // One extra step: the frees of this cycle are already counted.
  mprofGC(m, mp);
  times.eagerSweepNs = nanotime() - times.t4;
  cachestats(m, mp);
  times.freed = countFrees(m) - frees;
  times.end = nanotime();
}

/** Makes all spans unswept, and sweeps them at once or wakes the background sweeper, as `force` says. */
function sweepFromHereOn(m: Mem, mp: MRef, times: Times, force: number): void {
  setUpSweep(m);
  if (force === FORCE.leaveSweep) return;
  if (force !== FORCE.andSweep) {
    wakeSweeper(m, mp);
    return;
  }
  const started = nanotime();
  if (records(m)) enterAt(m, mp, DOING.sweep, 0, started);
  finishSweep(m, mp);
  if (records(m)) enter(m, mp, DOING.collect, 0);
  // One extra step: the frees of this cycle are already counted.
  mprofGC(m, mp);
  times.eagerSweepNs = nanotime() - started;
}

/** Sweeps all spans that are still unswept. */
function finishSweep(m: Mem, mp: MRef): void {
  while (sweepone(m, mp) !== NOTHING_TO_SWEEP) Atomics.add(m, XNPAUSESWEEP, 1);
}

/** Chooses the number of marking Ms, sets up the parallel-for over the roots and wakes the helpers. */
function setUpMark(m: Mem, mp: MRef): void {
  Atomics.store(m, XNWAIT, 0);
  Atomics.store(m, XNDONE, 0);
  m[NPROC] = wantsHelpers(m) ? gcprocs(m, mp) : 1;
  parforsetup(m, MARKFOR, m[NPROC], rootCount(m), false);
  prepareMark(m);
  if (m[NPROC] === 1) return;
  noteclear(m, XALLDONE);
  helpgc(m, mp, m[NPROC]);
}

/** Records the heap's size, its goal and the number of unswept spans. */
export function sampleHeap(m: Mem, mp: MRef): void {
  // Racy: other Ms may allocate and sweep until the world is stopped. A sample is of about now.
  sample(m, mp, SAMPLE.heapLive, racyLoad(m, HEAP_ALLOC_Q) * 8);
  sample(m, mp, SAMPLE.nextGc, Atomics.load(m, XNEXT_GC_Q) * 8);
  sample(m, mp, SAMPLE.unswept, unsweptSpans(m));
}

/** Estimates the live bytes after the previous cycle from the goal; for the trace only. */
function estimateLiveBefore(m: Mem): number {
  const percent = m[MSTATS + MStats.at.cyclePercent];
  if (percent < 0) return m[HEAP_ALLOC_Q] * 8;
  return Math.floor((Atomics.load(m, XNEXT_GC_Q) * 100) / (percent + 100)) * 8;
}

/** Starts a sweep generation: every span in use is unswept from now on. */
export function setUpSweep(m: Mem): void {
  m[SWEEPGEN] = (m[SWEEPGEN] + 2) | 0;
  Atomics.store(m, XSWEEPDONE, 0);
  m[SWEEP_NSPAN] = nspan(m);
  Atomics.store(m, XSPANIDX, 0);
}

function wakeSweeper(m: Mem, mp: MRef): void {
  lock(m, mp, GCLOCK);
  if (m[BGSWEEP_G] === 0) {
    m[BGSWEEP_G] = newproc(m, mp, 0, BGSWEEP.pc, BGSWEEP.slots, true);
  } else if (m[PARKED] !== 0) {
    m[PARKED] = 0;
    ready(m, mp, m[BGSWEEP_G]);
  }
  unlock(m, mp, GCLOCK);
}
