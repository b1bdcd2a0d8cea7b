/**
 * The ragged barrier: asks every M, each at its own time, whether it has published work.
 *
 *   1. The last worker that finds no work begins a round (isRoundQuiet).
 *   2. Each M answers at its next safe point: it flushes the buffer of its write barrier, and says
 *      whether it has published grey blocks since its last answer. A worker answers for an M whose
 *      P is idle.
 *   3. If all Ms have answered and none had published, the worker stops the world. Otherwise the
 *      next round begins as soon as a worker finds no work again.
 *   4. An M may still have shaded or recorded a block after its answer. So the stopped world looks
 *      once more, and the mark goes on if there is work (mayEndMark in collector.ts). Go 1.12 threw
 *      instead (issue 27993), until its mark termination looked once more, too.
 *
 * No M waits in a round: a worker that finds it unfinished yields, and looks again later. So an M
 * that stops the world meanwhile is not held up.
 *
 * Invariant: `xanswered` of an M whose P is idle changes only with sched.lock held; the M itself
 * runs only after it was granted its P under that lock.
 *
 * Departure: an M in a system call is not answered for; the round waits until it returns.
 *
 * Source: gcMarkDone in mgc.go and forEachP in proc.go of Go 1.12.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { lock, unlock } from '../../../sync/lock.ts';
import { osyield } from '../../../sync/os.ts';
import { M, mAt, type MRef } from '../../../machine/m.ts';
import { P, P_STATUS, pAt } from '../../../machine/p.ts';
import { SCHED_LOCK } from '../../../machine/sched.ts';
import { flushBarrier } from './shade.ts';
import { CONCURRENT, Concurrent } from './state.ts';

const NPROCS = CONFIG + Config.at.nprocs;
const XROUND = CONCURRENT + Concurrent.at.xround;
const XPUBLISHERS = CONCURRENT + Concurrent.at.xpublishers;
const XASKS = CONCURRENT + Concurrent.at.xasks;
const { published: PUBLISHED, xanswered: XANSWERED } = M.at;
const { xstatus: XSTATUS } = P.at;

/** Begins the rounds anew: the next one can't be quiet before each M has answered it. The world is stopped. */
export function resetRounds(m: Mem): void {
  Atomics.store(m, XROUND, 0);
  for (let i = 0; i < m[NPROCS]; i++) Atomics.store(m, mAt(m, i) + XANSWERED, 0);
}

/** Answers the round that is under way, for the caller's own M at a safe point. */
export function answerRound(m: Mem, mp: MRef): void {
  const round = Atomics.load(m, XROUND);
  if (Atomics.load(m, mp + XANSWERED) !== round) answer(m, mp, round);
}

/** Answers `round` for `mp`: the caller's own M, or one whose P is idle, with sched.lock held. */
function answer(m: Mem, mp: MRef, round: number): void {
  flushBarrier(m, mp);
  if (m[mp + PUBLISHED] !== 0) {
    m[mp + PUBLISHED] = 0;
    Atomics.add(m, XPUBLISHERS, 1);
  }
  Atomics.store(m, mp + XANSWERED, round);
}

/**
 * Goes on with the round, or begins the next one. The caller is a worker that has found no work.
 * @returns true if a round is complete and no M had published work in it
 */
export function isRoundQuiet(m: Mem, mp: MRef): boolean {
  if (Atomics.compareExchange(m, XASKS, 0, 1) !== 0) {
    // Another worker looks after the round, and may need this processor.
    osyield(m);
    return false;
  }
  const isQuiet = lookAfterRound(m, mp);
  Atomics.store(m, XASKS, 0);
  return isQuiet;
}

function lookAfterRound(m: Mem, mp: MRef): boolean {
  const round = Atomics.load(m, XROUND);
  answerForIdle(m, mp, round);
  if (!haveAllAnswered(m, round)) {
    // The other M needs its processor to reach a safe point.
    osyield(m);
    return false;
  }
  if (round > 0 && Atomics.load(m, XPUBLISHERS) === 0) return true;
  // All have answered, so no M adds to the count before it sees the next round.
  Atomics.store(m, XPUBLISHERS, 0);
  Atomics.store(m, XROUND, round + 1);
  return false;
}

/** Answers `round` for each M whose P is idle: it has ended its last step, and sched.lock keeps it from beginning another. */
function answerForIdle(m: Mem, mp: MRef, round: number): void {
  lock(m, mp, SCHED_LOCK);
  for (let i = 0; i < m[NPROCS]; i++) {
    const status = Atomics.load(m, pAt(m, i) + XSTATUS);
    if (status !== P_STATUS.idle && status !== P_STATUS.dead) continue;
    if (Atomics.load(m, mAt(m, i) + XANSWERED) !== round) answer(m, mAt(m, i), round);
  }
  unlock(m, mp, SCHED_LOCK);
}

function haveAllAnswered(m: Mem, round: number): boolean {
  for (let i = 0; i < m[NPROCS]; i++) {
    if (Atomics.load(m, mAt(m, i) + XANSWERED) !== round) return false;
  }
  return true;
}
