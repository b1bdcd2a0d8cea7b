/** The scheduler loop of one M: find a runnable goroutine, run it, again; as proc.c of Go 1.3. */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { deadlock, fatal } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import { notewakeup } from '../sync/note.ts';
import { racyLoad } from '../sync/racy.ts';
import { G, G_STATUS, type GRef } from '../machine/g.ts';
import { takeDue } from '../sync/clock.ts';
import { M, PHASE, fastrand, type MRef } from '../machine/m.ts';
import { P, P_STATUS, pAt, type PRef } from '../machine/p.ts';
import { SCHED, SCHED_LOCK, Sched, XGCWAITING, XSHUTDOWN } from '../machine/sched.ts';
import { FORCE, gcStart } from './gc.ts';
import { wakefing } from './finalizer.ts';
import { GOEXIT, gfput, isPark, pcOf, type Step } from './goroutine.ts';
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
const { p: M_P, curg: CURG, spinning: SPINNING, waitlock: WAITLOCK, resched: RESCHED, phase: PHASE_OF, heartbeat: HEARTBEAT, xpark: XPARK, schedlink: M_LINK } = M.at;
const { schedtick: SCHEDTICK, xstatus: P_XSTATUS } = P.at;
const { pc: PC, base: BASE, m: G_M, xstatus: G_XSTATUS } = G.at;

/** Every so many ticks the global queue goes first, or two busy goroutines could starve it. */
const GLOBAL_EVERY = 61;

/** Runs goroutines on `mp` until the main goroutine is done. */
export function mstart(m: Mem, mp: MRef, text: readonly Step[]): void {
  for (;;) {
    m[mp + PHASE_OF] = PHASE.scheduling;
    const gp = schedule(m, mp);
    if (gp === 0) break;
    execute(m, mp, gp, text);
  }
  mexit(m, mp);
}

/** As mstart, for an M that begins idle: every one but M 0. */
export function mstartIdle(m: Mem, mp: MRef, text: readonly Step[]): void {
  stopm(m, mp, PHASE.idle);
  mstart(m, mp, text);
}

