/**
 * The finalizer queue: blocks of finalizers that are due, filled by sweepers, emptied by the
 * finalizer goroutine. Every block ever made stays on `allfin`, whose entries are roots.
 *
 * Law: each finalizer is in exactly one entry, or running, or done.
 */
import { atCreation, guardedBy, protocol } from '../memory/guardian.ts';
import { onList } from '../memory/regions.ts';
import { atomic, by, lockField, padding, part, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { FIN_BLOCK_CAP } from '../memory/map.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';
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
  /** Blocks of finalizers to run; the first may be partly filled. */
  finq: by(FINLOCK_GUARD),
  /** Free blocks. */
  finc: by(FINLOCK_GUARD),
  /** All blocks; grows only. */
  allfin: by(FINLOCK_GUARD),
  /** The finalizer goroutine waits. */
  fingwait: by(FINLOCK_GUARD),
  /** Something was queued since it last looked. */
  fingwake: by(FINLOCK_GUARD),
  /** The finalizer goroutine, 0 before the first finalizer is set. */
  xfing: atomic('set once under gclock'),
  /** For the conservation law. */
  queued: by(FINLOCK_GUARD),
  ran: by(protocol('the finalizer goroutine')),
});

export const FIN: Ref = globalRecord('fin', Fin);
export const FINLOCK = FIN + Fin.at.lock;

/** One entry: the object as a heap pointer, so that scanning the block keeps it alive. */
export const Finalizer = struct('finalizer', 4, {
  arg: by(TAKEN, 2),
  fn: by(TAKEN),
  context: by(TAKEN),
});

const HEADER = 16;

/** A block of Go's size; a machine of another finBlockCap has shorter ones. */
export const FinBlock = struct('finblock', HEADER + FIN_BLOCK_CAP * Finalizer.words, {
  alllink: by(atCreation()),
  next: by(FINLOCK_GUARD),
  /** Filled entries. */
  cnt: by(TAKEN),
  pad: padding(HEADER - 3),
  fin: part('finalizer', FIN_BLOCK_CAP * Finalizer.words),
});

onList(FinBlock, 'finblock', FIN + Fin.at.allfin, FinBlock.at.alllink, { count: 'finBlockCap', each: Finalizer.words });

const CAP = CONFIG + Config.at.finBlockCap;
const { finq: FINQ, finc: FINC, allfin: ALLFIN, fingwake: FINGWAKE, queued: QUEUED } = Fin.at;
const { alllink: ALLLINK, next: NEXT, cnt: CNT } = FinBlock.at;

/** The entry `i` of a block. */
export function finalizerAt(block: Ref, i: number): Ref {
  return block + FinBlock.at.fin + i * Finalizer.words;
}

/** Queues the finalizer `fn` of the object at `p`, or of the byte `inner` (0 to 3) after it. */
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
  writePointer(m, f + Finalizer.at.arg, p << 2);
  m[f + Finalizer.at.arg] |= inner;
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
