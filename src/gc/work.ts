/**
 * The collector's shared work: buffers of objects to scan (workbufs).
 *
 *   1. Each marking M holds one workbuf. It takes objects from it and adds objects to it.
 *   2. An M whose workbuf is full pushes it on `full` and takes an empty one (getempty).
 *   3. An M whose workbuf is empty exchanges it for a full one (getfull). If there is none, it adds
 *      itself to `xnwait` and spins, yields, then sleeps until a workbuf appears.
 *   4. An M that holds enough while another waits hands off half of its objects (handoff).
 *   5. When all marking Ms wait, no work is left and none can appear: marking is complete.
 *
 * Invariant: during the mark, every workbuf is on `full`, on `empty`, or held by one M; after
 * the mark, all are on `empty`. Source: getempty, getfull, handoff of Go 1.3's mgc0.c.
 */
import { OUTER, guardedBy, ownedBy, protocol } from '../memory/guardian.ts';
import { inRegion } from '../memory/regions.ts';
import { atomic, by, lockField, padding, part, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';
import { addWide } from '../memory/wide.ts';
import { nanotime } from '../base/clock.ts';
import { outOfMemory } from '../base/fatal.ts';
import { LFNode, LFStack, lfstackempty, lfstackinit, lfstackpop, lfstackpush } from '../sync/lfstack.ts';
import { lock, unlock } from '../sync/lock.ts';
import { DOING, MOMENT, WITHIN } from '../sync/event-kinds.ts';
import { enter, enterAt, moment, records, within } from '../sync/events.ts';
import { osyield, procyield, usleep } from '../sync/os.ts';
import { racyLoad } from '../sync/racy.ts';
import { GCStats, M, PHASE, type MRef } from '../machine/m.ts';
import { MarkCounts, countWork } from './collect-stats.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { sysMap } from '../malloc/sys.ts';

export const Work = struct('work', 112, {
  full: part('lfstack', LFStack.words),
  empty: part('lfstack', LFStack.words),
  nproc: by(ownedBy('collector', 'before the helpers are woken')),
  lock: lockField('work.lock'),
  /** Workbufs ever made. */
  nbufs: by(guardedBy('work.lock')),
  /** Words of the region of workbufs in use. */
  mapped: by(guardedBy('work.lock')),
  tstart: by(ownedBy('collector'), 2),
  /** Number of marking threads; 0: all Ps. */
  wantProcs: by(protocol('the main goroutine writes it; read with the world stopped')),
  pad0: padding(8),
  /** Ms that wait in getfull. When it reaches nproc, marking is complete. */
  xnwait: atomic('each marking M'),
  pad1: padding(15),
  xndone: atomic('each helper increments it at its end'),
  xalldone: atomic('a note: the last helper wakes the collecting M'),
});

export const WORK: Ref = globalRecord('work', Work);
export const FULL = WORK + Work.at.full;
export const EMPTY = WORK + Work.at.empty;
export const NPROC = WORK + Work.at.nproc;
export const XNWAIT = WORK + Work.at.xnwait;
export const XNDONE = WORK + Work.at.xndone;
export const XALLDONE = WORK + Work.at.xalldone;
const WORK_LOCK = WORK + Work.at.lock;
const NBUFS = WORK + Work.at.nbufs;

export type WorkbufRef = Ref;

/** An object to scan: a block, or a piece of memory. */
export const Obj = struct('obj', 3, {
  p: by(OUTER),
  /** Size in 32-bit words. */
  n: by(OUTER),
  /** Type information, 0 for none: scan every word. */
  ti: by(OUTER),
});

const WORKBUF_BYTES = 16 << 10;
const HEADER = 4;
/** Objects that a workbuf of Go's size holds. */
export const WORKBUF_CAP = Math.floor((WORKBUF_BYTES / 4 - HEADER) / Obj.words);

function workbufWords(cap: number): number {
  return Math.ceil((HEADER + cap * Obj.words) / 16) * 16;
}

/** A workbuf of Go's size. */
const Workbuf = struct('workbuf', workbufWords(WORKBUF_CAP), {
  node: part('lfnode', LFNode.words),
  /** Objects in it. */
  nobj: by(ownedBy('workbuf')),
  /** Next of the full buffers that one M keeps for itself; see scanblock-tuned.ts and scanblock-lab-worklist.ts. */
  stashlink: by(ownedBy('workbuf')),
  obj: part('obj', WORKBUF_CAP * Obj.words, ownedBy('workbuf')),
});

inRegion(Workbuf, 'workbufs', { label: 'workbuf ', count: 'maxWorkbufs', words: 'workbufWords' });

/** Returns the shape of a workbuf for `cap` objects. */
export function workbufStruct(cap: number): typeof Workbuf {
  return { ...Workbuf, words: workbufWords(cap) };
}

const { nobj: NOBJ, obj: OBJ } = Workbuf.at;
const { phase: PHASE_OF, gcstats: GCSTATS, heartbeat: HEARTBEAT } = M.at;
const { nhandoff: NHANDOFF, nhandoffcnt: NHANDOFFCNT, nprocyield: NPROCYIELD } = GCStats.at;
const { nosyield: NOSYIELD, nsleep: NSLEEP, waitNs: WAIT_NS, sleepNs: SLEEP_NS, handoffNs: HANDOFF_NS } = GCStats.at;
const PUSHCNT = LFNode.at.pushcnt;
const COUNT_MASK = CONFIG + Config.at.lfstackCountMask;
const WORKBUFS = CONFIG + Config.at.workbufs;
const WORKBUF_WORDS = CONFIG + Config.at.workbufWords;
const MAX_WORKBUFS = CONFIG + Config.at.maxWorkbufs;
const WAIT_SPINS = CONFIG + Config.at.waitSpins;
const WAIT_YIELDS = CONFIG + Config.at.waitYields;
const WAIT_SLEEP_US = CONFIG + Config.at.waitSleepUs;
const HANDOFF_THRESHOLD = CONFIG + Config.at.handoffThreshold;
/** Words of workbufs mapped at a time: 1 MB. */
const CHUNK_WORDS = (1 << 20) / 4;
const GC_SYS = MSTATS + MStats.at.gcSys;

export function workinit(m: Mem): void {
  lfstackinit(m, FULL, m[WORKBUFS], m[WORKBUF_WORDS]);
  lfstackinit(m, EMPTY, m[WORKBUFS], m[WORKBUF_WORDS]);
}

/** Returns the ref of object entry `i` of `wbuf`. */
export function objAt(wbuf: WorkbufRef, i: number): Ref {
  return wbuf + OBJ + i * Obj.words;
}

/** Returns an empty workbuf, a new one if there is none. If `full` is not 0, pushes it on `full` first. */
export function getempty(m: Mem, mp: MRef, full: WorkbufRef): WorkbufRef {
  if (full !== 0) {
    // The watcher reports a hang if no heartbeat counts.
    m[mp + HEARTBEAT]++;
    if (records(m)) recordPut(m, mp, full, MOMENT.put);
    lfstackpush(m, FULL, full);
  }
  let b = lfstackpop(m, EMPTY);
  if (b === 0) {
    lock(m, mp, WORK_LOCK);
    const index = m[NBUFS];
    if (index === m[MAX_WORKBUFS]) {
      unlock(m, mp, WORK_LOCK);
      outOfMemory('workbufs', { workbufs: index });
    }
    b = m[WORKBUFS] + index * m[WORKBUF_WORDS];
    m[NBUFS] = index + 1;
    mapWorkbufsLocked(m, mp, m[NBUFS] * m[WORKBUF_WORDS]);
    unlock(m, mp, WORK_LOCK);
  }
  m[b + NOBJ] = 0;
  return b;
}

/** Maps the first `words` words of the region, a chunk at a time. */
function mapWorkbufsLocked(m: Mem, mp: MRef, words: number): void {
  const mapped = m[WORK + Work.at.mapped];
  if (words <= mapped) return;
  const more = Math.min(CHUNK_WORDS, m[MAX_WORKBUFS] * m[WORKBUF_WORDS] - mapped);
  sysMap(m, mp, m[WORKBUFS] + mapped, more, GC_SYS);
  m[WORK + Work.at.mapped] = mapped + more;
}

export function putempty(m: Mem, mp: MRef, b: WorkbufRef): void {
  countWork(m, mp, MarkCounts.at.putempty);
  lfstackpush(m, EMPTY, b);
}

/**
 * Exchanges the empty workbuf `b` (0: none) for a full one. Waits while another M may still find
 * work. Returns 0 once all Ms wait: marking is complete.
 */
export function getfull(m: Mem, mp: MRef, b: WorkbufRef): WorkbufRef {
  countWork(m, mp, MarkCounts.at.getfull);
  if (b !== 0) lfstackpush(m, EMPTY, b);
  let full = lfstackpop(m, FULL);
  if (full !== 0 || m[NPROC] === 1) return recordGet(m, mp, full);
  const phase = m[mp + PHASE_OF];
  m[mp + PHASE_OF] = PHASE.getfull;
  const started = nanotime();
  if (records(m)) enterAt(m, mp, DOING.spin, 0, started);
  full = waitForFull(m, mp);
  const ended = nanotime();
  if (records(m)) enterAt(m, mp, DOING.scan, 0, ended);
  recordGet(m, mp, full);
  addWide(m, mp + GCSTATS + WAIT_NS, ended - started);
  m[mp + PHASE_OF] = phase;
  return full;
}

function waitForFull(m: Mem, mp: MRef): WorkbufRef {
  const spins = m[WAIT_SPINS];
  const patience = spins + m[WAIT_YIELDS];
  Atomics.add(m, XNWAIT, 1);
  for (let i = 0; ; i++) {
    if (!lfstackempty(m, FULL)) {
      // Leave xnwait before the pop. Otherwise the other Ms could count this M as waiting while it
      // holds the buffer, and end the mark with work left.
      Atomics.sub(m, XNWAIT, 1);
      const b = lfstackpop(m, FULL);
      if (b !== 0) return b;
      Atomics.add(m, XNWAIT, 1);
    }
    if (Atomics.load(m, XNWAIT) === m[NPROC]) return 0;
    pauseForWork(m, mp, i, spins, patience);
  }
}

/**
 * Pause number `i` of an M that waits for work.
 * @param spins pauses up to this number spin
 * @param patience those up to this number yield, and later ones sleep
 */
export function pauseForWork(m: Mem, mp: MRef, i: number, spins: number, patience: number): void {
  const stats = mp + GCSTATS;
  if (i < spins) {
    addWide(m, stats + NPROCYIELD, 1);
    procyield(m, 20);
  } else if (i < patience) {
    if (i === spins && records(m)) enter(m, mp, DOING.yield, 0);
    addWide(m, stats + NOSYIELD, 1);
    osyield(m);
  } else {
    if (i === patience && records(m)) enter(m, mp, DOING.sleep, 0);
    addWide(m, stats + NSLEEP, 1);
    const slept = nanotime();
    usleep(m, m[WAIT_SLEEP_US]);
    addWide(m, stats + SLEEP_NS, nanotime() - slept);
  }
}

/** Reports whether another M waits and `full` is empty. Both loads are racy: a stale answer hands off a moment early or late. */
export function othersWait(m: Mem): boolean {
  return racyLoad(m, XNWAIT) > 0 && racyLoad(m, FULL) === 0;
}

/** Reports whether an M that holds `nobj` objects should hand off half of them. */
export function wantsHandoff(m: Mem, nobj: number): boolean {
  return nobj > m[HANDOFF_THRESHOLD] && othersWait(m);
}

/** Hands off the first half of `b`, which holds `nobj` objects. Returns a workbuf with the remainder. */
export function handoff(m: Mem, mp: MRef, b: WorkbufRef, nobj: number): WorkbufRef {
  const started = nanotime();
  countHandoff(m, mp, nobj >> 1);
  const rest = splitWorkbuf(m, mp, b, nobj);
  addWide(m, mp + GCSTATS + HANDOFF_NS, nanotime() - started);
  if (records(m)) within(m, mp, WITHIN.handoff, 0, nobj >> 1, started);
  return rest;
}

/**
 * Records that `b` is about to be put on `full`: `kind` is MOMENT.put, or MOMENT.give for a waiting M. The number of
 * the buffer and its pushes name this put, and the M that takes the buffer finds the same.
 */
export function recordPut(m: Mem, mp: MRef, b: WorkbufRef, kind: number): void {
  if (m[NPROC] === 1) return;
  moment(m, mp, kind, bufferNumber(m, b), (m[b + PUSHCNT] + 1) & m[COUNT_MASK], nanotime());
}

/** Records that this M has taken `b` from `full`. Returns `b`; 0: it has found none. */
export function recordGet(m: Mem, mp: MRef, b: WorkbufRef): WorkbufRef {
  if (b !== 0 && records(m) && m[NPROC] !== 1) moment(m, mp, MOMENT.get, bufferNumber(m, b), m[b + PUSHCNT], nanotime());
  return b;
}

function bufferNumber(m: Mem, b: WorkbufRef): number {
  return (b - m[WORKBUFS]) / m[WORKBUF_WORDS];
}

/** Counts a handoff of `n` objects by this M. */
export function countHandoff(m: Mem, mp: MRef, n: number): void {
  addWide(m, mp + GCSTATS + NHANDOFF, 1);
  addWide(m, mp + GCSTATS + NHANDOFFCNT, n);
  m[mp + HEARTBEAT]++;
}

/** Pushes the first half of `b`, which holds `nobj` objects, on `full`. Returns a workbuf with the remainder. */
function splitWorkbuf(m: Mem, mp: MRef, b: WorkbufRef, nobj: number): WorkbufRef {
  const b1 = getempty(m, mp, 0);
  const n = nobj >> 1;
  const kept = nobj - n;
  m[b + NOBJ] = kept;
  m[b1 + NOBJ] = n;
  if (records(m)) recordPut(m, mp, b, MOMENT.give);
  m.copyWithin(b1 + OBJ, objAt(b, kept), objAt(b, nobj));
  lfstackpush(m, FULL, b);
  return b1;
}

/**
 * Adds the `words` words at `p` to the roots gathered in `b`. Returns `b`, or a new workbuf if `b` is full.
 * @param ti SCAN_ALL (heap/type.ts), or 0 for a block of the heap, which is scanned by its own type
 */
export function enqueueRoot(m: Mem, mp: MRef, b: WorkbufRef, p: Ref, words: number, ti: number): WorkbufRef {
  if (p === 0 || words === 0) return b;
  let wbuf = b;
  if (m[wbuf + NOBJ] >= m[CONFIG + Config.at.workbufCap]) wbuf = getempty(m, mp, wbuf);
  const at = objAt(wbuf, m[wbuf + NOBJ]);
  m[at] = p;
  m[at + 1] = words;
  m[at + 2] = ti;
  m[wbuf + NOBJ]++;
  return wbuf;
}
