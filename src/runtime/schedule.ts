/**
 * The scheduler: each M finds a runnable goroutine, runs it, and repeats.
 *
 * To find one:
 *
 *   1. If the world is being stopped, stop. If the machine is shut down, leave.
 *      If a mark goes on concurrently with the program and this P's worker is to run, run it (beside.ts).
 *   2. Every 61st time, take from the global queue, so that two goroutines that ready each other
 *      cannot starve it.
 *   3. Take from the P's own run queue.
 *   4. Otherwise ready the finalizer goroutine if it is due; look at the own queue and at the
 *      global one again.
 *   5. Otherwise spin: steal half of another P's queue. At most half as many Ms spin as Ps are
 *      busy.
 *   6. Otherwise mark, if a mark goes on concurrently with the program and has work. Otherwise become idle: put P and M on the idle lists, stop spinning, look at all queues
 *      once more, then sleep on the park note.
 *
 * No wake-up is lost: a readying M queues the goroutine first and then looks for an idle P; an M
 * becoming idle does it the other way round. One of the two sees the other. An M that stops
 * spinning because it found work wakes another, so that work queued meanwhile is found.
 *
 * Invariants: xnmspinning counts the spinning Ms; an M runs one goroutine, and a goroutine has
 * one M; a goroutine is on one queue, or running, or waiting, or dead.
 *
 * Source: proc.c of Go 1.3. Departing from it, M i always has P i.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { deadlock, fatal } from '../base/fatal.ts';
import { becomeM } from '../base/this-m.ts';
import { DOING } from '../sync/event-kinds.ts';
import { enter, records } from '../sync/events.ts';
import { lock, unlock } from '../sync/lock.ts';
import { notewakeup } from '../sync/note.ts';
import { racyLoad } from '../sync/racy.ts';
import { G, G_STATUS, type GRef } from '../machine/g.ts';
import { takeDue } from '../sync/clock.ts';
import { hooksOf } from '../heap/collector-hooks.ts';
import { M, PHASE, fastrand, type MRef } from '../machine/m.ts';
import { P, P_STATUS, pAt, type PRef } from '../machine/p.ts';
import { SCHED, SCHED_LOCK, Sched, XGCWAITING, XSHUTDOWN } from '../machine/sched.ts';
import { marksBeside } from '../gc/collector.ts';
import { waitsInDebt } from './assist.ts';
import { idleWorker, mayRunIdleLocked, workerToRun } from './beside.ts';
import { FORCE, gcStart } from './gc.ts';
import { wakefing } from './finalizer.ts';
import { GOEXIT, enterGoroutine, gfput, isPark, pcOf, type Step } from './goroutine.ts';
import { grantLocked, mputLocked, mremoveLocked, pidleputLocked, premoveLocked, stopm, wakep } from './idle.ts';
import { ready } from './ready.ts';
import { globrunqgetLocked, globrunqput, runqempty, runqget, runqsteal } from './runq.ts';
import { unlockWaited } from './waitq.ts';
import { wakeScavenger } from './scavenger.ts';
import { gcstopm } from './world.ts';

const NPROCS = CONFIG + Config.at.nprocs;
const GC_EVERY = CONFIG + Config.at.gcEvery;
const TIMESLICE = CONFIG + Config.at.timeslice;
const RUNQSIZE = SCHED + Sched.at.runqsize;
const XNPIDLE = SCHED + Sched.at.xnpidle;
const NMIDLE = SCHED + Sched.at.nmidle;
const XNMSPINNING = SCHED + Sched.at.xnmspinning;
const STOPWAIT = SCHED + Sched.at.stopwait;
const XSTOPNOTE = SCHED + Sched.at.xstopnote;
const MAING = SCHED + Sched.at.maing;
const { id: ID, p: M_P, curg: CURG, spinning: SPINNING, waitlock: WAITLOCK, resched: RESCHED, phase: PHASE_OF, heartbeat: HEARTBEAT, xpark: XPARK, schedlink: M_LINK } = M.at;
const { schedtick: SCHEDTICK, xstatus: P_XSTATUS } = P.at;
const { pc: PC, base: BASE, m: G_M, xstatus: G_XSTATUS } = G.at;

/** The global queue goes first at every so many ticks; see step 2. */
const GLOBAL_EVERY = 61;