/** The goroutine to run next; 0 when the machine is shut down. */
function schedule(m: Mem, mp: MRef): GRef {
  for (;;) {
    if (Atomics.load(m, XGCWAITING) !== 0) {
      gcstopm(m, mp);
      continue;
    }
    if (Atomics.load(m, XSHUTDOWN) !== 0) return 0;
    if (takeDue(m)) wakeScavenger(m, mp);
    const pp = m[mp + M_P];
    let gp = 0;
    if (m[pp + SCHEDTICK] % GLOBAL_EVERY === 0 && racyLoad(m, RUNQSIZE) > 0) gp = globrunqget(m, mp, pp, 1);
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

/** It has found work: if it was the last that looked, another should look in its place. */
function resetspinning(m: Mem, mp: MRef): void {
  m[mp + SPINNING] = 0;
  const left = Atomics.sub(m, XNMSPINNING, 1) - 1;
  if (left < 0) fatal('NMSPINNING_NEGATIVE', {});
  if (left === 0 && Atomics.load(m, XNPIDLE) > 0) wakep(m, mp);
}

/** Looks everywhere for work, or goes to sleep; 0 means: look at everything again. */
function findrunnable(m: Mem, mp: MRef, pp: PRef): GRef {
  const fing = wakefing(m, mp);
  if (fing !== 0) ready(m, mp, fing);
  let gp = runqget(m, pp);
  if (gp === 0 && racyLoad(m, RUNQSIZE) > 0) gp = globrunqget(m, mp, pp, 0);
  if (gp === 0 && maySpin(m, mp)) gp = stealFromOthers(m, mp, pp);
  if (gp !== 0) return gp;
  lock(m, mp, SCHED_LOCK);
  if (Atomics.load(m, XGCWAITING) !== 0 || Atomics.load(m, XSHUTDOWN) !== 0) {
    unlock(m, mp, SCHED_LOCK);
    return 0;
  }
  gp = globrunqgetLocked(m, mp, pp, 0);
  if (gp !== 0) {
    unlock(m, mp, SCHED_LOCK);
    return gp;
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
  // Once more, now that others see an idle P: a goroutine queued before they could see it
  // woke nobody.
  for (let i = 0; i < m[NPROCS]; i++) {
    if (!runqempty(m, pAt(m, i)) && takeBack(m, mp, pp)) return 0;
  }
  stopm(m, mp, PHASE.idle);
  return 0;
}

/** At most half of the busy Ps' number may look for work, or they would only heat the machine. */
function maySpin(m: Mem, mp: MRef): boolean {
  if (m[mp + SPINNING] !== 0) return true;
  if (2 * Atomics.load(m, XNMSPINNING) >= m[NPROCS] - Atomics.load(m, XNPIDLE)) return false;
  m[mp + SPINNING] = 1;
  Atomics.add(m, XNMSPINNING, 1);
  return true;
}

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

/** Undoes going idle; false if somebody has woken this M already, which it must then obey. */
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

/** Runs `gp` until it yields, parks, ends, or its time slice is over. */
function execute(m: Mem, mp: MRef, gp: GRef, text: readonly Step[]): void {
  Atomics.store(m, gp + G_XSTATUS, G_STATUS.running);
  m[gp + G_M] = mp;
  m[mp + CURG] = gp;
  m[mp + PHASE_OF] = PHASE.running;
  m[m[mp + M_P] + SCHEDTICK]++;
  // A collection during the last goroutine's step asks nothing of this one.
  m[mp + RESCHED] = 0;
  for (let left = m[TIMESLICE]; ; ) {
    m[mp + HEARTBEAT]++;
    const step = text[m[gp + BASE] + m[gp + PC]];
    const next = step(m, mp, gp, text);
    if (m[GC_EVERY] !== 0 && next >= 0) collectByChance(m, mp, gp);
    if (next >= 0) {
      m[gp + PC] = next;
      if (--left > 0 && m[mp + RESCHED] === 0 && racyLoad(m, XGCWAITING) === 0) continue;
      gosched(m, mp, gp);
      return;
    }
    m[gp + PC] = pcOf(next);
    if (next === GOEXIT) goexit(m, mp, gp);
    else if (isPark(next)) park(m, mp, gp);
    else gosched(m, mp, gp);
    return;
  }
}

/** For stress: collections where no heap size asks for one, every other with all of the sweep. */
function collectByChance(m: Mem, mp: MRef, gp: GRef): void {
  if (m[gp + G.at.issystem] !== 0) return;
  const chance = fastrand(m, mp) % (2 * m[GC_EVERY]);
  if (chance < 2) gcStart(m, mp, chance === 0 ? FORCE.yes : FORCE.andSweep);
}

/** To the back of the global queue. */
function gosched(m: Mem, mp: MRef, gp: GRef): void {
  dropg(m, mp, gp, G_STATUS.runnable);
  globrunqput(m, mp, gp);
}

function dropg(m: Mem, mp: MRef, gp: GRef, status: number): void {
  m[gp + G_M] = 0;
  m[mp + CURG] = 0;
  Atomics.store(m, gp + G_XSTATUS, status);
}

/** The lock that the goroutine parks under, or all its channels' locks, are released only once it counts as waiting. */
function park(m: Mem, mp: MRef, gp: GRef): void {
  const waitlock = m[mp + WAITLOCK];
  m[mp + WAITLOCK] = 0;
  dropg(m, mp, gp, G_STATUS.waiting);
  if (waitlock === gp) unlockWaited(m, mp, gp);
  else if (waitlock !== 0) unlock(m, mp, waitlock);
}

function goexit(m: Mem, mp: MRef, gp: GRef): void {
  const isMain = gp === m[MAING];
  m[gp + G_M] = 0;
  m[mp + CURG] = 0;
  gfput(m, mp, gp);
  if (isMain) shutdown(m, mp);
}

/** The main goroutine is done: wakes every idle M, so that it leaves. */
function shutdown(m: Mem, mp: MRef): void {
  lock(m, mp, SCHED_LOCK);
  Atomics.store(m, XSHUTDOWN, 1);
  let woken = 0;
  for (let i = 0; i < m[NPROCS]; i++) {
    const pp = pAt(m, i);
    // A stopped M has a goroutine to finish and is woken by who stopped the world.
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

/** This M leaves for good; a world being stopped no longer waits for it. */
function mexit(m: Mem, mp: MRef): void {
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
}

