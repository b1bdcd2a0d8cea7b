/**
 * allocfreetrace: every malloc, free and collection with the goroutine's call stack. The machine
 * does not know the names of steps, so each event goes, with its pcs, into a ring that the
 * watcher reads. If the ring is full, the writer waits for the watcher, so no event is lost.
 *
 * Allocations before the machine runs are not traced: no watcher reads the ring yet.
 *
 * Source: tracealloc, tracefree and tracegc in mprof.goc of Go 1.3.
 */
import { guardedBy } from '../memory/guardian.ts';
import { inRegion } from '../memory/regions.ts';
import { atomic, by, lockField, padding, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config, DEBUG } from '../memory/config.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';
import { ringDoorbell } from '../sync/bell.ts';
import { lock, unlock } from '../sync/lock.ts';
import { futexsleep, futexwakeup } from '../sync/os.ts';
import { G, G_STATUS, gAt, type GRef } from '../machine/g.ts';
import { M, type MRef } from '../machine/m.ts';
import { allglen } from '../machine/sched.ts';
import { BIT_ALLOCATED, BIT_MARKED, bitsShift, bitsWord, markShift } from '../heap/bitmap.ts';
import { Span, type SpanRef } from '../heap/span.ts';
import { MSTATS, MStats } from './mstats.ts';

export const TraceRing = struct('tracering', 48, {
  lock: lockField('trace.lock'),
  pad0: padding(14),
  /** Records ever written. */
  xwritten: atomic('written under trace.lock'),
  pad1: padding(15),
  /** Records ever read. */
  xread: atomic('the watcher writes it'),
});

/** Kinds of events. A collection is traced as `gc`, a `goroutine` for each goroutine, `gcEnd`. */
export const TRACE = { alloc: 0, free: 1, gc: 2, goroutine: 3, gcEnd: 4 } as const;

/** The most frames of a call stack in a record. */
const FRAMES = 22;

const LOCK_GUARD = guardedBy('trace.lock');

export const TraceRecord = struct('tracerecord', 32, {
  /** One of TRACE. */
  kind: by(LOCK_GUARD),
  /** The block. */
  p: by(LOCK_GUARD),
  /** Bytes of the block. */
  size: by(LOCK_GUARD),
  /** The goroutine, its status and why it waits. */
  goid: by(LOCK_GUARD),
  status: by(LOCK_GUARD),
  waitreason: by(LOCK_GUARD),
  /** Frames on the goroutine's stack. */
  depth: by(LOCK_GUARD),
  /** The innermost frames: indices of the text segment. */
  pc: by(LOCK_GUARD, FRAMES),
});

/** Records that the ring holds: a power of two, larger than the blocks of any span. */
export const TRACE_CAP = 4096;
inRegion(TraceRecord, 'trace', { label: 'trace record ', count: TRACE_CAP });

const RING: Ref = globalRecord('trace', TraceRing);
export const TRACE_LOCK = RING + TraceRing.at.lock;
const XWRITTEN = RING + TraceRing.at.xwritten;
const XREAD = RING + TraceRing.at.xread;
const RECORDS = CONFIG + Config.at.trace;
const DEBUG_OF = CONFIG + Config.at.debug;
const PTR_WORDS = CONFIG + Config.at.ptrWords;
const ENABLEGC = MSTATS + MStats.at.enablegc;
const { kind: KIND, p: P, size: SIZE, goid: GOID, status: STATUS, waitreason: WAITREASON, depth: DEPTH, pc: PC } = TraceRecord.at;
const { curg: CURG } = M.at;

/** Does the machine trace mallocs, and does it run? */
export function traces(m: Mem): boolean {
  return (m[DEBUG_OF] & DEBUG.allocfreetrace) !== 0 && m[ENABLEGC] !== 0;
}

/** Traces the malloc of the block `p` of `bytes` bytes. */
export function tracealloc(m: Mem, mp: MRef, p: Ref, bytes: number): void {
  trace(m, mp, TRACE.alloc, m[mp + CURG], p, bytes);
}

/** Traces the free of each block of `s` that its sweep is about to free. Precondition: free blocks are marked. */
export function tracefrees(m: Mem, mp: MRef, s: SpanRef): void {
  const bytes = m[s + Span.at.elemsize] >>> 0;
  const start = m[s + Span.at.start];
  for (let i = 0; i < m[s + Span.at.nelems]; i++) {
    const p = start + i * (bytes >>> 2);
    const b = bitsWord(m, p);
    const shift = bitsShift(m, p);
    if (((m[b] >>> shift) & BIT_ALLOCATED) === 0 || ((m[b + 1] >>> markShift(shift)) & BIT_MARKED) !== 0) continue;
    tracefree(m, mp, p, bytes);
  }
}

