/**
 * select.
 *
 *   1. Lock the channels of all cases, in the order of their addresses, each once.
 *   2. Try the cases in random order. The first that can proceed is performed.
 *   3. Otherwise, if there is a default, take it.
 *   4. Otherwise enqueue the goroutine on all channels and park it. The locks are released once
 *      its status is waiting.
 *   5. The M that dequeues it from one channel, with xselected won by CAS, moves the element,
 *      removes it from the other channels and readies it (waitq.ts).
 *
 * Invariants: locks are taken in ascending order, so two selects cannot deadlock. A goroutine is
 * dequeued by exactly one channel.
 *
 * Source: selectgo in chan.goc of Go 1.3.
 */
import type { Mem } from '../memory/struct.ts';
import { UsageError } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import { G, type GRef } from '../machine/g.ts';
import { M, fastrand, type MRef } from '../machine/m.ts';
import { MAX_CASES } from '../machine/sudog.ts';
import { Hchan, type ChanRef } from '../heap/hchan.ts';
import { DONE, RECVQ, SENDQ, WOULD_BLOCK, elemAt, recvLocked, sendLocked, waitForEver } from './chan.ts';
import { parkAt } from './goroutine.ts';
import { getSlot } from './mutator.ts';
import { beginWait, enqueueWaiterLocked, wake } from './waitq.ts';

/** A case. Its fields are numbers of slots and steps, so it can be a constant of the program. */
export interface SelectCase {
  readonly sends: boolean;
  /** The slot that holds the channel. */
  readonly chan: number;
  /** The first slot of the element. */
  readonly elem: number;
  /** The step at which to continue. */
  readonly pc: number;
}

/** Makes a case that sends the element in the slots from `elem` on the channel in slot `chan`, and continues at `pc`. */
export function sendCase(chan: number, elem: number, pc: number): SelectCase {
  return { sends: true, chan, elem, pc };
}

/** Makes a case that receives from the channel in slot `chan` into the slots from `elem`, and continues at `pc`. */
export function recvCase(chan: number, elem: number, pc: number): SelectCase {
  return { sends: false, chan, elem, pc };
}

const LOCK = Hchan.at.lock;
const { id: ID } = G.at;
const { waitlock: WAITLOCK } = M.at;

/** In place of a pc: the select has no default. */
const NONE = -1;

/** Result of a step: perform one of `cases` (at most 8) and continue there, waiting if none can proceed. A case of a nil channel never can. */
export function select(m: Mem, mp: MRef, gp: GRef, cases: readonly SelectCase[]): number {
  return selectgo(m, mp, gp, cases, NONE);
}

/** Result of a step: perform one of `cases` and continue there, or continue at `pc` if none can proceed without waiting. */
export function selectOr(m: Mem, mp: MRef, gp: GRef, cases: readonly SelectCase[], pc: number): number {
  return selectgo(m, mp, gp, cases, pc);
}

function selectgo(m: Mem, mp: MRef, gp: GRef, all: readonly SelectCase[], otherwise: number): number {
  const cases = byChannel(m, gp, all);
  if (cases.length > MAX_CASES) throw new UsageError(`a select of goroutine ${m[gp + ID]} has ${cases.length} cases; at most ${MAX_CASES} are supported`);
  lockAll(m, mp, gp, cases);
  const order = pollorder(m, mp, cases.length);
  for (let i = 0; i < order.length; i++) {
    const each = cases[order[i]];
    const c = getSlot(m, gp, each.chan);
    const elem = elemAt(m, gp, c, each.elem);
    const sg = each.sends ? sendLocked(m, gp, c, elem) : recvLocked(m, gp, c, elem);
    if (sg === WOULD_BLOCK) continue;
    unlockAll(m, mp, gp, cases);
    if (sg !== DONE) wake(m, mp, sg);
    return each.pc;
  }
  if (otherwise === NONE) return waitOnAllLocked(m, mp, gp, cases);
  unlockAll(m, mp, gp, cases);
  return otherwise;
}

/** Returns the cases with a channel, in the order of locking: by the channel's address. */
function byChannel(m: Mem, gp: GRef, all: readonly SelectCase[]): SelectCase[] {
  const cases: SelectCase[] = [];
  for (let i = 0; i < all.length; i++) {
    const c = getSlot(m, gp, all[i].chan);
    if (c === 0) continue;
    let at = cases.length;
    while (at > 0 && getSlot(m, gp, cases[at - 1].chan) > c) at--;
    cases.splice(at, 0, all[i]);
  }
  return cases;
}

/** Returns the numbers below `n` in random order, so that no case starves. */
function pollorder(m: Mem, mp: MRef, n: number): number[] {
  const order: number[] = [];
  for (let i = 0; i < n; i++) {
    const j = fastrand(m, mp) % (i + 1);
    order.push(i);
    order[i] = order[j];
    order[j] = i;
  }
  return order;
}

function lockAll(m: Mem, mp: MRef, gp: GRef, cases: readonly SelectCase[]): void {
  let last: ChanRef = 0;
  for (let i = 0; i < cases.length; i++) {
    const c = getSlot(m, gp, cases[i].chan);
    if (c !== last) lock(m, mp, c + LOCK);
    last = c;
  }
}

function unlockAll(m: Mem, mp: MRef, gp: GRef, cases: readonly SelectCase[]): void {
  let last: ChanRef = 0;
  for (let i = 0; i < cases.length; i++) {
    const c = getSlot(m, gp, cases[i].chan);
    if (c !== last) unlock(m, mp, c + LOCK);
    last = c;
  }
}

function waitOnAllLocked(m: Mem, mp: MRef, gp: GRef, cases: readonly SelectCase[]): number {
  if (cases.length === 0) return waitForEver(m, gp, 0);
  beginWait(m, gp, cases.length);
  for (let i = 0; i < cases.length; i++) {
    const { sends, chan, elem, pc } = cases[i];
    const c = getSlot(m, gp, chan);
    enqueueWaiterLocked(m, gp, i, c, c + (sends ? SENDQ : RECVQ), elemAt(m, gp, c, elem), pc);
  }
  // The scheduler unlocks all its channels, once the goroutine's status is waiting.
  m[mp + WAITLOCK] = gp;
  return parkAt(cases[0].pc);
}
