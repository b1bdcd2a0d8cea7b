/**
 * select, as selectgo of Go 1.3: all channels of its cases are locked, in the order of their
 * addresses; a case that can go on is chosen by chance; if there is none, the goroutine waits
 * on all of them, and is taken off the others by who lets it go.
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

/** One way on: all but `sends` are numbers of slots and steps, so it can be a constant of the program. */
export interface SelectCase {
  readonly sends: boolean;
  /** The slot that holds the channel. */
  readonly chan: number;
  /** The first slot of the element. */
  readonly elem: number;
  /** Step to go on at. */
  readonly pc: number;
}

/** A case of select: send the element in the slots from `elem` on the channel in slot `chan`, and go on at `pc`. */
export function sendCase(chan: number, elem: number, pc: number): SelectCase {
  return { sends: true, chan, elem, pc };
}

/** A case of select: receive into the slots from `elem` from the channel in slot `chan`, and go on at `pc`. */
export function recvCase(chan: number, elem: number, pc: number): SelectCase {
  return { sends: false, chan, elem, pc };
}

const LOCK = Hchan.at.lock;
const { id: ID } = G.at;
const { waitlock: WAITLOCK } = M.at;

/** No step: the select has no default. */
const NONE = -1;

/** Answer of a step: go on with one of `cases`, at most 8, once one of them can. A case whose channel is nil never can. */
export function select(m: Mem, mp: MRef, gp: GRef, cases: readonly SelectCase[]): number {
  return selectgo(m, mp, gp, cases, NONE);
}

/** Answer of a step: go on with one of `cases`, or at `pc` if none of them can without waiting. */
export function selectOr(m: Mem, mp: MRef, gp: GRef, cases: readonly SelectCase[], pc: number): number {
  return selectgo(m, mp, gp, cases, pc);
}

function selectgo(m: Mem, mp: MRef, gp: GRef, all: readonly SelectCase[], otherwise: number): number {
  const cases = byChannel(m, gp, all);
  if (cases.length > MAX_CASES) throw new UsageError(`a select of goroutine ${m[gp + ID]} has ${cases.length} cases; at most ${MAX_CASES} are possible`);
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

/** The cases whose channel is not nil, by its address: the order of locking. */
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

/** The numbers below `n` in an order of chance, so that no case starves. */
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
  // All its channels: they are unlocked once this goroutine counts as waiting.
  m[mp + WAITLOCK] = gp;
  return parkAt(cases[0].pc);
}
