/**
 * The objects that an M of the lab's mark loop has to scan, in one of two orders.
 *
 * lifo: a stack whose top is `wbuf`. A full buffer goes on `full`, as in Go 1.3.
 *
 * fifo: a queue of buffers. Objects are taken from `front` and added to `wbuf`. Full buffers in
 * between stay with their M until another M waits; otherwise the order would be that of the
 * lock-free stack.
 *
 *     front ---> full ---> full (last)        wbuf
 *       ^ taken                                ^ nobj
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { addWide } from '../memory/wide.ts';
import { nanotime } from '../base/clock.ts';
import { MOMENT, WITHIN } from '../sync/event-kinds.ts';
import { records, within } from '../sync/events.ts';
import { lfstackpush } from '../sync/lfstack.ts';
import { GCStats, M, type MRef } from '../machine/m.ts';
import { ScanBuf } from './scanbuf.ts';
import { FULL, countHandoff, getempty, getfull, handoff, objAt, othersWait, putempty, recordPut, workbufStruct, type WorkbufRef } from './work.ts';

const HANDOFF_NS = M.at.gcstats + GCStats.at.handoffNs;
const HEARTBEAT = M.at.heartbeat;
const WORKBUF_CAP = CONFIG + Config.at.workbufCap;
const HANDOFF_THRESHOLD = CONFIG + Config.at.handoffThreshold;
const { wbuf: WBUF, nobj: NOBJ, front: FRONT, taken: TAKEN, last: LAST } = ScanBuf.at;
const { nobj: WORKBUF_NOBJ, stashlink: LINK } = workbufStruct(1).at;

/** Starts the worklist with the objects of `work`. */
export function openWorklist(m: Mem, mp: MRef, sb: Ref, fifo: boolean, work: WorkbufRef): void {
  if (fifo) {
    setFront(m, sb, work);
    m[sb + WBUF] = getempty(m, mp, 0);
    m[sb + NOBJ] = 0;
  } else {
    m[sb + WBUF] = work;
    m[sb + NOBJ] = m[work + WORKBUF_NOBJ];
  }
}

/** Makes `wbuf` the front, and the whole queue. */
function setFront(m: Mem, sb: Ref, wbuf: WorkbufRef): void {
  m[wbuf + LINK] = 0;
  m[sb + FRONT] = wbuf;
  m[sb + LAST] = wbuf;
  m[sb + TAKEN] = 0;
}

/** Adds `words` words at `p`. */
export function putObject(m: Mem, mp: MRef, sb: Ref, fifo: boolean, p: Ref, words: number): void {
  if (m[sb + NOBJ] === m[WORKBUF_CAP]) putAside(m, mp, sb, fifo);
  const obj = objAt(m[sb + WBUF], m[sb + NOBJ]);
  m[obj] = p;
  m[obj + 1] = words;
  m[sb + NOBJ]++;
}

/** Exchanges the full buffer for an empty one. */
export function putAside(m: Mem, mp: MRef, sb: Ref, fifo: boolean): void {
  const full = m[sb + WBUF];
  m[full + WORKBUF_NOBJ] = m[sb + NOBJ];
  m[mp + HEARTBEAT]++;
  if (fifo && !othersWait(m)) {
    m[full + LINK] = 0;
    m[m[sb + LAST] + LINK] = full;
    m[sb + LAST] = full;
    m[sb + WBUF] = getempty(m, mp, 0);
  } else {
    m[sb + WBUF] = getempty(m, mp, full);
  }
  m[sb + NOBJ] = 0;
}

/** Takes the next object. Returns its ref, valid until the next one is added; 0 if there is none. */
export function takeObject(m: Mem, mp: MRef, sb: Ref, fifo: boolean): Ref {
  if (fifo) return takeOldest(m, mp, sb);
  if (m[sb + NOBJ] === 0) return 0;
  m[sb + NOBJ]--;
  return objAt(m[sb + WBUF], m[sb + NOBJ]);
}

function takeOldest(m: Mem, mp: MRef, sb: Ref): Ref {
  if (m[sb + TAKEN] === m[m[sb + FRONT] + WORKBUF_NOBJ] && !advance(m, mp, sb)) return 0;
  const taken = m[sb + TAKEN];
  m[sb + TAKEN] = taken + 1;
  return objAt(m[sb + FRONT], taken);
}

/** Makes the next buffer of the queue the front, when all of the front is taken. Returns false if there is none. */
export function advance(m: Mem, mp: MRef, sb: Ref): boolean {
  const front = m[sb + FRONT];
  const next = m[front + LINK];
  if (next !== 0) {
    m[sb + FRONT] = next;
    m[sb + TAKEN] = 0;
    putempty(m, mp, front);
    return true;
  }
  if (m[sb + NOBJ] === 0) return false;
  const wbuf = m[sb + WBUF];
  m[wbuf + WORKBUF_NOBJ] = m[sb + NOBJ];
  setFront(m, sb, wbuf);
  m[sb + WBUF] = front;
  m[sb + NOBJ] = 0;
  return true;
}

/** Hands off work to a waiting M if there is enough: the bottom of a stack, or full buffers of a queue first. */
export function giveWork(m: Mem, mp: MRef, sb: Ref, fifo: boolean): void {
  if (fifo) {
    const started = nanotime();
    if (giveFromQueue(m, mp, sb)) addWide(m, mp + HANDOFF_NS, nanotime() - started);
  } else if (m[sb + NOBJ] > m[HANDOFF_THRESHOLD]) {
    const rest = handoff(m, mp, m[sb + WBUF], m[sb + NOBJ]);
    m[sb + WBUF] = rest;
    m[sb + NOBJ] = m[rest + WORKBUF_NOBJ];
  }
}

/** Hands off the buffer behind the front, or half of the remainder of the front. */
function giveFromQueue(m: Mem, mp: MRef, sb: Ref): boolean {
  const started = records(m) ? nanotime() : 0;
  const front = m[sb + FRONT];
  let given = m[front + LINK];
  if (given !== 0) {
    m[front + LINK] = m[given + LINK];
    if (m[sb + LAST] === given) m[sb + LAST] = front;
  } else {
    const nobj = m[front + WORKBUF_NOBJ];
    const left = nobj - m[sb + TAKEN];
    if (left <= m[HANDOFF_THRESHOLD]) return false;
    const kept = nobj - (left >> 1);
    given = getempty(m, mp, 0);
    m.copyWithin(objAt(given, 0), objAt(front, kept), objAt(front, nobj));
    m[given + WORKBUF_NOBJ] = nobj - kept;
    m[front + WORKBUF_NOBJ] = kept;
  }
  const count = m[given + WORKBUF_NOBJ];
  countHandoff(m, mp, count);
  if (records(m)) recordPut(m, mp, given, MOMENT.give);
  lfstackpush(m, FULL, given);
  if (records(m)) within(m, mp, WITHIN.handoff, 0, count, started);
  return true;
}

/** Exchanges the empty buffers for work. Returns false, with no buffer held, when there is no more. */
export function refillWorklist(m: Mem, mp: MRef, sb: Ref, fifo: boolean, keepworking: boolean): boolean {
  m[mp + HEARTBEAT]++;
  const held = m[sb + WBUF];
  m[sb + WBUF] = 0;
  if (fifo) {
    putempty(m, mp, m[sb + FRONT]);
    m[sb + FRONT] = 0;
  }
  if (!keepworking) {
    putempty(m, mp, held);
    return false;
  }
  const work = getfull(m, mp, held);
  if (work === 0) return false;
  openWorklist(m, mp, sb, fifo, work);
  return true;
}
