/**
 * Idle Ms and Ps, and waking them. M i always has P i, so starting a P wakes that M. An M on
 * `midle` sleeps, or is about to sleep, on its park note; it has a goroutine if it was stopped
 * in the middle of one.
 *
 *   1. An M with sched.lock grants a P, and wakes its M.
 *   2. The woken M takes the P by CAS (takeGranted).
 *   3. If the world is stopped between 1 and 2, the P is taken back as from a system call. The woken M goes back on `midle`.
 *
 * So a stopped world does not wait until a sleeping thread gets a processor.
 *
 * Invariants: an idle P's M is on `midle`. An M is granted its P, or asked to help a collection,
 * before its park note is woken.
 *
 * Source: mput, mget, pidleput, pidleget, wakep and stopm in proc.c of Go 1.3. Departing from it, a P is taken back from an M that has
 * not run yet.
 */
import type { Mem } from '../memory/struct.ts';
import { fatal } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import { noteclear, notesleep, notewakeup } from '../sync/note.ts';
import { DOING } from '../sync/event-kinds.ts';
import { enter, records } from '../sync/events.ts';
import { M, PHASE, type MRef } from '../machine/m.ts';
import { P, P_STATUS, type PRef } from '../machine/p.ts';
import { SCHED, SCHED_LOCK, Sched } from '../machine/sched.ts';
import { helperDone, markWithOthers } from '../gc/helper.ts';

const MIDLE = SCHED + Sched.at.midle;
const NMIDLE = SCHED + Sched.at.nmidle;
const PIDLE = SCHED + Sched.at.pidle;
const XNPIDLE = SCHED + Sched.at.xnpidle;
const XNMSPINNING = SCHED + Sched.at.xnmspinning;
const { p: M_P, schedlink: M_LINK, xpark: XPARK, helpgc: HELPGC, nextp: NEXTP, spinning: SPINNING, phase: PHASE_OF } = M.at;
const { m: P_M, link: P_LINK, xstatus: XSTATUS } = P.at;

/** Puts `mp` on the list of idle Ms. */
export function mputLocked(m: Mem, mp: MRef): void {
  m[mp + M_LINK] = m[MIDLE];
  m[MIDLE] = mp;
  m[NMIDLE]++;
}

/** Takes the M that became idle last; 0 if there is none. */
export function mgetLocked(m: Mem): MRef {
  const mp = m[MIDLE];
  if (mp === 0) return 0;
  m[MIDLE] = m[mp + M_LINK];
  m[NMIDLE]--;
  return mp;
}

/** Takes `mp` off the list of idle Ms. Returns false if it is not on the list. */
export function mremoveLocked(m: Mem, mp: MRef): boolean {
  let link = MIDLE;
  while (m[link] !== 0 && m[link] !== mp) link = m[link] + M_LINK;
  if (m[link] === 0) return false;
  m[link] = m[mp + M_LINK];
  m[NMIDLE]--;
  return true;
}

/** Puts `pp` on the list of idle Ps. */
export function pidleputLocked(m: Mem, pp: PRef): void {
  Atomics.store(m, pp + XSTATUS, P_STATUS.idle);
  m[pp + P_LINK] = m[PIDLE];
  m[PIDLE] = pp;
  Atomics.add(m, XNPIDLE, 1);
}

/** Takes the P that became idle last; 0 if there is none. */
export function pidlegetLocked(m: Mem): PRef {
  const pp = m[PIDLE];
  if (pp === 0) return 0;
  m[PIDLE] = m[pp + P_LINK];
  Atomics.sub(m, XNPIDLE, 1);
  return pp;
}

/** Takes `pp` off the list of idle Ps. Returns false if it is not on the list. */
export function premoveLocked(m: Mem, pp: PRef): boolean {
  let link = PIDLE;
  while (m[link] !== 0 && m[link] !== pp) link = m[link] + P_LINK;
  if (m[link] === 0) return false;
  m[link] = m[pp + P_LINK];
  Atomics.sub(m, XNPIDLE, 1);
  return true;
}

