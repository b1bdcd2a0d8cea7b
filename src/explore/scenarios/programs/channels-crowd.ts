/**
 * Contended channels. Two goroutines send by select, two receive by select. Each lists the channels in a
 * different order, one lists a channel twice, and they also try without blocking. ROOMY has room for two.
 *
 * An element is a number, which keeps an execution short: its sender, its channel, and the sender's count
 * of elements. On each channel the elements of one sender must arrive in order.
 *
 *     senders ---> ROOMY (2) ---> receivers, which leave when QUIT is closed by the receiver of the last element
 *          '-----> DIRECT ----------^
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config, ptrWords } from '../../../memory/config.ts';
import type { Ref } from '../../../memory/address.ts';
import { fatal } from '../../../base/fatal.ts';
import type { GRef } from '../../../machine/g.ts';
import type { MRef } from '../../../machine/m.ts';
import { FLAG_NOSCAN } from '../../../malloc/flags.ts';
import { chanclose, chanok, chanrecv, chansend, makechan, tryrecv, trysend } from '../../../runtime/chan.ts';
import { GOEXIT, ret, slotAt } from '../../../runtime/goroutine.ts';
import { getInt, getSlot, prepare, setInt, setSlot, start } from '../../../runtime/mutator.ts';
import { recvCase, select, selectOr, sendCase } from '../../../runtime/select.ts';
import { GROUP_GLOBALS, groupAdd, groupDone, groupWait } from '../../../workloads/join.ts';

const GROUP = 0;
/** Global word: elements received so far. */
const XRECEIVED = GROUP_GLOBALS;

/** Slots: the channels, one of them nil, and the element. */
const ROOMY = 0;
const DIRECT = 1;
const QUIT = 2;
const NOBODY = 3;
const ELEMENT = 4;
const SLOTS = 5;

/** Ints of main: elements of each sender. Of the others: their number. Of a sender: elements left. Of a receiver: the last element of each sender on each channel. */
const EACH = 0;
const NUMBER = 0;
const LEFT = 1;
const LAST = 2;

const SENDERS = 2;
const RECEIVERS = 2;
const PC = { begin: 0, join: 1, end: 2, send: 3, sentRoomy: 4, sentDirect: 5, none: 6, receive: 7, roomy: 8, direct: 9, quit: 10, try: 11 } as const;

const SENDS = [
  [sendCase(ROOMY, ELEMENT, PC.sentRoomy), sendCase(DIRECT, ELEMENT, PC.sentDirect)],
  [sendCase(NOBODY, ELEMENT, PC.none), sendCase(DIRECT, ELEMENT, PC.sentDirect), sendCase(ROOMY, ELEMENT, PC.sentRoomy)],
];
const RECEIVES = [
  [recvCase(QUIT, ELEMENT, PC.quit), recvCase(DIRECT, ELEMENT, PC.direct), recvCase(ROOMY, ELEMENT, PC.roomy)],
  [recvCase(ROOMY, ELEMENT, PC.roomy), recvCase(DIRECT, ELEMENT, PC.direct), recvCase(ROOMY, ELEMENT, PC.roomy), recvCase(QUIT, ELEMENT, PC.quit)],
];

function received(m: Mem): Ref {
  return m[CONFIG + Config.at.bss] + XRECEIVED * ptrWords(m);
}

function begin(m: Mem, mp: MRef, gp: GRef): number {
  const bytes = ptrWords(m) * 4;
  makechan(m, mp, gp, ROOMY, bytes, 2, FLAG_NOSCAN);
  makechan(m, mp, gp, DIRECT, bytes, 0, FLAG_NOSCAN);
  makechan(m, mp, gp, QUIT, bytes, 0, FLAG_NOSCAN);
  groupAdd(m, mp, GROUP, SENDERS + RECEIVERS);
  for (let i = 0; i < SENDERS + RECEIVERS; i++) {
    const made = prepare(m, mp, gp, i < SENDERS ? PC.send : PC.receive, SLOTS);
    setInt(m, made, NUMBER, i % SENDERS);
    setInt(m, made, LEFT, getInt(m, gp, EACH));
    for (let slot = ROOMY; slot <= QUIT; slot++) setSlot(m, made, slot, getSlot(m, gp, slot));
    start(m, mp, made);
  }
  return PC.join;
}

