/**
 * Stopping and starting the world.
 *
 *   1. acquireWorld: take worldsema, which admits one M at a time.
 *   2. stoptheworld: set gcwaiting, and stopwait to the number of Ps still to stop. Take the
 *      idle Ps and the Ps in system calls at once, and unless they are to help also those granted to Ms that do not run yet. Wait for
 *      the others on stopnote.
 *   3. A running M sees gcwaiting at its next safe point, counts its P as stopped and sleeps on
 *      its park note (gcstopm). The last one wakes the stopping M.
 *   4. While the world is stopped, sleeping Ms can be woken to help with marking (helpgc).
 *   5. starttheworld: clear gcwaiting. Grant a P to each M that was stopped inside a goroutine
 *      or has work; make the others idle.
 *
 * A "system call" is waiting for worldsema here: the M gives up its P for that time
 * (entersyscall), and takes it back afterwards (exitsyscall).
 *
 * Invariants: gcwaiting, stopwait and the idle lists change with sched.lock held. Between
 * stoptheworld and starttheworld every P but the caller's is gcstop or dead. A P in a system
 * call is stopped by exactly one CAS: of stoptheworld, or of its own M in entersyscall.
 *
 * Source: proc.c of Go 1.3.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { fatal } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import { noteclear, notesleep, notewakeup } from '../sync/note.ts';
import { semacquire, semrelease, semtryacquire } from '../sync/semaphore.ts';
import { DOING } from '../sync/event-kinds.ts';
import { enter, records } from '../sync/events.ts';
import { racyLoad } from '../sync/racy.ts';
import { G, G_STATUS, WAIT } from '../machine/g.ts';
import { M, PHASE, type MRef } from '../machine/m.ts';
import { P, P_STATUS, pAt } from '../machine/p.ts';
import { SCHED, SCHED_LOCK, Sched, XGCWAITING, XSHUTDOWN } from '../machine/sched.ts';
import { PARFOR_MAX_THREADS } from '../sync/parfor.ts';
import { marksBeside } from '../gc/collector.ts';
import { WORK, Work } from '../gc/work.ts';
import { grantLocked, mgetLocked, mputLocked, mremoveLocked, pidlegetLocked, pidleputLocked, stopSpinningLocked, stopm, wakep } from './idle.ts';
import { enterGoroutine } from './goroutine.ts';
import { runqempty } from './runq.ts';

const NPROCS = CONFIG + Config.at.nprocs;
const STOPWAIT = SCHED + Sched.at.stopwait;
const XSTOPNOTE = SCHED + Sched.at.xstopnote;
const NMIDLE = SCHED + Sched.at.nmidle;
const RUNQSIZE = SCHED + Sched.at.runqsize;
const XWORLDSEMA = SCHED + Sched.at.xworldsema;
const WANT_PROCS = WORK + Work.at.wantProcs;
const { p: M_P, curg: CURG, locks: LOCKS, gcing: GCING, nextp: NEXTP, helpgc: HELPGC, xpark: XPARK, phase: PHASE_OF, wants: WANTS } = M.at;
const { m: P_M, xstatus: P_XSTATUS } = P.at;
const { xstatus: G_XSTATUS, waitreason: WAITREASON } = G.at;
// A local name: V8 folds it, and not that of another module.
const GC_WAITING = XGCWAITING;

/** The most marking threads; Go's MaxGcproc. */
export const MAX_GCPROC = 32;

/**
 * A safe point: stops this M if the world is being stopped. The load is racy: a stale value only
 * delays the stop to the next safe point.
 */
export function safepoint(m: Mem, mp: MRef): void {
  if (racyLoad(m, GC_WAITING) !== 0) gcstopm(m, mp);
}

/** Stops this M, which runs its P, until the world starts. Go's gcstopm. */
export function gcstopm(m: Mem, mp: MRef): void {
  const gp = m[mp + CURG];
  if (gp !== 0) {
    m[gp + WAITREASON] = WAIT.preempted;
    Atomics.store(m, gp + G_XSTATUS, G_STATUS.waiting);
  }
  lock(m, mp, SCHED_LOCK);
  stopSpinningLocked(m, mp);
  Atomics.store(m, m[mp + M_P] + P_XSTATUS, P_STATUS.gcstop);
  countStoppedLocked(m);
  mputLocked(m, mp);
  unlock(m, mp, SCHED_LOCK);
  stopm(m, mp, PHASE.stopped);
  if (gp !== 0) {
    Atomics.store(m, gp + G_XSTATUS, G_STATUS.running);
    m[mp + PHASE_OF] = PHASE.running;
    if (records(m)) enterGoroutine(m, mp, gp);
  }
}

