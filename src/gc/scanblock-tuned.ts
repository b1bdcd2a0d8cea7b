/**
 * The mark loop tuned for speed. Its departures from Go 1.3's, each measured in docs/explanation/performance.md:
 *
 *   - A pointer is handled where it is found, without a buffer.
 *   - Words are scanned from the last to the first: with a stack of work, a heap allocated in
 *     pre-order is then walked in order.
 *   - A filter of hints, one bit for each 16 bytes, says that the block there is marked, before
 *     bitmap and span are read. Races only lose hints. Blocks without pointers, and blocks that
 *     share their 16 bytes, have no hint.
 *   - A block of 32 bytes or more has a byte of marks of its own and is marked by a plain store. If
 *     two Ms do so at once, both scan it, which is harmless. Marks of smaller blocks without pointers
 *     are gathered per bitmap word, because no M needs to know which was first.
 *   - A waiting M is handed every second entry, not the bottom half: the bottom half of a stack that
 *     grew while walking down a tree is nearly all the work.
 *   - Full buffers stay with their M until another M waits: the last ones are in its own cache.
 *   - A large object is scanned in pieces, and half of the remainder is handed off to a waiting M. A
 *     small pointer-free object that it points at is not pushed.
 *
 * The inner part is scan-run.ts, which runs as WebAssembly on threads.
 */
import { nanotime } from '../base/clock.ts';
import { byteView } from '../memory/bytes.ts';
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { MOMENT, WITHIN } from '../sync/event-kinds.ts';
import { records, within } from '../sync/events.ts';
import { lfstackpush } from '../sync/lfstack.ts';
import { M, type MRef } from '../machine/m.ts';
import { ARENA_USED } from '../malloc/mheap.ts';
import { scanRun } from './compiled.ts';
import { flushPending } from './scan-run.ts';
import { scanbufOf } from './scanbuf.ts';
import { FULL, NPROC, Obj, countHandoff, getempty, getfull, objAt, othersWait, putempty, recordPut, workbufStruct, type WorkbufRef } from './work.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const HINTS = CONFIG + Config.at.hints;
const WORKBUF_CAP = CONFIG + Config.at.workbufCap;
const HANDOFF_THRESHOLD = CONFIG + Config.at.handoffThreshold;
const { nobj: WORKBUF_NOBJ, stashlink: STASHLINK } = workbufStruct(1).at;

const ENTRY = Obj.words;

/** Words scanned between two checks for waiting Ms: objects of at most 1 KB, and pieces of larger ones. */
const PIECE = 256;
/** The remainder of a large object is handed off from 64 KB on. */
const SHARED_WORDS = 1 << 14;

/** Clears all hints, before each cycle. */
export function clearHints(m: Mem): void {
  const used = m[ARENA_USED] - m[ARENA];
  m.fill(0, m[HINTS], m[HINTS] + (used >> 7));
}

