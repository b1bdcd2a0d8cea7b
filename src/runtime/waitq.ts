/**
 * Wait queues of channels. A waiting goroutine has a SudoG on a queue of each channel that it
 * waits on.
 *
 *   1. An M dequeues a SudoG under its channel's lock. It must win xselected by CAS: a select
 *      waits on several channels, and one dequeues it.
 *   2. The M moves the element and unlocks the channel.
 *   3. The M removes the goroutine's other SudoGs from their queues, under their locks, and
 *      readies it (wake).
 *
 * Source: WaitQ in chan.goc of Go 1.3.
 */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { lock, unlock } from '../sync/lock.ts';
import { G, WAIT, sudogAt, type GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { SudoG, type SudoGRef } from '../machine/sudog.ts';
import { Hchan, type ChanRef } from '../heap/hchan.ts';
import { ready } from './ready.ts';

/** Offsets from a queue's ref: its first and its last SudoG. */
const FIRST = 0;
const LAST = 1;

const LOCK = Hchan.at.lock;
const { pc: PC, waitreason: WAITREASON, nwaits: NWAITS, xselected: XSELECTED } = G.at;
const { g: SG_G, chan: CHAN, elem: ELEM, pc: SG_PC, queue: QUEUE, link: LINK } = SudoG.at;

/** Prepares `gp` to wait on `n` channels, before it is on any queue. */
export function beginWait(m: Mem, gp: GRef, n: number): void {
  m[gp + NWAITS] = n;
  m[gp + WAITREASON] = WAIT.chan;
  Atomics.store(m, gp + XSELECTED, 0);
}

/**
 * Appends SudoG `i` of `gp` to queue `q` of `c`. Precondition: the lock of `c` is held, and
 * stays held until the goroutine's status is waiting.
 * @param elem ref of the element to send, or of the words to receive into
 * @param pc the step at which the goroutine continues when `c` dequeues it
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

/** Dequeues the first SudoG of `q` that no other channel has dequeued; 0 if there is none. The caller must `wake` it. */
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

/** Readies the goroutine of `sg`, which continues at the step of that SudoG. Precondition: the caller holds no channel's lock. */
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

/** Removes `sg` from its queue, unless its channel has dequeued it. Its goroutine's frame keeps the channel alive. */
function leave(m: Mem, mp: MRef, sg: SudoGRef): void {
  const c = m[sg + CHAN];
  lock(m, mp, c + LOCK);
  if (m[sg + QUEUE] !== 0) removeLocked(m, m[sg + QUEUE], sg);
  unlock(m, mp, c + LOCK);
}

/**
 * Unlocks the channels that `gp`, now waiting, is queued on. Called by the scheduler. While one
 * of them is locked, no M can ready the goroutine, since wake takes every lock. After the last
 * unlock its record may change.
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
