/**
 * Channels, as chan.goc of Go 1.3: a ring of elements in the heap, and goroutines that wait on
 * it. An element is some pointer-sized words; a goroutine sends it from, and receives it into,
 * consecutive slots of its frame.
 *
 * An element is always moved by one M in one step, with the channel locked: from slots to
 * slots of a goroutine that waits, or to or from the buffer. No safe point lies within, so a
 * stopped world sees it in slots or in the buffer. A goroutine's slots may be another M's to
 * write while it waits: its own M gave it up with the lock held, and whoever runs it next gets
 * it from a run queue after it was readied.
 *
 * Departing from Go 1.3, as Go 1.5 did: with a buffer, too, who waits is served directly and
 * never has to try again, so a step that waits goes on at the next one.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
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

/** An element must be smaller, and a channel with its buffer at most so large. */
const MAX_ELEM_BYTES = 1 << 16;
const MAX_CHAN_BYTES = 2 ** 31;

/** What a send or receive under the lock comes to, beside the SudoG of who is to be woken. */
export const DONE = 0;
export const WOULD_BLOCK = -1;

const PTR_WORDS = CONFIG + Config.at.ptrWords;
const { qcount: QCOUNT, lock: LOCK, elemsize: ELEMSIZE, closed: CLOSED, sendx: SENDX, recvx: RECVX } = Hchan.at;
export const { recvq: RECVQ, sendq: SENDQ } = Hchan.at;
const { id: ID, sp: SP, waitreason: WAITREASON, chanok: CHANOK } = G.at;
const { waitlock: WAITLOCK } = M.at;
const { g: SG_G, elem: ELEM, link: LINK } = SudoG.at;

/**
 * A new channel, held by slot `slot`, for elements of `elemBytes` bytes, a multiple of the
 * pointer's size, and with room for `cap` of them. May collect, as newObject.
 * @param flags FLAG_NOSCAN if its elements hold no pointers
 * @param type descriptor of its type, 0 if the collector is to look at every word
 * @throws UsageError for sizes that can't be
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
  // A collection here finds a channel without room: the header is still zero.
  const c =
    type === 0
      ? newObject(m, mp, gp, slot, HCHAN_BYTES + bufBytes, bufBytes === 0 ? FLAG_NOSCAN : flags)
      : root(m, mp, gp, slot, newchan(m, mp, type, cap) << 2);
  m[dataqsizAt(m, c)] = cap;
  m[c + ELEMSIZE] = elemBytes;
  return c;
}

/**
 * Answer of a step: send the element in the slots from `slot`, then go on at `pc`. Waits, if
 * it must, until somebody has received it or there is room; on the nil channel for ever. The
 * channel must be reachable as long as anyone waits on it, by a slot of theirs best of all.
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
 * Answer of a step: receive into the slots from `slot`, then go on at `pc`, where `chanok`
 * tells whether the element was sent, or is the zero that a closed and empty channel gives.
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

/** Sends if that needs no waiting; false if it does. */
export function trysend(m: Mem, mp: MRef, gp: GRef, c: ChanRef, slot: number): boolean {
  if (c === 0) return false;
  const elem = elemAt(m, gp, c, slot);
  lock(m, mp, c + LOCK);
  const sg = sendLocked(m, gp, c, elem);
  unlock(m, mp, c + LOCK);
  if (sg > 0) wake(m, mp, sg);
  return sg !== WOULD_BLOCK;
}

/** Receives if that needs no waiting; false if it does. A closed channel gives its zero, see chanok. */
export function tryrecv(m: Mem, mp: MRef, gp: GRef, c: ChanRef, slot: number): boolean {
  if (c === 0) return false;
  const elem = elemAt(m, gp, c, slot);
  lock(m, mp, c + LOCK);
  const sg = recvLocked(m, gp, c, elem);
  unlock(m, mp, c + LOCK);
  if (sg > 0) wake(m, mp, sg);
  return sg !== WOULD_BLOCK;
}

/** Was what this goroutine received last sent by somebody? */
export function chanok(m: Mem, gp: GRef): boolean {
  return m[gp + CHANOK] !== 0;
}

/**
 * No more will be sent: who waits to receive gets zeros, and so does everybody later once the
 * buffer is empty.
 * @throws UsageError if it is nil or closed, or somebody waits to send on it
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
    // Before it is woken: then its SudoG may be used again.
    const next = m[first + LINK];
    wake(m, mp, first);
    first = next;
  }
}

/** Elements in the buffer: what it was at some moment, as others may send and receive. */
export function chanlen(m: Mem, c: ChanRef): number {
  // Racy on purpose: it could have changed anyway before the caller acts on it.
  return c === 0 ? 0 : racyLoad(m, c + QCOUNT);
}

/** Elements that the buffer has room for. */
export function chancap(m: Mem, c: ChanRef): number {
  return c === 0 ? 0 : m[dataqsizAt(m, c)];
}

/**
 * Sends the element at `from`.
 * @returns DONE, WOULD_BLOCK, or the receiver that it went to
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
 * Receives into `to`.
 * @returns DONE, WOULD_BLOCK, or a sender that waited
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

/** Takes the oldest of the buffer; if it was full, the first that waits to send fills its place. */
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
  // The collector scans the whole buffer: what was taken must not be kept alive by it.
  clearPointers(m, place, m[c + ELEMSIZE] >> 2);
  m[c + QCOUNT]--;
  return DONE;
}

function waitLocked(m: Mem, mp: MRef, gp: GRef, c: ChanRef, q: Ref, elem: Ref, pc: number): number {
  beginWait(m, gp, 1);
  enqueueWaiterLocked(m, gp, 0, c, q, elem, pc);
  // Released once this goroutine counts as waiting, so that nobody can ready it too early.
  m[mp + WAITLOCK] = c + LOCK;
  return parkAt(pc);
}

/** Answer of a step that nobody can wake. */
export function waitForEver(m: Mem, gp: GRef, pc: number): number {
  m[gp + WAITREASON] = WAIT.chan;
  return parkAt(pc);
}

/**
 * First word of the frame's slots from `slot`, which have room for an element of `c`.
 * @throws UsageError if they don't
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
