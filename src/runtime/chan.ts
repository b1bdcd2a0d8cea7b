/**
 * Channels: a ring of elements in the heap, and queues of waiting goroutines. An element is some
 * pointer-sized words; a goroutine sends it from, and receives it into, consecutive slots of its
 * frame.
 *
 * To send, with the channel locked:
 *
 *   1. If a receiver waits, copy the element to its slots and ready it.
 *   2. Otherwise, if the buffer has room, copy the element there.
 *   3. Otherwise enqueue the goroutine and park it; the lock is released once its status is
 *      waiting.
 *
 * To receive:
 *
 *   1. If the buffer has an element, take the oldest. If a sender waits, move its element to the
 *      end of the buffer and ready it.
 *   2. Otherwise, if a sender waits, copy its element and ready it.
 *   3. Otherwise, if the channel is closed, receive zeros.
 *   4. Otherwise enqueue the goroutine and park it.
 *
 * Invariants: an element is moved by one M, with the channel locked and without a safe point, so
 * a stopped world sees it in slots or in the buffer. The slots of a waiting goroutine may be
 * written by another M: its own M has released it under the channel's lock, and the M that runs
 * it next takes it from a run queue after it was readied. If a receiver waits, the buffer is
 * empty; if a sender waits, it is full.
 *
 * Source: chan.goc of Go 1.3. Departing from it, a blocked goroutine is served directly even if
 * the channel is buffered (as in Go 1.5), so it never has to try again.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { lowOf } from '../memory/pointer.ts';
import { UsageError } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import { racyLoad } from '../sync/racy.ts';
import { G, WAIT, type GRef } from '../machine/g.ts';
import { M, type MRef } from '../machine/m.ts';
import { SudoG, type SudoGRef } from '../machine/sudog.ts';
import { HCHAN_BYTES, HCHAN_WORDS, Hchan, dataqsizAt, type ChanRef } from '../heap/hchan.ts';
import { clearPointers, copyPointers } from '../heap/write-pointer.ts';
import { newchan } from '../malloc/newobject.ts';
import type { TypeRef } from '../heap/type.ts';
import { FLAG_NOSCAN } from '../malloc/flags.ts';
import { parkAt, slotAt } from './goroutine.ts';
import { newObject, root } from './mutator.ts';
import { beginWait, dequeueWaiterLocked, enqueueWaiterLocked, wake } from './waitq.ts';

/** Elements must be smaller than this. */
const MAX_ELEM_BYTES = 1 << 16;
/** The largest channel with its buffer. */
const MAX_CHAN_BYTES = 2 ** 31;

/** Results of a send or receive under the lock, beside the SudoG of a goroutine to wake. */
export const DONE = 0;
export const WOULD_BLOCK = -1;

const PTR_WORDS = CONFIG + Config.at.ptrWords;
const { qcount: QCOUNT, lock: LOCK, elemsize: ELEMSIZE, closed: CLOSED, sendx: SENDX, recvx: RECVX } = Hchan.at;
export const { recvq: RECVQ, sendq: SENDQ } = Hchan.at;
const { id: ID, sp: SP, waitreason: WAITREASON, chanok: CHANOK } = G.at;
const { waitlock: WAITLOCK } = M.at;
const { g: SG_G, elem: ELEM, link: LINK } = SudoG.at;

/**
 * Makes a channel, held by slot `slot`, with room for `cap` elements. May collect. Go's makechan.
 * @param elemBytes bytes of an element, a multiple of the pointer's size below 64 KB
 * @param flags FLAG_NOSCAN if its elements hold no pointers
 * @param type descriptor of its type, 0 if every word may be a pointer
 * @throws UsageError for an invalid element size or capacity
 */
export function makechan(m: Mem, mp: MRef, gp: GRef, slot: number, elemBytes: number, cap: number, flags: number, type: TypeRef = 0): ChanRef {
  const word = m[PTR_WORDS] * 4;
  if (!(elemBytes >= 0 && elemBytes < MAX_ELEM_BYTES) || elemBytes % word !== 0) {
    throw new UsageError(`makechan: invalid element of ${elemBytes} bytes; it must be a multiple of ${word} below ${MAX_ELEM_BYTES}`);
  }
  if (!Number.isInteger(cap) || cap < 0 || cap >= MAX_CHAN_BYTES || cap * elemBytes > MAX_CHAN_BYTES - HCHAN_BYTES) {
    throw new UsageError(`makechan: size out of range: ${cap} elements of ${elemBytes} bytes`);
  }
  const bufBytes = cap * elemBytes;
  // A collection here finds a channel of capacity 0: the header is still zero.
  const c =
    type === 0
      ? newObject(m, mp, gp, slot, HCHAN_BYTES + bufBytes, bufBytes === 0 ? FLAG_NOSCAN : flags)
      : root(m, mp, gp, slot, lowOf(m, newchan(m, mp, type, cap)));
  m[dataqsizAt(m, c)] = cap;
  m[c + ELEMSIZE] = elemBytes;
  return c;
}

