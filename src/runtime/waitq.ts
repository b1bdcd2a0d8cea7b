/**
 * The wait queues of channels. A goroutine that waits has a SudoG on a queue of each channel
 * that it waits on. Who takes it off one of them, with the element moved, lets it go: takes it
 * off the others too, and readies it.
 */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { lock, unlock } from '../sync/lock.ts';
import { G, WAIT, sudogAt, type GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { SudoG, type SudoGRef } from '../machine/sudog.ts';
import { Hchan, type ChanRef } from '../heap/hchan.ts';
import { ready } from './ready.ts';

/** First and last of a queue, by its ref. */
const FIRST = 0;
const LAST = 1;

const LOCK = Hchan.at.lock;
const { pc: PC, waitreason: WAITREASON, nwaits: NWAITS, xselected: XSELECTED } = G.at;
const { g: SG_G, chan: CHAN, elem: ELEM, pc: SG_PC, queue: QUEUE, link: LINK } = SudoG.at;

/** Before it is queued anywhere: `gp` will wait on `n` channels. */
export function beginWait(m: Mem, gp: GRef, n: number): void {
  m[gp + NWAITS] = n;
  m[gp + WAITREASON] = WAIT.chan;
  Atomics.store(m, gp + XSELECTED, 0);
}

/**
 * Puts SudoG `i` of `gp` at the end of queue `q` of `c`, whose lock must be held until the
 * goroutine counts as waiting.
 * @param elem where the element leaves or comes to
 * @param pc step to go on at when `c` lets it go
 */
export function enqueueWaiterLocked(m: Mem, gp: GRef, i: number, c: ChanRef, q: Ref, elem: Ref, pc: number): void {
  const sg = sudogAt(gp, i);
  m[sg + SG_G] = gp;
  m[sg + CHAN] = c;
  m[sg + ELEM] = elem;
  m[sg + SG_PC] = pc;
  m[sg + QUEUE] = q;
  m[sg + LINK] = 0;
  if (m[q + LAST] !== 0) m[m[q + LAST] + LINK] = sg;
  else m[q + FIRST] = sg;
  m[q + LAST] = sg;
}

/** Takes the first of `q` that no other channel has let go; 0 if there is none. Who gets it must `wake` it. */
export function dequeueWaiterLocked(m: Mem, q: Ref): SudoGRef {
  for (let sg = m[q + FIRST]; sg !== 0; sg = m[q + FIRST]) {
    m[q + FIRST] = m[sg + LINK];
    if (m[q + FIRST] === 0) m[q + LAST] = 0;
    m[sg + QUEUE] = 0;
    if (Atomics.compareExchange(m, m[sg + SG_G] + XSELECTED, 0, 1) === 0) return sg;
  }
  return 0;
}

function removeLocked(m: Mem, q: Ref, sg: SudoGRef): void {
  let previous = 0;
  for (let at = m[q + FIRST]; at !== sg; at = m[at + LINK]) previous = at;
  if (previous === 0) m[q + FIRST] = m[sg + LINK];
  else m[previous + LINK] = m[sg + LINK];
  if (m[q + LAST] === sg) m[q + LAST] = previous;
  m[sg + QUEUE] = 0;
}

/** Lets the goroutine of `sg` go on, where it said it would for that channel. No channel is locked by the caller. */
export function wake(m: Mem, mp: MRef, sg: SudoGRef): void {
  const gp = m[sg + SG_G];
  const n = m[gp + NWAITS];
  for (let i = 0; i < n; i++) {
    if (sudogAt(gp, i) !== sg) leave(m, mp, sudogAt(gp, i));
  }
  m[gp + NWAITS] = 0;
  m[gp + PC] = m[sg + SG_PC];
  ready(m, mp, gp);
}

/** Takes `sg` off its queue, unless that channel has done so itself. Its goroutine waits, and its frame holds the channel. */
function leave(m: Mem, mp: MRef, sg: SudoGRef): void {
  const c = m[sg + CHAN];
  lock(m, mp, c + LOCK);
  if (m[sg + QUEUE] !== 0) removeLocked(m, m[sg + QUEUE], sg);
  unlock(m, mp, c + LOCK);
}

/**
 * For the scheduler: unlocks the channels that `gp`, now waiting, was queued on. As long as
 * one is locked nobody can let it go: who wakes it takes each lock once. After the last its
 * record may change.
 */
export function unlockWaited(m: Mem, mp: MRef, gp: GRef): void {
  let c = m[sudogAt(gp, m[gp + NWAITS] - 1) + CHAN];
  for (let i = m[gp + NWAITS] - 2; i >= 0; i--) {
    const next = m[sudogAt(gp, i) + CHAN];
    if (next !== c) unlock(m, mp, c + LOCK);
    c = next;
  }
  unlock(m, mp, c + LOCK);
}