/**
 * Grants `pp` to its M. Precondition: both are off the idle lists. The caller wakes the M's park
 * note, which it may do after unlocking. Returns the M.
 */
export function grantLocked(m: Mem, pp: PRef, spinning: boolean): MRef {
  const mp = m[pp + P_M];
  m[mp + NEXTP] = pp;
  m[mp + SPINNING] = spinning ? 1 : 0;
  Atomics.store(m, pp + XSTATUS, P_STATUS.granted);
  return mp;
}

/** Wakes an idle P's M to spin, unless an M is spinning already. Go's wakep. */
export function wakep(m: Mem, mp: MRef): void {
  if (Atomics.compareExchange(m, XNMSPINNING, 0, 1) !== 0) return;
  lock(m, mp, SCHED_LOCK);
  const pp = pidlegetLocked(m);
  if (pp === 0) {
    unlock(m, mp, SCHED_LOCK);
    Atomics.sub(m, XNMSPINNING, 1);
    return;
  }
  if (!mremoveLocked(m, m[pp + P_M])) fatal('IDLE_P_WITHOUT_M', { p: m[pp + P.at.id] });
  const woken = grantLocked(m, pp, true);
  unlock(m, mp, SCHED_LOCK);
  notewakeup(m, woken + XPARK);
}

/**
 * Sleeps until this M is granted its P; meanwhile helps collections that ask for it. The M is
 * on `midle` already, so a wake-up may come before the sleep. Go's stopm.
 */
export function stopm(m: Mem, mp: MRef, phase: number): void {
  for (;;) {
    m[mp + PHASE_OF] = phase;
    if (records(m)) enter(m, mp, phase === PHASE.idle ? DOING.idle : DOING.stopped, 0);
    notesleep(m, mp + XPARK);
    noteclear(m, mp + XPARK);
    if (m[mp + HELPGC] === 0) {
      if (takeGranted(m, mp)) break;
      continue;
    }
    markWithOthers(m, mp);
    m[mp + HELPGC] = 0;
    lock(m, mp, SCHED_LOCK);
    mputLocked(m, mp);
    unlock(m, mp, SCHED_LOCK);
    helperDone(m);
  }
  if (records(m)) enter(m, mp, DOING.schedule, 0);
  m[mp + PHASE_OF] = PHASE.scheduling;
}

/** Takes the P that `mp` was granted. If the world was stopped meanwhile, puts `mp` back on the list of idle Ms and returns false. */
function takeGranted(m: Mem, mp: MRef): boolean {
  const pp = m[mp + NEXTP];
  if (pp !== m[mp + M_P]) fatal('WOKEN_WITHOUT_P', { mp, nextp: pp });
  if (Atomics.compareExchange(m, pp + XSTATUS, P_STATUS.granted, P_STATUS.running) !== P_STATUS.granted) {
    m[mp + PHASE_OF] = PHASE.scheduling;
    lock(m, mp, SCHED_LOCK);
    // The world may have started since: then the P is granted again.
    if (Atomics.compareExchange(m, pp + XSTATUS, P_STATUS.granted, P_STATUS.running) !== P_STATUS.granted) {
      m[mp + NEXTP] = 0;
      stopSpinningLocked(m, mp);
      mputLocked(m, mp);
      unlock(m, mp, SCHED_LOCK);
      return false;
    }
    unlock(m, mp, SCHED_LOCK);
  }
  m[mp + NEXTP] = 0;
  return true;
}

/** `mp` stops for a stopped world: it no longer counts as spinning. */
export function stopSpinningLocked(m: Mem, mp: MRef): void {
  if (m[mp + SPINNING] === 0) return;
  m[mp + SPINNING] = 0;
  Atomics.sub(m, XNMSPINNING, 1);
}