/**
 * Result of a step: send the element in the slots from `slot`, then continue at `pc`. Waits
 * until a goroutine has received it or the buffer has room; on the nil channel for ever. The
 * channel must stay reachable while a goroutine waits on it, best by a slot of its frame.
 * @throws UsageError if the channel is closed
 */
export function chansend(m: Mem, mp: MRef, gp: GRef, c: ChanRef, slot: number, pc: number): number {
  if (c === 0) return waitForEver(m, gp, pc);
  const elem = elemAt(m, gp, c, slot);
  lock(m, mp, c + LOCK);
  const sg = sendLocked(m, gp, c, elem);
  if (sg === WOULD_BLOCK) return waitLocked(m, mp, gp, c, c + SENDQ, elem, pc);
  unlock(m, mp, c + LOCK);
  if (sg !== DONE) wake(m, mp, sg);
  return pc;
}

/**
 * Result of a step: receive into the slots from `slot`, then continue at `pc`. There `chanok`
 * distinguishes an element that was sent from the zero of a closed and empty channel.
 */
export function chanrecv(m: Mem, mp: MRef, gp: GRef, c: ChanRef, slot: number, pc: number): number {
  if (c === 0) return waitForEver(m, gp, pc);
  const elem = elemAt(m, gp, c, slot);
  lock(m, mp, c + LOCK);
  const sg = recvLocked(m, gp, c, elem);
  if (sg === WOULD_BLOCK) return waitLocked(m, mp, gp, c, c + RECVQ, elem, pc);
  unlock(m, mp, c + LOCK);
  if (sg !== DONE) wake(m, mp, sg);
  return pc;
}

/** Sends the element in the slots from `slot`, without waiting. Returns false if that is not possible. */
export function trysend(m: Mem, mp: MRef, gp: GRef, c: ChanRef, slot: number): boolean {
  if (c === 0) return false;
  const elem = elemAt(m, gp, c, slot);
  lock(m, mp, c + LOCK);
  const sg = sendLocked(m, gp, c, elem);
  unlock(m, mp, c + LOCK);
  if (sg > 0) wake(m, mp, sg);
  return sg !== WOULD_BLOCK;
}

/** Receives into the slots from `slot`, without waiting. Returns false if that is not possible. A closed channel yields zero, see chanok. */
export function tryrecv(m: Mem, mp: MRef, gp: GRef, c: ChanRef, slot: number): boolean {
  if (c === 0) return false;
  const elem = elemAt(m, gp, c, slot);
  lock(m, mp, c + LOCK);
  const sg = recvLocked(m, gp, c, elem);
  unlock(m, mp, c + LOCK);
  if (sg > 0) wake(m, mp, sg);
  return sg !== WOULD_BLOCK;
}

/** Was the element that this goroutine received last sent, and not the zero of a closed channel? */
export function chanok(m: Mem, gp: GRef): boolean {
  return m[gp + CHANOK] !== 0;
}

/**
 * Closes the channel: waiting receivers receive zeros, and so does every later receiver once
 * the buffer is empty. Go's closechan.
 * @throws UsageError if the channel is nil or closed, or a goroutine waits to send on it
 */
export function chanclose(m: Mem, mp: MRef, gp: GRef, c: ChanRef): void {
  if (c === 0) throw new UsageError(`close of nil channel by goroutine ${m[gp + ID]}`);
  lock(m, mp, c + LOCK);
  if (m[c + CLOSED] !== 0) throw new UsageError(`close of closed channel by goroutine ${m[gp + ID]}; let only the last sender close it`);
  m[c + CLOSED] = 1;
  let first = 0;
  let last = 0;
  for (let sg = dequeueWaiterLocked(m, c + RECVQ); sg !== 0; sg = dequeueWaiterLocked(m, c + RECVQ)) {
    clearPointers(m, m[sg + ELEM], m[c + ELEMSIZE] >> 2);
    m[m[sg + SG_G] + CHANOK] = 0;
    m[sg + LINK] = 0;
    if (last === 0) first = sg;
    else m[last + LINK] = sg;
    last = sg;
  }
  const sender = dequeueWaiterLocked(m, c + SENDQ);
  if (sender !== 0) panicSend(m, m[sender + SG_G]);
  unlock(m, mp, c + LOCK);
  while (first !== 0) {
    // Read the link before the wake-up: afterwards the SudoG may be in use again.
    const next = m[first + LINK];
    wake(m, mp, first);
    first = next;
  }
}

/** Returns the number of elements in the buffer, which other goroutines may change at any time. */
export function chanlen(m: Mem, c: ChanRef): number {
  // Racy: the number may change anyway before the caller uses it.
  return c === 0 ? 0 : racyLoad(m, c + QCOUNT);
}