/** Traces the free of the block `p` of `bytes` bytes. */
export function tracefree(m: Mem, mp: MRef, p: Ref, bytes: number): void {
  trace(m, mp, TRACE.free, m[mp + CURG], p, bytes);
}

/** Traces the start of a collection, with every goroutine's stack. The world is stopped. */
export function tracegc(m: Mem, mp: MRef): void {
  trace(m, mp, TRACE.gc, 0, 0, 0);
  for (let i = 0; i < allglen(m); i++) {
    const gp = gAt(m, i);
    if (Atomics.load(m, gp + G.at.xstatus) !== G_STATUS.dead) trace(m, mp, TRACE.goroutine, gp, 0, 0);
  }
  trace(m, mp, TRACE.gcEnd, 0, 0, 0);
}

function trace(m: Mem, mp: MRef, kind: number, gp: GRef, p: Ref, bytes: number): void {
  lock(m, mp, TRACE_LOCK);
  const written = Atomics.load(m, XWRITTEN);
  waitForRoom(m, written);
  const record = m[RECORDS] + (written & (TRACE_CAP - 1)) * TraceRecord.words;
  m[record + KIND] = kind;
  m[record + P] = p;
  m[record + SIZE] = bytes;
  m[record + GOID] = gp === 0 ? 0 : m[gp + G.at.id];
  m[record + STATUS] = gp === 0 ? 0 : Atomics.load(m, gp + G.at.xstatus);
  m[record + WAITREASON] = gp === 0 ? 0 : m[gp + G.at.waitreason];
  m[record + DEPTH] = gp === 0 ? 0 : callersOf(m, gp, record + PC);
  Atomics.store(m, XWRITTEN, (written + 1) | 0);
  unlock(m, mp, TRACE_LOCK);
  if ((written & (TRACE_CAP / 2 - 1)) === 0) ringDoorbell(m);
}

function waitForRoom(m: Mem, written: number): void {
  for (;;) {
    const read = Atomics.load(m, XREAD);
    if (((written - read) | 0) < TRACE_CAP) return;
    ringDoorbell(m);
    futexsleep(m, XREAD, read);
  }
}

/** Writes the innermost pcs of `gp` to `into`, at most FRAMES. Returns the number of frames on the stack. */
function callersOf(m: Mem, gp: GRef, into: Ref): number {
  const pw = m[PTR_WORDS];
  const base = m[gp + G.at.base];
  let depth = 0;
  let pc = m[gp + G.at.pc];
  // A frame is saved fp, return pc, slots; see runtime/goroutine.ts. The outermost has a negative return pc.
  for (let fp = m[gp + G.at.fp]; fp !== 0 && pc >= 0; fp = m[fp - 2 * pw]) {
    if (depth < FRAMES) m[into + depth] = base + pc;
    depth++;
    pc = m[fp - pw];
  }
  return depth;
}

/** An event as the watcher reads it. */
export interface TraceEvent {
  /** One of TRACE. */
  readonly kind: number;
  readonly p: Ref;
  readonly size: number;
  readonly goid: number;
  /** One of G_STATUS. */
  readonly status: number;
  /** Index of WAIT_REASONS. */
  readonly waitreason: number;
  /** Indices of the text segment, innermost first. */
  readonly pcs: readonly number[];
  /** Outer frames left out. */
  readonly elided: number;
}

/** Returns the events since the last call, oldest first. Called by the watcher. */
export function drainTrace(m: Mem): TraceEvent[] {
  const events: TraceEvent[] = [];
  if ((m[DEBUG_OF] & DEBUG.allocfreetrace) === 0) return events;
  const written = Atomics.load(m, XWRITTEN);
  let read = Atomics.load(m, XREAD);
  for (; read !== written; read = (read + 1) | 0) events.push(readEvent(m, m[RECORDS] + (read & (TRACE_CAP - 1)) * TraceRecord.words));
  if (events.length > 0) {
    Atomics.store(m, XREAD, read);
    futexwakeup(m, XREAD, 1);
  }
  return events;
}

function readEvent(m: Mem, record: Ref): TraceEvent {
  const depth = m[record + DEPTH];
  const pcs: number[] = [];
  for (let i = 0; i < Math.min(depth, FRAMES); i++) pcs.push(m[record + PC + i]);
  return {
    kind: m[record + KIND],
    p: m[record + P],
    size: m[record + SIZE] >>> 0,
    goid: m[record + GOID],
    status: m[record + STATUS],
    waitreason: m[record + WAITREASON],
    pcs,
    elided: depth - pcs.length,
  };
}