/**
 * Runs goroutines on `mp` until the machine is shut down.
 * @param text the text segment: every step of system and program
 */
export function mstart(m: Mem, mp: MRef, text: readonly Step[]): void {
  becomeM(m[mp + ID]);
  for (;;) {
    m[mp + PHASE_OF] = PHASE.scheduling;
    const gp = schedule(m, mp);
    if (gp === 0) break;
    execute(m, mp, gp, text);
  }
  mexit(m, mp);
}

/** Does mstart for an M that starts idle: every M but M 0. */
export function mstartIdle(m: Mem, mp: MRef, text: readonly Step[]): void {
  stopm(m, mp, PHASE.idle);
  mstart(m, mp, text);
}

/** Returns the goroutine to run next, 0 if the machine is shut down. */
function schedule(m: Mem, mp: MRef): GRef {
  for (;;) {
    if (Atomics.load(m, XGCWAITING) !== 0) {
      gcstopm(m, mp);
      continue;
    }
    if (Atomics.load(m, XSHUTDOWN) !== 0) return 0;
    if (takeDue(m)) wakeScavenger(m, mp);
    const pp = m[mp + M_P];
    let gp = workerToRun(m, mp);
    if (gp === 0 && m[pp + SCHEDTICK] % GLOBAL_EVERY === 0 && racyLoad(m, RUNQSIZE) > 0) gp = globrunqget(m, mp, pp, 1);
    if (gp === 0) gp = runqget(m, pp);
    if (gp === 0) gp = findrunnable(m, mp, pp);
    if (gp === 0) continue;
    if (m[mp + SPINNING] !== 0) resetspinning(m, mp);
    return gp;
  }
}

function globrunqget(m: Mem, mp: MRef, pp: PRef, max: number): GRef {
  lock(m, mp, SCHED_LOCK);
  const gp = globrunqgetLocked(m, mp, pp, max);
  unlock(m, mp, SCHED_LOCK);
  return gp;
}

/** Stops spinning after finding work. If this was the last spinning M, another is woken to spin. */
function resetspinning(m: Mem, mp: MRef): void {
  m[mp + SPINNING] = 0;
  const left = Atomics.sub(m, XNMSPINNING, 1) - 1;
  if (left < 0) fatal('NMSPINNING_NEGATIVE', {});
  if (left === 0 && Atomics.load(m, XNPIDLE) > 0) wakep(m, mp);
}

/** Does steps 4 to 6. Returns 0 after a sleep, or if the search must start again. */
function findrunnable(m: Mem, mp: MRef, pp: PRef): GRef {
  const fing = wakefing(m, mp);
  if (fing !== 0) ready(m, mp, fing);
  let gp = runqget(m, pp);
  if (gp === 0 && racyLoad(m, RUNQSIZE) > 0) gp = globrunqget(m, mp, pp, 0);
  if (gp === 0 && records(m)) enter(m, mp, DOING.schedule, 0);
  if (gp === 0 && maySpin(m, mp)) gp = stealFromOthers(m, mp, pp);
  if (gp !== 0) return gp;
  lock(m, mp, SCHED_LOCK);
  if (Atomics.load(m, XGCWAITING) !== 0 || Atomics.load(m, XSHUTDOWN) !== 0) {
    unlock(m, mp, SCHED_LOCK);
    return 0;
  }
  gp = globrunqgetLocked(m, mp, pp, 0);
  const marks = gp === 0 && mayRunIdleLocked(m);
  if (gp !== 0 || marks) {
    unlock(m, mp, SCHED_LOCK);
    return marks ? idleWorker(m, mp) : gp;
  }
  pidleputLocked(m, pp);
  mputLocked(m, mp);
  const wasSpinning = m[mp + SPINNING] !== 0;
  m[mp + SPINNING] = 0;
  if (m[NMIDLE] === m[NPROCS]) {
    unlock(m, mp, SCHED_LOCK);
    deadlock();
  }
  unlock(m, mp, SCHED_LOCK);
  if (wasSpinning) Atomics.sub(m, XNMSPINNING, 1);
  // Look once more, now that this P is visibly idle: a goroutine queued before that woke no M.
  for (let i = 0; i < m[NPROCS]; i++) {
    if (!runqempty(m, pAt(m, i)) && takeBack(m, mp, pp)) return 0;
  }
  stopm(m, mp, PHASE.idle);
  return 0;
}

