/** Only run queues. A goroutine is one word of the globals and its link: queues use nothing else. */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { lock, unlock } from '../../../sync/lock.ts';
import type { GRef } from '../../../machine/g.ts';
import { M, mAt, type MRef } from '../../../machine/m.ts';
import { P, pAt } from '../../../machine/p.ts';
import { SCHED_LOCK } from '../../../machine/sched.ts';
import { globrunqgetLocked, globrunqput, runqget, runqput, runqsteal } from '../../../runtime/runq.ts';
import type { Operation } from '../operation.ts';

/** Largest number of goroutines. */
export const RUNQ_GS = 300;

/** Returns the goroutine with the given id. */
export function runqG(m: Mem, id: number): GRef {
  return m[CONFIG + Config.at.bss] + id;
}

/** Puts goroutines 0 to `filled` - 1 on the queue of P 0; the rings of all queues begin at index `head`. */
export function buildRunq(m: Mem, m0: number, filled: number, head: number): void {
  for (let i = 0; i < m[CONFIG + Config.at.nprocs]; i++) {
    Atomics.store(m, pAt(m, i) + P.at.xrunqhead, head);
    Atomics.store(m, pAt(m, i) + P.at.xrunqtail, head);
  }
  for (let id = 0; id < filled; id++) runqput(m, m0, pAt(m, 0), runqG(m, id));
}

/** Runs the operations of M `index`. Returns the goroutines it took from queues. */
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
    // As findrunnable: an M steals only if its own queue is empty.
    if (gp === 0 && name === 'steal') gp = runqsteal(m, pp, pAt(m, arg));
    // As schedule, which now and then tries the global queue first.
    if (gp === 0 && (name === 'get-global' || name === 'global-first')) {
      lock(m, mp, SCHED_LOCK);
      gp = globrunqgetLocked(m, mp, pp, arg);
      unlock(m, mp, SCHED_LOCK);
    }
    if (gp !== 0) taken.push(gp);
  }
  return taken;
}

/** Queues the goroutine that was taken last again, if there is one. */
function putTaken(m: Mem, mp: MRef, taken: GRef[]): void {
  const gp = taken.pop();
  if (gp !== undefined) runqput(m, mp, m[mp + M.at.p], gp);
}
