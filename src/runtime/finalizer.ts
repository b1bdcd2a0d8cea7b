/** Setting finalizers, and waking the finalizer goroutine. Source: SetFinalizer in malloc.goc, createfing and wakefing in mgc0.c of Go 1.3. */
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

/** The finalizer goroutine's first step in the text segment, and the slots of its frame; see system.ts. */
export const RUNFINQ = { pc: 1, slots: 8 } as const;

/**
 * Sets a finalizer: step `fn` of the caller's program will run once, with the object, after the
 * object has become unreachable. As in Go, objects of 0 bytes are ignored: they share one
 * address, which is never freed.
 * @param address byte offset of the object, or of a byte inside a tiny block
 * @param context a word passed to the finalizer
 * @returns false if the object has a finalizer already
 */
export function setfinalizer(m: Mem, mp: MRef, gp: GRef, address: number, fn: number, context: number): boolean {
  if (isZeroSized(address)) return true;
  // Before adding the special: a finalizer that comes due needs a goroutine to run it.
  createfing(m, mp);
  return addfinalizer(m, mp, address, m[gp + G.at.base] + fn, context);
}

/** Removes the finalizer of `address` (a byte offset). Returns false if there is none. */
export function clearfinalizer(m: Mem, mp: MRef, address: number): boolean {
  if (isZeroSized(address)) return false;
  return removefinalizer(m, mp, address);
}

/** Makes the finalizer goroutine, unless there is one. */
function createfing(m: Mem, mp: MRef): void {
  if (Atomics.load(m, FING) !== 0) return;
  // gclock, not finlock: newg may sweep, and the sweep takes finlock to queue finalizers.
  lock(m, mp, GCLOCK);
  if (Atomics.load(m, FING) === 0) {
    const gp = newg(m, mp, 0, RUNFINQ.pc, RUNFINQ.slots, true);
    Atomics.store(m, FING, gp);
    enqueue(m, mp, gp);
  }
  unlock(m, mp, GCLOCK);
}

/** Returns the finalizer goroutine if it is parked and a finalizer is queued, else 0. The caller readies it. Go's wakefing. */
export function wakefing(m: Mem, mp: MRef): GRef {
  // Without a finalizer goroutine no finalizer was ever set: skip the lock.
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