/** May this M spin? At most half as many Ms spin as Ps are busy: more would only burn CPU. */
function maySpin(m: Mem, mp: MRef): boolean {
  if (m[mp + SPINNING] !== 0) return true;
  if (2 * Atomics.load(m, XNMSPINNING) >= m[NPROCS] - Atomics.load(m, XNPIDLE)) return false;
  m[mp + SPINNING] = 1;
  Atomics.add(m, XNMSPINNING, 1);
  return true;
}

/** Tries to steal from 2 * nprocs random Ps. Returns 0 if none had work. */
function stealFromOthers(m: Mem, mp: MRef, pp: PRef): GRef {
  const nprocs = m[NPROCS];
  for (let i = 0; i < 2 * nprocs; i++) {
    if (Atomics.load(m, XGCWAITING) !== 0) return 0;
    const victim = pAt(m, fastrand(m, mp) % nprocs);
    const gp = victim === pp ? runqget(m, pp) : runqsteal(m, pp, victim);
    if (gp !== 0) return gp;
  }
  return 0;
}

/** Takes P and M off the idle lists. Returns false if another M has granted the P already: this M must then sleep and be woken. */
function takeBack(m: Mem, mp: MRef, pp: PRef): boolean {
  lock(m, mp, SCHED_LOCK);
  const taken = premoveLocked(m, pp);
  if (taken) {
    mremoveLocked(m, mp);
    Atomics.store(m, pp + P_XSTATUS, P_STATUS.running);
  }
  unlock(m, mp, SCHED_LOCK);
  return taken;
}

/** Runs steps of `gp` until it yields, parks or ends, or its time slice is over. */
function execute(m: Mem, mp: MRef, gp: GRef, text: readonly Step[]): void {
  Atomics.store(m, gp + G_XSTATUS, G_STATUS.running);
  m[gp + G_M] = mp;
  m[mp + CURG] = gp;
  m[mp + PHASE_OF] = PHASE.running;
  m[m[mp + M_P] + SCHEDTICK]++;
  if (records(m)) enterGoroutine(m, mp, gp);
  // Drop a request to reschedule that was meant for the last goroutine.
  m[mp + RESCHED] = 0;
  const { goroutineRuns, goroutineRests } = hooksOf(m);
  if (goroutineRuns !== undefined) goroutineRuns(m, gp);
  for (let left = m[TIMESLICE]; ; ) {
    m[mp + HEARTBEAT]++;
    const step = text[m[gp + BASE] + m[gp + PC]];
    const next = step(m, mp, gp, text);
    if (goroutineRests !== undefined) goroutineRests(m, mp, gp);
    if (m[GC_EVERY] !== 0 && next >= 0) collectByChance(m, mp, gp);
    if (next >= 0) {
      m[gp + PC] = next;
      if (goroutineRests !== undefined && waitsInDebt(m, mp, gp)) {
        park(m, mp, gp);
        return;
      }
      if (--left > 0 && m[mp + RESCHED] === 0 && racyLoad(m, XGCWAITING) === 0) continue;
      gosched(m, mp, gp);
      return;
    }
    m[gp + PC] = pcOf(next);
    if (next === GOEXIT) goexit(m, mp, gp);
    else if (isPark(next) || (goroutineRests !== undefined && waitsInDebt(m, mp, gp))) park(m, mp, gp);
    else gosched(m, mp, gp);
    return;
  }
}

