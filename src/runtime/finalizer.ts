/** Setting finalizers, and waking the goroutine that runs them. */
import type { Mem } from '../memory/struct.ts';
import { lock, unlock } from '../sync/lock.ts';
import { G, type GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { FIN, FINLOCK, Fin } from '../malloc/finq.ts';
import { isZeroSized } from '../malloc/malloc.ts';
import { addfinalizer, removefinalizer } from '../malloc/specials.ts';
import { GCLOCK } from '../malloc/sweep.ts';
import { newg } from './goroutine.ts';
import { enqueue } from './ready.ts';

const FING = FIN + Fin.at.xfing;
const FINGWAIT = FIN + Fin.at.fingwait;
const FINGWAKE = FIN + Fin.at.fingwake;

/** Where runfinq starts in the text segment, and the slots of its frame; see system.ts. */
export const RUNFINQ = { pc: 1, slots: 8 } as const;

/**
 * Step `fn` of the caller's program will run once with the object at byte offset `address`
 * (or the inner byte of a tiny block) after it has become unreachable. An object of 0 bytes is
 * passed over, as in Go: all of them lie at one place, which is never freed.
 * @returns false if it has a finalizer already
 */
export function setfinalizer(m: Mem, mp: MRef, gp: GRef, address: number, fn: number, context: number): boolean {
  if (isZeroSized(address)) return true;
  // Before the special: a finalizer that comes due must find a goroutine to run it.
  createfing(m, mp);
  return addfinalizer(m, mp, address, m[gp + G.at.base] + fn, context);
}

/** Takes the finalizer back; true if there was one. */
export function clearfinalizer(m: Mem, mp: MRef, address: number): boolean {
  if (isZeroSized(address)) return false;
  return removefinalizer(m, mp, address);
}

function createfing(m: Mem, mp: MRef): void {
  if (Atomics.load(m, FING) !== 0) return;
  // gclock, not finlock: making a goroutine may sweep, which queues finalizers.
  lock(m, mp, GCLOCK);
  if (Atomics.load(m, FING) === 0) {
    const gp = newg(m, mp, 0, RUNFINQ.pc, RUNFINQ.slots, true);
    Atomics.store(m, FING, gp);
    enqueue(m, mp, gp);
  }
  unlock(m, mp, GCLOCK);
}

/** Go's wakefing: the finalizer goroutine, if it sleeps and there is something for it; else 0. */
export function wakefing(m: Mem, mp: MRef): GRef {
  // Most looks find nothing, so the lock is taken only on a hint; who queues last looks last.
  if (Atomics.load(m, FING) === 0) return 0;
  lock(m, mp, FINLOCK);
  let gp = 0;
  if (m[FINGWAIT] !== 0 && m[FINGWAKE] !== 0) {
    m[FINGWAIT] = 0;
    m[FINGWAKE] = 0;
    gp = Atomics.load(m, FING);
  }
  unlock(m, mp, FINLOCK);
  return gp;
}
