/**
 * Nothing but run queues. A goroutine here is one word of the globals and its link: queues
 * know no more of one.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { lock, unlock } from '../../../sync/lock.ts';
import type { GRef } from '../../../machine/g.ts';
import { M, mAt, type MRef } from '../../../machine/m.ts';
import { P, pAt } from '../../../machine/p.ts';
import { SCHED_LOCK } from '../../../machine/sched.ts';
import { globrunqgetLocked, globrunqput, runqget, runqput, runqsteal } from '../../../runtime/runq.ts';
import type { Operation } from '../operation.ts';

/** How many goroutines there can be. */
export const RUNQ_GS = 300;

/** The goroutine that is called `id`. */
export function runqG(m: Mem, id: number): GRef {
  return m[CONFIG + Config.at.bss] + id;
}

/** P 0 has the goroutines 0 … `filled` - 1; all queues begin at `head` of their rings. */
export function buildRunq(m: Mem, m0: number, filled: number, head: number): void {
  for (let i = 0; i < m[CONFIG + Config.at.nprocs]; i++) {
    Atomics.store(m, pAt(m, i) + P.at.xrunqhead, head);
    Atomics.store(m, pAt(m, i) + P.at.xrunqtail, head);
  }
  for (let id = 0; id < filled; id++) runqput(m, m0, pAt(m, 0), runqG(m, id));
}

/** M `index` does `operations`; returns what it took off the queues. */
export function runRunq(m: Mem, index: number, operations: readonly Operation[]): readonly GRef[] {
  const mp = mAt(m, index);
  const pp = pAt(m, index);
  const taken: GRef[] = [];
  for (const [name, arg] of operations) {
    let gp = 0;
    if (name === 'put') runqput(m, mp, pp, runqG(m, arg));
    else if (name === 'put-global') globrunqput(m, mp, runqG(m, arg));
    else if (name === 'requeue') putTaken(m, mp, taken);
    else if (name !== 'global-first') gp = runqget(m, pp);
    // As findrunnable: elsewhere it looks only with nothing of its own.
    if (gp === 0 && name === 'steal') gp = runqsteal(m, pp, pAt(m, arg));
    // As schedule does now and then, whatever it has of its own.
    if (gp === 0 && (name === 'get-global' || name === 'global-first')) {
      lock(m, mp, SCHED_LOCK);
      gp = globrunqgetLocked(m, mp, pp, arg);
      unlock(m, mp, SCHED_LOCK);
    }
    if (gp !== 0) taken.push(gp);
  }
  return taken;
}

/** Queues again what was taken last, if anything was. */
function putTaken(m: Mem, mp: MRef, taken: GRef[]): void {
  const gp = taken.pop();
  if (gp !== undefined) runqput(m, mp, m[mp + M.at.p], gp);
}
