/**
 * The queues of spans to scan: a ring for each M, first in, first out. A span waits in it while more
 * of its blocks are marked, so that many are scanned at a time.
 *
 *   1. The M appends at its tail: it stores the slot, then the tail. If the ring is full, it moves
 *      the older half to a workbuf on `full`, as objects of 0 words.
 *   2. It takes at its head. A thief, an M that has nothing else to do, moves the older half to its
 *      own ring. Both read the slots first, then move the head by CAS.
 *
 * Invariants: only the owner of a queue writes tail and slots, and a slot only after the head has
 * passed it, so a successful CAS proves that the slots read were valid. An M that counts as waiting
 * for work (work.ts) has an empty queue.
 *
 * Source: as runqput, runqget and runqgrab of Go's proc.c; Go 1.25 to 1.26 queue spans in the same way.
 */
import type { Mem } from '../../memory/struct.ts';
import type { Ref } from '../../memory/address.ts';
import { lfstackpush } from '../../sync/lfstack.ts';
import { MOMENT } from '../../sync/event-kinds.ts';
import { records } from '../../sync/events.ts';
import { racyLoad, racyStore } from '../../sync/racy.ts';
import type { MRef } from '../../machine/m.ts';
import { FULL, NPROC, countHandoff, getempty, objAt, putempty, recordPut, workbufStruct } from '../work.ts';
import { SpanQueue, queueAt, queueOf } from './state.ts';

const { head: HEAD, tail: TAIL, mask: MASK, ring: RING } = SpanQueue.at;
const { nobj: NOBJ } = workbufStruct(1).at;

/**
 * Appends the span of the block `obj` to `q`, the caller's own queue.
 * @param alone no other M marks
 * @returns false if the queue is full
 */
export function putSpan(m: Mem, q: Ref, obj: Ref, alone: boolean): boolean {
  const tail = m[q + TAIL];
  const slot = (q + RING + (tail & m[q + MASK])) | 0;
  if (alone) {
    if (((tail - m[q + HEAD]) | 0) > m[q + MASK]) return false;
    m[slot] = obj;
    m[q + TAIL] = (tail + 1) | 0;
    return true;
  }
  if (((tail - Atomics.load(m, q + HEAD)) | 0) > m[q + MASK]) return false;
  // Racy: a thief that reads this slot now takes it for an earlier one, and its CAS of the head fails.
  racyStore(m, slot, obj);
  // After the slot: a thief that sees the new tail must see the span.
  Atomics.store(m, q + TAIL, (tail + 1) | 0);
  return true;
}

/**
 * Takes the oldest span of `q`, the caller's own queue.
 * @param alone no other M marks
 * @returns the block that stands for the span; 0 if the queue is empty
 */
export function takeSpan(m: Mem, q: Ref, alone: boolean): Ref {
  const tail = m[q + TAIL];
  for (;;) {
    const head = alone ? m[q + HEAD] : Atomics.load(m, q + HEAD);
    if (head === tail) return 0;
    const obj = m[(q + RING + (head & m[q + MASK])) | 0];
    const next = (head + 1) | 0;
    if (alone) {
      m[q + HEAD] = next;
      return obj;
    }
    if (Atomics.compareExchange(m, q + HEAD, head, next) === head) return obj;
  }
}

/** Reports whether `q` is empty. The answer about another M's queue may be stale. */
export function noSpans(m: Mem, q: Ref): boolean {
  return Atomics.load(m, q + HEAD) === Atomics.load(m, q + TAIL);
}

/** Moves the older half of the full queue of `mp` to a workbuf on `full`, unless a thief makes room. */
export function spillSpans(m: Mem, mp: MRef): void {
  const q = queueOf(m, mp);
  const half = (m[q + MASK] + 1) >> 1;
  const wbuf = getempty(m, mp, 0);
  for (;;) {
    const head = Atomics.load(m, q + HEAD);
    if (((m[q + TAIL] - head) | 0) <= m[q + MASK]) {
      putempty(m, mp, wbuf);
      return;
    }
    for (let i = 0; i < half; i++) {
      const at = objAt(wbuf, i);
      m[at] = m[q + RING + ((head + i) & m[q + MASK])];
      m[at + 1] = 0;
      m[at + 2] = 0;
    }
    if (Atomics.compareExchange(m, q + HEAD, head, (head + half) | 0) === head) break;
  }
  m[wbuf + NOBJ] = half;
  if (records(m)) recordPut(m, mp, wbuf, MOMENT.put);
  lfstackpush(m, FULL, wbuf);
}

/**
 * Moves the older half of another M's queue to that of `mp`, which is empty.
 * @returns false if it has found none
 */
export function stealSpans(m: Mem, mp: MRef): boolean {
  const own = queueOf(m, mp);
  const n = m[NPROC];
  for (let i = 0; i < n; i++) {
    const victim = queueAt(m, i);
    if (victim === own) continue;
    const taken = stealFrom(m, own, victim);
    if (taken === 0) continue;
    countHandoff(m, mp, taken);
    return true;
  }
  return false;
}

/** Moves the older half of `victim` to the empty queue `own`. Returns the number of spans. */
function stealFrom(m: Mem, own: Ref, victim: Ref): number {
  const mask = m[victim + MASK];
  for (;;) {
    const head = Atomics.load(m, victim + HEAD);
    const size = (Atomics.load(m, victim + TAIL) - head) | 0;
    if (size === 0) return 0;
    const n = size - (size >> 1);
    // Head and tail were not read atomically: the difference is inconsistent.
    if (n > (mask + 1) >> 1) continue;
    const tail = m[own + TAIL];
    for (let i = 0; i < n; i++) {
      // Racy: if the victim has overwritten the slot since, the head has moved, and the CAS fails. In the caller's own
      // ring these slots lie beyond the tail: a late thief that reads one fails, too.
      racyStore(m, own + RING + ((tail + i) & mask), racyLoad(m, victim + RING + ((head + i) & mask)));
    }
    if (Atomics.compareExchange(m, victim + HEAD, head, (head + n) | 0) !== head) continue;
    Atomics.store(m, own + TAIL, (tail + n) | 0);
    return n;
  }
}

/** Reports whether a queue of a marking M has a span. The answer may be stale. */
export function anySpans(m: Mem): boolean {
  const n = m[NPROC];
  for (let i = 0; i < n; i++) if (!noSpans(m, queueAt(m, i))) return true;
  return false;
}