/** A collection by chance begins a concurrent mark, if the collector has one. */
function byChance(m: Mem): number {
  return marksBeside(m) ? FORCE.begin : FORCE.yes;
}

/** Collects at random, for stress tests (gcEvery); every other time it also sweeps everything. */
function collectByChance(m: Mem, mp: MRef, gp: GRef): void {
  if (m[gp + G.at.issystem] !== 0) return;
  const chance = fastrand(m, mp) % (2 * m[GC_EVERY]);
  if (chance < 2) gcStart(m, mp, chance === 0 ? byChance(m) : FORCE.andSweep);
}

/** Puts `gp` at the end of the global queue. */
function gosched(m: Mem, mp: MRef, gp: GRef): void {
  dropg(m, mp, gp, G_STATUS.runnable);
  globrunqput(m, mp, gp);
}

/** Detaches `gp` from its M and sets its status. */
function dropg(m: Mem, mp: MRef, gp: GRef, status: number): void {
  m[gp + G_M] = 0;
  m[mp + CURG] = 0;
  Atomics.store(m, gp + G_XSTATUS, status);
}

/**
 * Parks `gp`. The lock that it parks under, or all its channels' locks, are released only after
 * its status is waiting: an M that takes the lock next may ready it.
 */
function park(m: Mem, mp: MRef, gp: GRef): void {
  const waitlock = m[mp + WAITLOCK];
  m[mp + WAITLOCK] = 0;
  dropg(m, mp, gp, G_STATUS.waiting);
  if (waitlock === gp) unlockWaited(m, mp, gp);
  else if (waitlock !== 0) unlock(m, mp, waitlock);
}

/** Ends `gp`; the end of the main goroutine shuts the machine down. */
function goexit(m: Mem, mp: MRef, gp: GRef): void {
  const isMain = gp === m[MAING];
  m[gp + G_M] = 0;
  m[mp + CURG] = 0;
  gfput(m, mp, gp);
  if (isMain) shutdown(m, mp);
}

/** Shuts the machine down: wakes every idle M, so that it leaves. */
function shutdown(m: Mem, mp: MRef): void {
  lock(m, mp, SCHED_LOCK);
  Atomics.store(m, XSHUTDOWN, 1);
  let woken = 0;
  for (let i = 0; i < m[NPROCS]; i++) {
    const pp = pAt(m, i);
    // A stopped M has a goroutine to finish; starttheworld wakes it.
    if (!premoveLocked(m, pp)) continue;
    const owner = m[pp + P.at.m];
    mremoveLocked(m, owner);
    grantLocked(m, pp, false);
    m[owner + M_LINK] = woken;
    woken = owner;
  }
  unlock(m, mp, SCHED_LOCK);
  while (woken !== 0) {
    const next = m[woken + M_LINK];
    notewakeup(m, woken + XPARK);
    woken = next;
  }
}

/** Ends this M: its P is dead, and an M that stops the world no longer waits for it. */
export function mexit(m: Mem, mp: MRef): void {
  lock(m, mp, SCHED_LOCK);
  if (m[mp + SPINNING] !== 0) {
    m[mp + SPINNING] = 0;
    Atomics.sub(m, XNMSPINNING, 1);
  }
  Atomics.store(m, m[mp + M_P] + P_XSTATUS, P_STATUS.dead);
  if (Atomics.load(m, XGCWAITING) !== 0) {
    m[STOPWAIT]--;
    if (m[STOPWAIT] === 0) notewakeup(m, XSTOPNOTE);
  }
  unlock(m, mp, SCHED_LOCK);
  m[mp + PHASE_OF] = PHASE.finished;
  if (records(m)) enter(m, mp, DOING.nothing, 0);
}

