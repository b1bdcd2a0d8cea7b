/**
 * Stopping and starting the world, as proc.c of Go 1.3. Who holds worldsema asks every P to
 * stop; a P stops at a safe point of its own, or is taken while it is idle or its M blocks in
 * a "system call" (here: waiting for worldsema itself).
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { fatal } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import { noteclear, notesleep, notewakeup } from '../sync/note.ts';
import { semacquire, semrelease, semtryacquire } from '../sync/semaphore.ts';
import { racyLoad } from '../sync/racy.ts';
import { G, G_STATUS, WAIT } from '../machine/g.ts';
import { M, PHASE, type MRef } from '../machine/m.ts';
import { P, P_STATUS, pAt } from '../machine/p.ts';
import { SCHED, SCHED_LOCK, Sched, XGCWAITING, XSHUTDOWN } from '../machine/sched.ts';
import { PARFOR_MAX_THREADS } from '../sync/parfor.ts';
import { WORK, Work } from '../gc/work.ts';
import { grantLocked, mgetLocked, mputLocked, mremoveLocked, pidlegetLocked, pidleputLocked, stopm, wakep } from './idle.ts';
import { runqempty } from './runq.ts';

const NPROCS = CONFIG + Config.at.nprocs;
const STOPWAIT = SCHED + Sched.at.stopwait;
const XSTOPNOTE = SCHED + Sched.at.xstopnote;
const NMIDLE = SCHED + Sched.at.nmidle;
const XNMSPINNING = SCHED + Sched.at.xnmspinning;
const RUNQSIZE = SCHED + Sched.at.runqsize;
const XWORLDSEMA = SCHED + Sched.at.xworldsema;
const WANT_PROCS = WORK + Work.at.wantProcs;
const { p: M_P, curg: CURG, locks: LOCKS, spinning: SPINNING, helpgc: HELPGC, xpark: XPARK, phase: PHASE_OF, wants: WANTS } = M.at;
const { m: P_M, xstatus: P_XSTATUS } = P.at;
const { xstatus: G_XSTATUS, waitreason: WAITREASON } = G.at;
// A local name: V8 folds it, and not that of another module.
const GC_WAITING = XGCWAITING;

/** Go's MaxGcproc: more threads than this don't help to mark. */
export const MAX_GCPROC = 32;

/**
 * A safe point: stops here if the world is to be stopped. The look is racy: this M will see
 * the request at its next safe point, and who asked waits.
 */
export function safepoint(m: Mem, mp: MRef): void {
  if (racyLoad(m, GC_WAITING) !== 0) gcstopm(m, mp);
}

/** Stops this M, which runs its P, until the world is started again. */
export function gcstopm(m: Mem, mp: MRef): void {
  const gp = m[mp + CURG];
  if (gp !== 0) {
    m[gp + WAITREASON] = WAIT.preempted;
    Atomics.store(m, gp + G_XSTATUS, G_STATUS.waiting);
  }
  lock(m, mp, SCHED_LOCK);
  if (m[mp + SPINNING] !== 0) {
    m[mp + SPINNING] = 0;
    Atomics.sub(m, XNMSPINNING, 1);
  }
  Atomics.store(m, m[mp + M_P] + P_XSTATUS, P_STATUS.gcstop);
  countStoppedLocked(m);
  mputLocked(m, mp);
  unlock(m, mp, SCHED_LOCK);
  stopm(m, mp, PHASE.stopped);
  if (gp !== 0) {
    Atomics.store(m, gp + G_XSTATUS, G_STATUS.running);
    m[mp + PHASE_OF] = PHASE.running;
  }
}

function countStoppedLocked(m: Mem): void {
  m[STOPWAIT]--;
  if (m[STOPWAIT] < 0) fatal('STOPWAIT_NEGATIVE', {});
  if (m[STOPWAIT] === 0) notewakeup(m, XSTOPNOTE);
}

/** Returns when every P but the caller's stands still. The caller holds worldsema. */
export function stoptheworld(m: Mem, mp: MRef): void {
  if (m[mp + LOCKS] !== 0) fatal('STOPTHEWORLD_HOLDING_LOCKS', { mp, locks: m[mp + LOCKS] });
  lock(m, mp, SCHED_LOCK);
  const nprocs = m[NPROCS];
  m[STOPWAIT] = nprocs - 1;
  Atomics.store(m, XGCWAITING, 1);
  Atomics.store(m, m[mp + M_P] + P_XSTATUS, P_STATUS.gcstop);
  for (let i = 0; i < nprocs; i++) {
    const pp = pAt(m, i);
    if (pp !== m[mp + M_P] && isStoppableNow(m, i)) m[STOPWAIT]--;
  }
  for (let pp = pidlegetLocked(m); pp !== 0; pp = pidlegetLocked(m)) {
    Atomics.store(m, pp + P_XSTATUS, P_STATUS.gcstop);
    m[STOPWAIT]--;
  }
  const wait = m[STOPWAIT] > 0;
  unlock(m, mp, SCHED_LOCK);
  if (wait) {
    notesleep(m, XSTOPNOTE);
    noteclear(m, XSTOPNOTE);
  }
  for (let i = 0; i < nprocs; i++) {
    const status = Atomics.load(m, pAt(m, i) + P_XSTATUS);
    if (status !== P_STATUS.gcstop && status !== P_STATUS.dead) fatal('STOPTHEWORLD_NOT_STOPPED', { p: i, status });
  }
}

