/** A goroutine that an M runs from its start to its end, for scenarios without a scheduler that reach safe points. */
import type { Mem } from '../../../memory/struct.ts';
import { lock, unlock } from '../../../sync/lock.ts';
import { G, G_STATUS } from '../../../machine/g.ts';
import { M, type MRef } from '../../../machine/m.ts';
import { P, P_STATUS, pAt } from '../../../machine/p.ts';
import { SCHED_LOCK } from '../../../machine/sched.ts';
import { newg } from '../../../runtime/goroutine.ts';
import { mremoveLocked, premoveLocked } from '../../../runtime/idle.ts';

/** Gives `mp` a goroutine that runs, with a frame of `slots` slots, and its P. The caller is M 0; no other M runs yet. */
export function runningGoroutine(m: Mem, m0: MRef, mp: MRef, slots: number): void {
  const gp = newg(m, m0, 0, 0, slots, false);
  const pp = pAt(m, m[mp + M.at.id]);
  m[mp + M.at.curg] = gp;
  m[gp + G.at.m] = mp;
  Atomics.store(m, gp + G.at.xstatus, G_STATUS.running);
  lock(m, m0, SCHED_LOCK);
  if (premoveLocked(m, pp)) mremoveLocked(m, mp);
  Atomics.store(m, pp + P.at.xstatus, P_STATUS.running);
  unlock(m, m0, SCHED_LOCK);
}
