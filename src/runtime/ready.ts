/** Making goroutines runnable: a new or woken goroutine goes on the caller's run queue, and an idle P is woken for it. */
import type { Mem } from '../memory/struct.ts';
import { fatal } from '../base/fatal.ts';
import { G, G_STATUS, type GRef } from '../machine/g.ts';
import { M, type MRef } from '../machine/m.ts';
import { SCHED, Sched } from '../machine/sched.ts';
import { newg } from './goroutine.ts';
import { wakep } from './idle.ts';
import { runqput } from './runq.ts';

const XNPIDLE = SCHED + Sched.at.xnpidle;
const XNMSPINNING = SCHED + Sched.at.xnmspinning;
const { p: M_P, locks: LOCKS } = M.at;
const { xstatus: XSTATUS } = G.at;

/** Makes the waiting goroutine `gp` runnable on the caller's P. Go's ready. */
export function ready(m: Mem, mp: MRef, gp: GRef): void {
  m[mp + LOCKS]++;
  const status = Atomics.compareExchange(m, gp + XSTATUS, G_STATUS.waiting, G_STATUS.runnable);
  if (status !== G_STATUS.waiting) fatal('READY_OF_NON_WAITING', { g: m[gp + G.at.id], status });
  enqueue(m, mp, gp);
  m[mp + LOCKS]--;
}

/**
 * Makes a runnable goroutine that begins at step `pc` of the program at `base`. Go's newproc.
 * @param slots pointer slots of its first frame
 */
export function newproc(m: Mem, mp: MRef, base: number, pc: number, slots: number, system: boolean): GRef {
  const gp = newg(m, mp, base, pc, slots, system);
  enqueue(m, mp, gp);
  return gp;
}

/** Queues the runnable goroutine `gp`, whose frame is complete, and wakes an idle P unless an M is spinning. */
export function enqueue(m: Mem, mp: MRef, gp: GRef): void {
  runqput(m, mp, m[mp + M_P], gp);
  if (Atomics.load(m, XNPIDLE) !== 0 && Atomics.load(m, XNMSPINNING) === 0) wakep(m, mp);
}