function join(m: Mem, mp: MRef, gp: GRef): number {
  return groupWait(m, mp, gp, GROUP, PC.end);
}

function end(m: Mem, _mp: MRef, gp: GRef): number {
  const count = Atomics.load(m, received(m));
  if (count !== SENDERS * getInt(m, gp, EACH)) fatal('EXPLORED_ELEMENTS_LOST', { received: count });
  return ret(m, gp);
}

/** Sends the next element on any channel that is ready. The first element is tried without blocking. */
function send(m: Mem, mp: MRef, gp: GRef): number {
  const left = getInt(m, gp, LEFT);
  if (left === 0) {
    groupDone(m, mp, GROUP);
    return GOEXIT;
  }
  const number = getInt(m, gp, NUMBER);
  m[slotAt(m, gp, ELEMENT)] = ((number + 1) << 8) | (100 - left);
  if (left % 3 === 0 && trysend(m, mp, gp, getSlot(m, gp, DIRECT), ELEMENT)) return PC.sentDirect;
  if (left % 3 === 1) return selectOr(m, mp, gp, SENDS[number], PC.none);
  return select(m, mp, gp, SENDS[number]);
}

function sentRoomy(m: Mem, _mp: MRef, gp: GRef): number {
  setInt(m, gp, LEFT, getInt(m, gp, LEFT) - 1);
  return PC.send;
}

function sentDirect(m: Mem, mp: MRef, gp: GRef): number {
  return sentRoomy(m, mp, gp);
}

/** No channel was ready. */
function none(m: Mem, mp: MRef, gp: GRef): number {
  return chansend(m, mp, gp, getSlot(m, gp, ROOMY), ELEMENT, PC.sentRoomy);
}

function receive(m: Mem, mp: MRef, gp: GRef): number {
  m[slotAt(m, gp, ELEMENT)] = -1;
  return select(m, mp, gp, RECEIVES[getInt(m, gp, NUMBER)]);
}

function fromRoomy(m: Mem, mp: MRef, gp: GRef): number {
  return take(m, mp, gp, ROOMY);
}

function fromDirect(m: Mem, mp: MRef, gp: GRef): number {
  return take(m, mp, gp, DIRECT);
}

function take(m: Mem, mp: MRef, gp: GRef, channel: number): number {
  const element = m[slotAt(m, gp, ELEMENT)];
  const sender = (element >> 8) - 1;
  if (!chanok(m, gp) || !(sender >= 0 && sender < SENDERS)) fatal('EXPLORED_NOTHING_CAME', { element });
  const last = LAST + 2 * sender + channel;
  if ((element & 0xff) <= getInt(m, gp, last)) fatal('EXPLORED_OVERTAKEN', { sender, channel, came: element & 0xff, last: getInt(m, gp, last) });
  setInt(m, gp, last, element & 0xff);
  if (Atomics.add(m, received(m), 1) + 1 < SENDERS * getInt(m, gp, LEFT)) return PC.try;
  chanclose(m, mp, gp, getSlot(m, gp, QUIT));
  return PC.receive;
}

/** Receives another element without blocking, if the buffer has one. */
function tryMore(m: Mem, mp: MRef, gp: GRef): number {
  m[slotAt(m, gp, ELEMENT)] = -1;
  return tryrecv(m, mp, gp, getSlot(m, gp, ROOMY), ELEMENT) ? PC.roomy : PC.receive;
}

/** Checks the zero of a closed channel, then blocks for ever on the nil channel; main does not wait for that. */
function quit(m: Mem, mp: MRef, gp: GRef): number {
  if (chanok(m, gp) || m[slotAt(m, gp, ELEMENT)] !== 0) fatal('EXPLORED_END_NOT_ZERO', { element: m[slotAt(m, gp, ELEMENT)] });
  groupDone(m, mp, GROUP);
  return getInt(m, gp, NUMBER) === 0 ? GOEXIT : chanrecv(m, mp, gp, getSlot(m, gp, NOBODY), ELEMENT, PC.quit);
}

export const CHANNELS_CROWD = {
  steps: [begin, join, end, send, sentRoomy, sentDirect, none, receive, fromRoomy, fromDirect, quit, tryMore],
  main: { pc: PC.begin, slots: SLOTS },
} as const;
