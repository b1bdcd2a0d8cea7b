/**
 * Goroutines send, receive, select and wait while collections run.
 *
 * Senders make objects that point to a twin each, and send them in turn on an unbuffered channel and on one
 * with room for one. The main goroutine selects among both. While a sender waits, only its frame points to
 * the object. At the end the senders wait for a third channel to be closed.
 */
import type { Mem } from '../../../memory/struct.ts';
import type { Ref } from '../../../memory/address.ts';
import { ptrWords } from '../../../memory/config.ts';
import { fatal } from '../../../base/fatal.ts';
import type { GRef } from '../../../machine/g.ts';
import type { MRef } from '../../../machine/m.ts';
import { chanclose, chanok, chanrecv, chansend, makechan } from '../../../runtime/chan.ts';
import { GOEXIT, ret } from '../../../runtime/goroutine.ts';
import { collect, getInt, getSlot, loadInt, loadWord, newObject, prepare, setInt, setSlot, start, storeInt, storeWord } from '../../../runtime/mutator.ts';
import { recvCase, select } from '../../../runtime/select.ts';
import { groupAdd, groupDone, groupWait } from '../../../workloads/join.ts';

const OBJECT_BYTES = 64;
const GROUP = 0;

/** Slots: the channels, and the element that is sent or received: an object and its twin. */
const DIRECT = 0;
const BUFFERED = 1;
const QUIT = 2;
const OBJECT = 3;
const TWIN = 4;
const SLOTS = 5;

/** Ints of main: senders, objects of each, objects received, sum of their ids. Of a sender: its number, objects left. */
const SENDERS = 0;
const SENDS = 1;
const RECEIVED = 2;
const SUM = 3;
const NUMBER = 0;
const LEFT = 1;

const PC = { begin: 0, take: 1, took: 2, join: 3, end: 4, send: 5, wait: 6, leave: 7 } as const;

/** Objects that main has received when it collects. The first sender collects before it sends its last object. */
const COLLECT_AFTER = 1;

const EITHER = [recvCase(DIRECT, OBJECT, PC.took), recvCase(BUFFERED, OBJECT, PC.took)];

function begin(m: Mem, mp: MRef, gp: GRef): number {
  const elemBytes = 2 * ptrWords(m) * 4;
  makechan(m, mp, gp, DIRECT, elemBytes, 0, 0);
  makechan(m, mp, gp, BUFFERED, elemBytes, 1, 0);
  makechan(m, mp, gp, QUIT, elemBytes, 0, 0);
  const senders = getInt(m, gp, SENDERS);
  groupAdd(m, mp, GROUP, senders);
  for (let i = 0; i < senders; i++) {
    const sender = prepare(m, mp, gp, PC.send, SLOTS);
    setInt(m, sender, NUMBER, i);
    setInt(m, sender, LEFT, getInt(m, gp, SENDS));
    for (let slot = DIRECT; slot <= QUIT; slot++) setSlot(m, sender, slot, getSlot(m, gp, slot));
    start(m, mp, sender);
  }
  return PC.take;
}

function take(m: Mem, mp: MRef, gp: GRef): number {
  setSlot(m, gp, OBJECT, 0);
  setSlot(m, gp, TWIN, 0);
  return select(m, mp, gp, EITHER);
}

function took(m: Mem, mp: MRef, gp: GRef): number {
  const object = getSlot(m, gp, OBJECT);
  if (!chanok(m, gp) || object === 0) fatal('EXPLORED_NOTHING_CAME', { object, twin: getSlot(m, gp, TWIN) });
  const id = loadInt(m, object, 1);
  if (loadWord(m, object, 0) !== getSlot(m, gp, TWIN) || loadInt(m, getSlot(m, gp, TWIN), 1) !== id) fatal('EXPLORED_OBJECT_DAMAGED', { object, id });
  setInt(m, gp, SUM, getInt(m, gp, SUM) + id);
  const received = getInt(m, gp, RECEIVED) + 1;
  setInt(m, gp, RECEIVED, received);
  if (received === COLLECT_AFTER) collect(m, mp, false);
  if (received < getInt(m, gp, SENDERS) * getInt(m, gp, SENDS)) return PC.take;
  chanclose(m, mp, gp, getSlot(m, gp, QUIT));
  return PC.join;
}

function join(m: Mem, mp: MRef, gp: GRef): number {
  return groupWait(m, mp, gp, GROUP, PC.end);
}

/** Compares the ids received with the ids sent. */
function end(m: Mem, _mp: MRef, gp: GRef): number {
  let expected = 0;
  for (let i = 0; i < getInt(m, gp, SENDERS); i++) {
    for (let left = getInt(m, gp, SENDS); left > 0; left--) expected += idOf(i, left);
  }
  if (getInt(m, gp, SUM) !== expected) fatal('EXPLORED_OBJECT_LOST', { expected, sum: getInt(m, gp, SUM) });
  return ret(m, gp);
}

function idOf(number: number, left: number): number {
  return 100 * (number + 1) + left;
}

function send(m: Mem, mp: MRef, gp: GRef): number {
  const left = getInt(m, gp, LEFT);
  if (left === 1 && getInt(m, gp, NUMBER) === 0) collect(m, mp, false);
  const id = idOf(getInt(m, gp, NUMBER), left);
  storeTwin(m, newObject(m, mp, gp, TWIN, OBJECT_BYTES, 0), id, 0);
  storeTwin(m, newObject(m, mp, gp, OBJECT, OBJECT_BYTES, 0), id, getSlot(m, gp, TWIN));
  setInt(m, gp, LEFT, left - 1);
  const channel = (left + getInt(m, gp, NUMBER)) % 2 === 0 ? DIRECT : BUFFERED;
  return chansend(m, mp, gp, getSlot(m, gp, channel), OBJECT, left > 1 ? PC.send : PC.wait);
}

function storeTwin(m: Mem, object: Ref, id: number, twin: Ref): void {
  storeWord(m, object, 0, twin);
  storeInt(m, object, 1, id);
}

function wait(m: Mem, mp: MRef, gp: GRef): number {
  // From here on only the receiver holds the object. If it is freed too early, its memory is reused.
  setSlot(m, gp, OBJECT, 0);
  storeInt(m, newObject(m, mp, gp, TWIN, OBJECT_BYTES, 0), 1, -1);
  return chanrecv(m, mp, gp, getSlot(m, gp, QUIT), OBJECT, PC.leave);
}

function leave(m: Mem, mp: MRef, gp: GRef): number {
  if (chanok(m, gp) || getSlot(m, gp, OBJECT) !== 0 || getSlot(m, gp, TWIN) !== 0) fatal('EXPLORED_END_NOT_ZERO', { object: getSlot(m, gp, OBJECT) });
  groupDone(m, mp, GROUP);
  return GOEXIT;
}

export const CHANNELS = {
  steps: [begin, take, took, join, end, send, wait, leave],
  main: { pc: PC.begin, slots: SLOTS },
} as const;