/** As scanblock, for the 64-bit machine. */
export function scanblockTuned(m: Mem, mp: MRef, work: WorkbufRef, keepworking: boolean): void {
  const m8 = byteView(m);
  const sb = scanbufOf(mp);
  // A piece full of pointers must fit into half a workbuf.
  const piece = Math.min(PIECE, m[WORKBUF_CAP] & ~1);
  // A buffer with no more than this has room for what a piece leads to.
  const room = (m[WORKBUF_CAP] - (piece >> 1)) * ENTRY;
  const alone = m[NPROC] === 1;
  let wbuf = work === 0 ? getempty(m, mp, 0) : work;
  let wp = objAt(wbuf, m[wbuf + WORKBUF_NOBJ]);
  // The remainder of the large object being scanned, from its end.
  let largeStart = 0;
  let largeEnd = 0;
  // Full buffers kept by this M, linked.
  let stash = 0;
  for (;;) {
    const base = objAt(wbuf, 0);
    if (!alone && othersWait(m)) {
      if (largeEnd - largeStart > SHARED_WORDS) {
        const half = largeStart + (((largeEnd - largeStart) >> 2) << 1);
        giveRange(m, mp, half, largeEnd);
        largeEnd = half;
      } else if (stash !== 0) {
        const given = stash;
        stash = m[given + STASHLINK];
        giveBuffer(m, mp, given);
      } else if (wp - base > m[HANDOFF_THRESHOLD] * Obj.words) {
        wp = giveEverySecond(m, mp, wbuf, wp);
        continue;
      }
    }
    if (wp > base + room) {
      const above = takeAbove(m, mp, base + room, wp);
      m[wbuf + WORKBUF_NOBJ] = room / ENTRY;
      m[wbuf + STASHLINK] = stash;
      stash = wbuf;
      wbuf = above;
      wp = objAt(wbuf, m[wbuf + WORKBUF_NOBJ]);
      continue;
    }
    if (largeStart !== largeEnd) {
      const start = Math.max(largeStart, largeEnd - piece);
      wp = scanRun(m, m8, sb, start, largeEnd, wp, 0, 0, piece, alone, true);
      largeEnd = start;
      continue;
    }
    if (wp !== base) {
      wp -= ENTRY;
      const start = m[wp];
      const end = start + m[wp + 1];
      if (end - start <= piece) {
        wp = scanRun(m, m8, sb, start, end, wp, base, base + room, piece, alone, false);
      } else {
        largeStart = start;
        largeEnd = end;
      }
      continue;
    }
    m[mp + M.at.heartbeat]++;
    if (stash !== 0) {
      putempty(m, mp, wbuf);
      wbuf = stash;
      stash = m[wbuf + STASHLINK];
    } else {
      flushPending(m, sb);
      if (!keepworking) {
        putempty(m, mp, wbuf);
        return;
      }
      wbuf = getfull(m, mp, wbuf);
      if (wbuf === 0) return;
    }
    wp = objAt(wbuf, m[wbuf + WORKBUF_NOBJ]);
  }
}

/**
 * Moves the entries from `first` up to `wp`, the top of another buffer, into a new one, and keeps the
 * entries below. Keeping all would bring the buffer back full, to be put away at its next object.
 */
function takeAbove(m: Mem, mp: MRef, first: Ref, wp: Ref): WorkbufRef {
  const above = getempty(m, mp, 0);
  m.copyWithin(objAt(above, 0), first, wp);
  m[above + WORKBUF_NOBJ] = (wp - first) / ENTRY;
  return above;
}

/**
 * Hands off every second entry of `wbuf`, whose top is `wp`; the others move down.
 * @returns the new top
 */
function giveEverySecond(m: Mem, mp: MRef, wbuf: WorkbufRef, wp: Ref): Ref {
  const started = records(m) ? nanotime() : 0;
  const given = getempty(m, mp, 0);
  const base = objAt(wbuf, 0);
  let to = objAt(given, 0);
  let kept = base;
  for (let from = base; from < wp; from += 2 * ENTRY) {
    m[to] = m[from];
    m[to + 1] = m[from + 1];
    to += ENTRY;
    if (from + ENTRY === wp) break;
    m[kept] = m[from + ENTRY];
    m[kept + 1] = m[from + ENTRY + 1];
    kept += ENTRY;
  }
  const count = (to - objAt(given, 0)) / ENTRY;
  m[given + WORKBUF_NOBJ] = count;
  countHandoff(m, mp, count);
  if (records(m)) recordPut(m, mp, given, MOMENT.give);
  lfstackpush(m, FULL, given);
  if (records(m)) within(m, mp, WITHIN.handoff, 0, count, started);
  return kept;
}

/** Pushes a full buffer on `full`, for a waiting M. */
function giveBuffer(m: Mem, mp: MRef, wbuf: WorkbufRef): void {
  const started = records(m) ? nanotime() : 0;
  const count = m[wbuf + WORKBUF_NOBJ];
  countHandoff(m, mp, count);
  if (records(m)) recordPut(m, mp, wbuf, MOMENT.give);
  lfstackpush(m, FULL, wbuf);
  if (records(m)) within(m, mp, WITHIN.handoff, 0, count, started);
}

/** Pushes [start, end) on `full`, for a waiting M. */
function giveRange(m: Mem, mp: MRef, start: Ref, end: Ref): void {
  const started = records(m) ? nanotime() : 0;
  const wbuf = getempty(m, mp, 0);
  const obj = objAt(wbuf, 0);
  m[obj] = start;
  m[obj + 1] = end - start;
  m[obj + 2] = 0;
  m[wbuf + WORKBUF_NOBJ] = 1;
  if (records(m)) recordPut(m, mp, wbuf, MOMENT.give);
  lfstackpush(m, FULL, wbuf);
  if (records(m)) within(m, mp, WITHIN.handoff, 0, 1, started);
}
