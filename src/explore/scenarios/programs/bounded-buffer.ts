/** A buffer for one item: a putting M waits while it is full, the taking M waits while it is empty. */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import type { Ref } from '../../../memory/address.ts';
import { mAt } from '../../../machine/m.ts';
import { condbroadcast, condsignal, condwait } from '../../../sync/cond.ts';
import { lock, unlock } from '../../../sync/lock.ts';

/** Words of the globals: the lock, two conditions, and the words that the lock guards. */
const LOCK = 0;
const XNOT_EMPTY = 2;
const XNOT_FULL = 3;
const FULL = 4;
const ITEM = 5;

function bufferWord(m: Mem, i: number): Ref {
  return m[CONFIG + Config.at.bss] + i;
}

/** Sets up an empty buffer. */
export function buildBoundedBuffer(m: Mem): void {
  m[bufferWord(m, FULL)] = 0;
}

/**
 * M 0 takes the items that the others put, `rounds` each.
 * @param shared 1: both sides wait for one condition, so a signal must wake all
 * @returns the sum of the items taken, or put
 */
export function runBoundedBuffer(m: Mem, index: number, rounds: number, shared: number): number {
  const nprocs = m[CONFIG + Config.at.nprocs];
  const total = index === 0 ? rounds * (nprocs - 1) : rounds;
  let sum = 0;
  for (let i = 0; i < total; i++) {
    if (index === 0) sum += take(m, index, shared);
    else sum += put(m, index, index * 100 + i, shared);
  }
  return sum;
}

function put(m: Mem, index: number, item: number, shared: number): number {
  const mp = mAt(m, index);
  lock(m, mp, bufferWord(m, LOCK));
  while (m[bufferWord(m, FULL)] !== 0) condwait(m, mp, bufferWord(m, shared === 1 ? XNOT_EMPTY : XNOT_FULL), bufferWord(m, LOCK));
  m[bufferWord(m, FULL)] = 1;
  m[bufferWord(m, ITEM)] = item;
  tell(m, XNOT_EMPTY, shared);
  unlock(m, mp, bufferWord(m, LOCK));
  return item;
}

function take(m: Mem, index: number, shared: number): number {
  const mp = mAt(m, index);
  lock(m, mp, bufferWord(m, LOCK));
  while (m[bufferWord(m, FULL)] === 0) condwait(m, mp, bufferWord(m, XNOT_EMPTY), bufferWord(m, LOCK));
  m[bufferWord(m, FULL)] = 0;
  const item = m[bufferWord(m, ITEM)];
  tell(m, shared === 1 ? XNOT_EMPTY : XNOT_FULL, shared);
  unlock(m, mp, bufferWord(m, LOCK));
  return item;
}

function tell(m: Mem, cond: number, shared: number): void {
  if (shared === 1) condbroadcast(m, bufferWord(m, cond));
  else condsignal(m, bufferWord(m, cond));
}
