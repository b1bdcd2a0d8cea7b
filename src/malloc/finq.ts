/**
 * The finalizer queue.
 *
 *   1. A sweeper that finds an unreached object with a finalizer appends an entry to the first
 *      block of `finq`, taking a block from `finc`, or a new one, if that is full.
 *   2. The finalizer goroutine takes the whole list, runs entry after entry, clears each, and
 *      returns the blocks to `finc` (runtime/system.ts).
 *
 * Invariants: each finalizer is in exactly one entry, or running, or done. Every block ever
 * made is on `allfin`, and all entries are roots, so a queued object is kept alive.
 *
 * Source: queuefinalizer and runfinq in mgc0.c of Go 1.3.
 */
import { atCreation, guardedBy, protocol } from '../memory/guardian.ts';
import { onList } from '../memory/regions.ts';
import { atomic, by, lockField, padding, part, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { FIN_BLOCK_CAP } from '../memory/map.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';
import { addInner, lowOf } from '../memory/pointer.ts';
import { lock, unlock } from '../sync/lock.ts';
import type { MRef } from '../machine/m.ts';
import { writePointer } from '../heap/write-pointer.ts';
import { MSTATS, MStats } from './mstats.ts';
import { persistentalloc } from './persistent.ts';

const FINLOCK_GUARD = guardedBy('finlock');
/** A block that the finalizer goroutine has taken off the queue is its own until it frees it. */
const TAKEN = protocol('finlock; the finalizer goroutine once it has taken the block');

export const Fin = struct('fin', 48, {
  lock: lockField('finlock'),
  /** Blocks of finalizers to run; only the first may be partly filled. */
  finq: by(FINLOCK_GUARD),
  /** Free blocks. */
  finc: by(FINLOCK_GUARD),
  /** All blocks ever made; only grows. */
  allfin: by(FINLOCK_GUARD),
  /** 1 if the finalizer goroutine is parked. */
  fingwait: by(FINLOCK_GUARD),
  /** 1 if a finalizer was queued since the goroutine was last woken. */
  fingwake: by(FINLOCK_GUARD),
  /** The finalizer goroutine, 0 before the first finalizer is set. */
  xfing: atomic('set once under gclock'),
  /** Finalizers ever queued. */
  queued: by(FINLOCK_GUARD),
  /** Finalizers ever run. */
  ran: by(protocol('the finalizer goroutine')),
});

export const FIN: Ref = globalRecord('fin', Fin);
export const FINLOCK = FIN + Fin.at.lock;

/** One entry of a block. */
export const Finalizer = struct('finalizer', 4, {
  /** The object, as a heap pointer: scanning the block keeps the object alive. */
  arg: by(TAKEN, 2),
  fn: by(TAKEN),
  context: by(TAKEN),
});

const HEADER = 16;

/** A block of entries, of Go's size; a machine with a smaller finBlockCap has shorter blocks. */
export const FinBlock = struct('finblock', HEADER + FIN_BLOCK_CAP * Finalizer.words, {
  alllink: by(atCreation()),
  next: by(guardedBy('finlock', { reads: 'free', note: 'by the finalizer goroutine, which has taken the block' })),
  /** Filled entries. */
  cnt: by(TAKEN),
  pad: padding(HEADER - 3),
  fin: part('finalizer', FIN_BLOCK_CAP * Finalizer.words),
});

onList(FinBlock, 'finblock', FIN + Fin.at.allfin, FinBlock.at.alllink, { count: 'finBlockCap', each: Finalizer.words });

const CAP = CONFIG + Config.at.finBlockCap;
const { finq: FINQ, finc: FINC, allfin: ALLFIN, fingwake: FINGWAKE, queued: QUEUED } = Fin.at;
const { alllink: ALLLINK, next: NEXT, cnt: CNT } = FinBlock.at;

/** Returns the ref of entry `i` of `block`. */
export function finalizerAt(block: Ref, i: number): Ref {
  return block + FinBlock.at.fin + i * Finalizer.words;
}

/** Queues the finalizer `fn` of the object at `p`, or of the byte `inner` (0 to 3) of that word. Called by sweepers. */
export function queuefinalizer(m: Mem, mp: MRef, p: Ref, inner: number, fn: number, context: number): void {
  lock(m, mp, FINLOCK);
  if (m[FIN + FINQ] === 0 || m[m[FIN + FINQ] + CNT] === m[CAP]) {
    if (m[FIN + FINC] === 0) addBlockLocked(m, mp);
    const block = m[FIN + FINC];
    m[FIN + FINC] = m[block + NEXT];
    m[block + NEXT] = m[FIN + FINQ];
    m[FIN + FINQ] = block;
  }
  const block = m[FIN + FINQ];
  const f = finalizerAt(block, m[block + CNT]);
  writePointer(m, f + Finalizer.at.arg, lowOf(m, p));
  addInner(m, f + Finalizer.at.arg, inner);
  m[f + Finalizer.at.fn] = fn;
  m[f + Finalizer.at.context] = context;
  m[block + CNT]++;
  m[FIN + FINGWAKE] = 1;
  m[FIN + QUEUED]++;
  unlock(m, mp, FINLOCK);
}

function addBlockLocked(m: Mem, mp: MRef): void {
  const block = persistentalloc(m, mp, HEADER + m[CAP] * Finalizer.words, 16, MSTATS + MStats.at.otherSys);
  m[block + ALLLINK] = m[FIN + ALLFIN];
  m[FIN + ALLFIN] = block;
  m[FIN + FINC] = block;
}