/** Takes a P whose M blocks in a system call, or has left for good. */
function isStoppableNow(m: Mem, i: number): boolean {
  const word = pAt(m, i) + P_XSTATUS;
  if (Atomics.load(m, word) === P_STATUS.dead) return true;
  return Atomics.compareExchange(m, word, P_STATUS.syscall, P_STATUS.gcstop) === P_STATUS.syscall;
}

/** Lets every P go on: those stopped within a goroutine at once, the others when there is work. */
export function starttheworld(m: Mem, mp: MRef): void {
  lock(m, mp, SCHED_LOCK);
  Atomics.store(m, XGCWAITING, 0);
  Atomics.store(m, m[mp + M_P] + P_XSTATUS, P_STATUS.running);
  let granted = 0;
  for (let i = 0; i < m[NPROCS]; i++) {
    const pp = pAt(m, i);
    if (pp === m[mp + M_P] || Atomics.load(m, pp + P_XSTATUS) === P_STATUS.dead) continue;
    const owner = m[pp + P_M];
    if (!mremoveLocked(m, owner)) {
      // Its M is still in its system call: as if nothing had been.
      Atomics.store(m, pp + P_XSTATUS, P_STATUS.syscall);
    } else if (m[owner + CURG] !== 0 || !runqempty(m, pp) || Atomics.load(m, XSHUTDOWN) !== 0) {
      // It has a goroutine to go on with, or work queued, or must leave: the shutdown woke
      // only those that were idle then.
      grantLocked(m, pp, false);
      m[owner + M.at.schedlink] = granted;
      granted = owner;
    } else {
      mputLocked(m, owner);
      pidleputLocked(m, pp);
    }
  }
  unlock(m, mp, SCHED_LOCK);
  while (granted !== 0) {
    const next = m[granted + M.at.schedlink];
    notewakeup(m, granted + XPARK);
    granted = next;
  }
  // There may be more in the queues than those who run can see to.
  if (racyLoad(m, RUNQSIZE) !== 0) wakep(m, mp);
}

/** Go's gcprocs: how many Ms will mark, the caller included. The world is stopped. */
export function gcprocs(m: Mem, mp: MRef): number {
  lock(m, mp, SCHED_LOCK);
  const most = m[WANT_PROCS] === 0 ? m[NPROCS] : m[WANT_PROCS];
  const n = Math.min(most, m[NMIDLE] + 1, MAX_GCPROC, PARFOR_MAX_THREADS);
  unlock(m, mp, SCHED_LOCK);
  return n;
}

/** Wakes `nproc - 1` idle Ms to help. */
export function helpgc(m: Mem, mp: MRef, nproc: number): void {
  lock(m, mp, SCHED_LOCK);
  for (let n = 1; n < nproc; n++) {
    const helper = mgetLocked(m);
    if (helper === 0) fatal('HELPGC_NOT_ENOUGH_MS', { nproc });
    m[helper + HELPGC] = n;
    notewakeup(m, helper + XPARK);
  }
  unlock(m, mp, SCHED_LOCK);
}

/**
 * Takes worldsema. Who holds it stops the world, this P included: an M that finds it taken stops
 * like any other, and so can help to mark, and tries again when the world goes on. If nobody has
 * said yet that the world is to stop, it gives its P up while it waits, as in a system call.
 */
export function acquireWorld(m: Mem, mp: MRef): void {
  while (!semtryacquire(m, XWORLDSEMA)) {
    if (Atomics.load(m, XGCWAITING) === 0) {
      waitForWorld(m, mp);
      return;
    }
    gcstopm(m, mp);
  }
}

function waitForWorld(m: Mem, mp: MRef): void {
  m[mp + WANTS] = XWORLDSEMA;
  entersyscall(m, mp);
  semacquire(m, XWORLDSEMA);
  exitsyscall(m, mp);
  m[mp + WANTS] = 0;
}

export function releaseWorld(m: Mem): void {
  semrelease(m, XWORLDSEMA);
}

/** This M will block: its P may be stopped without it. */
export function entersyscall(m: Mem, mp: MRef): void {
  const pp = m[mp + M_P];
  const gp = m[mp + CURG];
  m[gp + WAITREASON] = WAIT.semaphore;
  Atomics.store(m, gp + G_XSTATUS, G_STATUS.syscall);
  Atomics.store(m, pp + P_XSTATUS, P_STATUS.syscall);
  // Who stops the world may have looked at this P before: then it counts on us.
  if (Atomics.load(m, XGCWAITING) === 0) return;
  lock(m, mp, SCHED_LOCK);
  if (
    m[STOPWAIT] > 0 &&
    Atomics.compareExchange(m, pp + P_XSTATUS, P_STATUS.syscall, P_STATUS.gcstop) === P_STATUS.syscall
  ) {
    countStoppedLocked(m);
  }
  unlock(m, mp, SCHED_LOCK);
}

/** Takes the P back; waits for the world to start if it was stopped meanwhile. */
export function exitsyscall(m: Mem, mp: MRef): void {
  const pp = m[mp + M_P];
  if (Atomics.compareExchange(m, pp + P_XSTATUS, P_STATUS.syscall, P_STATUS.running) !== P_STATUS.syscall) {
    lock(m, mp, SCHED_LOCK);
    if (Atomics.compareExchange(m, pp + P_XSTATUS, P_STATUS.syscall, P_STATUS.running) !== P_STATUS.syscall) {
      mputLocked(m, mp);
      unlock(m, mp, SCHED_LOCK);
      stopm(m, mp, PHASE.stopped);
    } else {
      unlock(m, mp, SCHED_LOCK);
    }
  }
  Atomics.store(m, m[mp + CURG] + G_XSTATUS, G_STATUS.running);
  m[mp + PHASE_OF] = PHASE.running;
}
