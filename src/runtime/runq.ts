/**
 * Run queues: a ring of 256 goroutines on each P, and a global linked list.
 *
 *   1. The owner appends at the tail: it stores the slot, then the tail. No CAS.
 *   2. The owner takes at the head, and a thief takes half of the ring at the head: both read
 *      the slots first, then advance the head by CAS. If the CAS fails, they start again.
 *   3. If the ring is full, the owner moves half of it to the global list.
 *   4. A P takes its fair share of the global list, under sched.lock.
 *
 * Invariants: only the owner writes the tail and the slots. Slots [head, tail) are queued; a
 * slot is overwritten only after the head has passed it, so a successful CAS proves that the
 * slots read were valid. Head and tail count up and wrap.
 *
 * Source: runqput, runqget, runqgrab and globrunqget in proc.c of Go 1.4.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { fatal } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import { G, type GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { P, RUNQ_CAP, type PRef } from '../machine/p.ts';
import { SCHED, SCHED_LOCK, Sched } from '../machine/sched.ts';

const { xrunqhead: XRUNQHEAD, xrunqtail: XRUNQTAIL, xrunq: XRUNQ } = P.at;
const { schedlink: SCHEDLINK } = G.at;
const RUNQHEAD = SCHED + Sched.at.runqhead;
const RUNQTAIL = SCHED + Sched.at.runqtail;
const RUNQSIZE = SCHED + Sched.at.runqsize;
const NPROCS = CONFIG + Config.at.nprocs;
const MASK = RUNQ_CAP - 1;

/** Is the local queue of `pp` empty? The answer may be stale, as head and tail are loaded one after the other. */
export function runqempty(m: Mem, pp: PRef): boolean {
  return Atomics.load(m, pp + XRUNQHEAD) === Atomics.load(m, pp + XRUNQTAIL);
}

/** Appends `gp` to the local queue of `pp`, the caller's own P; moves half of a full queue to the global one. */
export function runqput(m: Mem, mp: MRef, pp: PRef, gp: GRef): void {
  for (;;) {
    const head = Atomics.load(m, pp + XRUNQHEAD);
    const tail = Atomics.load(m, pp + XRUNQTAIL);
    if (((tail - head) | 0) < RUNQ_CAP) {
      Atomics.store(m, pp + XRUNQ + (tail & MASK), gp);
      // After the slot: a thief that sees the new tail must see the goroutine.
      Atomics.store(m, pp + XRUNQTAIL, (tail + 1) | 0);
      return;
    }
    if (runqputslow(m, mp, pp, gp, head, tail)) return;
  }
}

/** Takes the first goroutine of the local queue of `pp`, the caller's own P; 0 if it is empty. */
export function runqget(m: Mem, pp: PRef): GRef {
  for (;;) {
    const head = Atomics.load(m, pp + XRUNQHEAD);
    if (head === Atomics.load(m, pp + XRUNQTAIL)) return 0;
    const gp = Atomics.load(m, pp + XRUNQ + (head & MASK));
    if (Atomics.compareExchange(m, pp + XRUNQHEAD, head, (head + 1) | 0) === head) return gp;
  }
}

/**
 * Steals half of the queue of `victim` for `pp`, the caller's own P, whose queue is empty.
 * @returns one of the stolen goroutines, to run; 0 if there was none
 */
export function runqsteal(m: Mem, pp: PRef, victim: PRef): GRef {
  for (;;) {
    const head = Atomics.load(m, victim + XRUNQHEAD);
    const tail = Atomics.load(m, victim + XRUNQTAIL);
    const size = (tail - head) | 0;
    const n = size - (size >> 1);
    if (n === 0) return 0;
    // Head and tail were not read atomically: the difference is inconsistent.
    if (n > RUNQ_CAP / 2) continue;
    const own = Atomics.load(m, pp + XRUNQTAIL);
    for (let i = 0; i < n; i++) {
      const gp = Atomics.load(m, victim + XRUNQ + ((head + i) & MASK));
      Atomics.store(m, pp + XRUNQ + ((own + i) & MASK), gp);
    }
    if (Atomics.compareExchange(m, victim + XRUNQHEAD, head, (head + n) | 0) !== head) continue;
    const last = (own + n - 1) | 0;
    const gp = Atomics.load(m, pp + XRUNQ + (last & MASK));
    if (n > 1) Atomics.store(m, pp + XRUNQTAIL, last);
    return gp;
  }
}