/** Counts one P as stopped; the last one wakes the M that stops the world. */
function countStoppedLocked(m: Mem): void {
  m[STOPWAIT]--;
  if (m[STOPWAIT] < 0) fatal('STOPWAIT_NEGATIVE', {});
  if (m[STOPWAIT] === 0) notewakeup(m, XSTOPNOTE);
}

/**
 * Stops every P but the caller's. Preconditions: the caller holds worldsema and no lock. Go's
 * stoptheworld.
 */
export function stoptheworld(m: Mem, mp: MRef): void {
  if (m[mp + LOCKS] !== 0) fatal('STOPTHEWORLD_HOLDING_LOCKS', { mp, locks: m[mp + LOCKS] });
  lock(m, mp, SCHED_LOCK);
  const nprocs = m[NPROCS];
  m[STOPWAIT] = nprocs - 1;
  Atomics.store(m, XGCWAITING, 1);
  Atomics.store(m, m[mp + M_P] + P_XSTATUS, P_STATUS.gcstop);
  // A collection that marks with the world stopped waits for an M that was woken: it helps.
  const takesGranted = m[mp + GCING] === 0 || marksBeside(m);
  for (let i = 0; i < nprocs; i++) {
    const pp = pAt(m, i);
    if (pp !== m[mp + M_P] && isStoppableNow(m, i, takesGranted)) m[STOPWAIT]--;
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

/**
 * Is P `i` stopped without its M's help: because it is dead, or by taking it from a system call, or, if the caller `takesGranted`, from an M
 * that was woken and does not run yet?
 */
function isStoppableNow(m: Mem, i: number, takesGranted: boolean): boolean {
  const word = pAt(m, i) + P_XSTATUS;
  const status = Atomics.load(m, word);
  if (status === P_STATUS.dead) return true;
  if (status === P_STATUS.granted) return takesGranted && Atomics.compareExchange(m, word, P_STATUS.granted, P_STATUS.gcstop) === P_STATUS.granted;
  return Atomics.compareExchange(m, word, P_STATUS.syscall, P_STATUS.gcstop) === P_STATUS.syscall;
}

/** Starts the world: Ms stopped inside a goroutine run at once, the others when there is work. Go's starttheworld. */
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
      // Its M is still in its system call, or still to run: restore the P's status.
      Atomics.store(m, pp + P_XSTATUS, m[owner + NEXTP] === pp ? P_STATUS.granted : P_STATUS.syscall);
    } else if (m[owner + CURG] !== 0 || !runqempty(m, pp) || Atomics.load(m, XSHUTDOWN) !== 0) {
      // The M has a goroutine to resume or queued work, or it must leave: the shutdown has woken
      // only the Ms that were idle then.
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
  // The global queue may hold more work than the running Ps take: wake one more.
  if (racyLoad(m, RUNQSIZE) !== 0) wakep(m, mp);
}

/** Returns the number of Ms that will mark, the caller included. The world is stopped. Go's gcprocs. */
export function gcprocs(m: Mem, mp: MRef): number {
  lock(m, mp, SCHED_LOCK);
  const most = m[WANT_PROCS] === 0 ? m[NPROCS] : m[WANT_PROCS];
  const n = Math.min(most, m[NMIDLE] + 1, MAX_GCPROC, PARFOR_MAX_THREADS);
  unlock(m, mp, SCHED_LOCK);
  return n;
}

/** Wakes `nproc` - 1 idle Ms as helpers. The world is stopped. Go's helpgc. */
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
 * Takes worldsema. Its holder is about to stop the world, this P included. If the holder has set
 * gcwaiting, this M stops as any other, may help to mark, and tries again when the world has
 * started. Otherwise it waits as in a system call: without its P.
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

/** Waits for worldsema without the P. */
function waitForWorld(m: Mem, mp: MRef): void {
  m[mp + WANTS] = XWORLDSEMA;
  if (records(m)) enter(m, mp, DOING.worldsema, 0);
  entersyscall(m, mp);
  semacquire(m, XWORLDSEMA);
  exitsyscall(m, mp);
  m[mp + WANTS] = 0;
}

/** Releases worldsema. */
export function releaseWorld(m: Mem): void {
  semrelease(m, XWORLDSEMA);
}

/** Gives up the P before this M blocks: the world may be stopped without it. Go's entersyscall. */
export function entersyscall(m: Mem, mp: MRef): void {
  const pp = m[mp + M_P];
  const gp = m[mp + CURG];
  m[gp + WAITREASON] = WAIT.semaphore;
  Atomics.store(m, gp + G_XSTATUS, G_STATUS.syscall);
  Atomics.store(m, pp + P_XSTATUS, P_STATUS.syscall);
  // stoptheworld may have looked at this P before the store, and then waits for it: count it.
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

/** Takes the P back; waits for the world to start if it was stopped meanwhile. Go's exitsyscall. */
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
  if (records(m)) enterGoroutine(m, mp, m[mp + CURG]);
}