/** Returns the capacity of the buffer in elements. */
export function chancap(m: Mem, c: ChanRef): number {
  return c === 0 ? 0 : m[dataqsizAt(m, c)];
}

/**
 * Sends the element at `from`. Precondition: the channel is locked.
 * @returns DONE, WOULD_BLOCK, or the SudoG of the receiver, which the caller must wake
 * @throws UsageError if the channel is closed
 */
export function sendLocked(m: Mem, gp: GRef, c: ChanRef, from: Ref): SudoGRef {
  if (m[c + CLOSED] !== 0) panicSend(m, gp);
  const receiver = dequeueWaiterLocked(m, c + RECVQ);
  if (receiver !== 0) {
    copyElem(m, c, m[receiver + ELEM], from);
    m[m[receiver + SG_G] + CHANOK] = 1;
    return receiver;
  }
  if (m[c + QCOUNT] === m[dataqsizAt(m, c)]) return WOULD_BLOCK;
  copyElem(m, c, bufferAt(m, c, m[c + SENDX]), from);
  m[c + SENDX] = indexAfter(m, c, m[c + SENDX]);
  m[c + QCOUNT]++;
  return DONE;
}

/**
 * Receives into `to`. Precondition: the channel is locked.
 * @returns DONE, WOULD_BLOCK, or the SudoG of a sender, which the caller must wake
 */
export function recvLocked(m: Mem, gp: GRef, c: ChanRef, to: Ref): SudoGRef {
  if (m[c + QCOUNT] > 0) {
    m[gp + CHANOK] = 1;
    return recvBufferedLocked(m, c, to);
  }
  const sender = dequeueWaiterLocked(m, c + SENDQ);
  if (sender !== 0) {
    copyElem(m, c, to, m[sender + ELEM]);
    m[gp + CHANOK] = 1;
    return sender;
  }
  if (m[c + CLOSED] === 0) return WOULD_BLOCK;
  clearPointers(m, to, m[c + ELEMSIZE] >> 2);
  m[gp + CHANOK] = 0;
  return DONE;
}

/** Takes the oldest element of the buffer. If a sender waits, its element fills the place. */
function recvBufferedLocked(m: Mem, c: ChanRef, to: Ref): SudoGRef {
  const place = bufferAt(m, c, m[c + RECVX]);
  copyElem(m, c, to, place);
  m[c + RECVX] = indexAfter(m, c, m[c + RECVX]);
  const sender = dequeueWaiterLocked(m, c + SENDQ);
  if (sender !== 0) {
    copyElem(m, c, place, m[sender + ELEM]);
    m[c + SENDX] = m[c + RECVX];
    return sender;
  }
  // The collector scans the whole buffer: clear the place, or it keeps the element alive.
  clearPointers(m, place, m[c + ELEMSIZE] >> 2);
  m[c + QCOUNT]--;
  return DONE;
}

/** Enqueues `gp` on queue `q` of `c` and parks it. */
function waitLocked(m: Mem, mp: MRef, gp: GRef, c: ChanRef, q: Ref, elem: Ref, pc: number): number {
  beginWait(m, gp, 1);
  enqueueWaiterLocked(m, gp, 0, c, q, elem, pc);
  // Released once the goroutine's status is waiting, so that no M readies it too early.
  m[mp + WAITLOCK] = c + LOCK;
  return parkAt(pc);
}

/** Result of a step: wait for ever. */
export function waitForEver(m: Mem, gp: GRef, pc: number): number {
  m[gp + WAITREASON] = WAIT.chan;
  return parkAt(pc);
}

/**
 * Returns the ref of slot `slot`, from which an element of `c` is sent or received.
 * @throws UsageError if the element goes past the frame
 */
export function elemAt(m: Mem, gp: GRef, c: ChanRef, slot: number): Ref {
  const at = slotAt(m, gp, slot);
  if (!(slot >= 0 && at + (m[c + ELEMSIZE] >> 2) <= m[gp + SP])) {
    throw new UsageError(`an element of ${m[c + ELEMSIZE]} bytes at slot ${slot} goes past the frame of goroutine ${m[gp + ID]}; give the frame more slots`);
  }
  return at;
}

function bufferAt(m: Mem, c: ChanRef, i: number): Ref {
  return c + HCHAN_WORDS + i * (m[c + ELEMSIZE] >> 2);
}

function indexAfter(m: Mem, c: ChanRef, i: number): number {
  return i + 1 === m[dataqsizAt(m, c)] ? 0 : i + 1;
}

function copyElem(m: Mem, c: ChanRef, to: Ref, from: Ref): void {
  copyPointers(m, to, from, m[c + ELEMSIZE] >> 2);
}

function panicSend(m: Mem, gp: GRef): never {
  throw new UsageError(`send on closed channel by goroutine ${m[gp + ID]}; close it when all have sent`);
}