/** Appends `gp` to the global queue. */
export function globrunqput(m: Mem, mp: MRef, gp: GRef): void {
  lock(m, mp, SCHED_LOCK);
  globrunqputLocked(m, gp);
  unlock(m, mp, SCHED_LOCK);
}

function globrunqputLocked(m: Mem, gp: GRef): void {
  m[gp + SCHEDLINK] = 0;
  if (m[RUNQTAIL] !== 0) m[m[RUNQTAIL] + SCHEDLINK] = gp;
  else m[RUNQHEAD] = gp;
  m[RUNQTAIL] = gp;
  m[RUNQSIZE]++;
}

/**
 * Takes a fair share of the global queue for `pp`: 1/nprocs of it, at most `max` (0: no limit).
 * @returns the first, to run; the others are on the queue of `pp`
 */
export function globrunqgetLocked(m: Mem, mp: MRef, pp: PRef, max: number): GRef {
  const size = m[RUNQSIZE];
  if (size === 0) return 0;
  const share = Math.min(size, Math.floor(size / m[NPROCS]) + 1, max > 0 ? max : size, RUNQ_CAP / 2);
  const gp = popGlobalLocked(m);
  for (let i = 1; i < share; i++) {
    // Not reached: if the share is more than one, the queue of `pp` is empty and has room for it.
    if (((Atomics.load(m, pp + XRUNQTAIL) - Atomics.load(m, pp + XRUNQHEAD)) | 0) >= RUNQ_CAP) break;
    runqput(m, mp, pp, popGlobalLocked(m));
  }
  return gp;
}

function popGlobalLocked(m: Mem): GRef {
  const gp = m[RUNQHEAD];
  if (gp === 0) fatal('GLOBAL_RUNQ_CORRUPT', { size: m[RUNQSIZE] });
  m[RUNQHEAD] = m[gp + SCHEDLINK];
  if (m[RUNQHEAD] === 0) m[RUNQTAIL] = 0;
  m[RUNQSIZE]--;
  return gp;
}

/** Moves half of the full local queue, and `gp`, to the global queue. Returns false if a thief has advanced the head. */
function runqputslow(m: Mem, mp: MRef, pp: PRef, gp: GRef, head: number, tail: number): boolean {
  const n = ((tail - head) | 0) >> 1;
  if (n !== RUNQ_CAP / 2) fatal('RUNQ_NOT_FULL', { head, tail });
  const first = Atomics.load(m, pp + XRUNQ + (head & MASK));
  let previous = first;
  for (let i = 1; i < n; i++) {
    const next = Atomics.load(m, pp + XRUNQ + ((head + i) & MASK));
    if (Atomics.load(m, pp + XRUNQHEAD) !== head) return false;
    m[previous + SCHEDLINK] = next;
    previous = next;
  }
  if (Atomics.compareExchange(m, pp + XRUNQHEAD, head, (head + n) | 0) !== head) return false;
  m[previous + SCHEDLINK] = gp;
  m[gp + SCHEDLINK] = 0;
  lock(m, mp, SCHED_LOCK);
  if (m[RUNQTAIL] !== 0) m[m[RUNQTAIL] + SCHEDLINK] = first;
  else m[RUNQHEAD] = first;
  m[RUNQTAIL] = gp;
  m[RUNQSIZE] += n + 1;
  unlock(m, mp, SCHED_LOCK);
  return true;
}
