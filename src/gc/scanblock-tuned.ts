/**
 * The mark loop made for speed. It departs from Go 1.3's in these ways, each measured in
 * docs/explanation/performance.md:
 *
 *   - What to do with a pointer is decided where it is found, without a buffer in between.
 *   - Words are scanned from the last to the first: with a stack of work, a heap allocated in
 *     pre-order is then walked in order.
 *   - A dense filter of hints, one bit for each 16 bytes, says "points at something marked"
 *     before bitmap and span are looked at. Races only lose hints. Blocks without pointers get
 *     none, nor do those that share their 16 bytes with another.
 *   - A block whose mark has a byte for itself, as all of 32 bytes or more have, is marked by a plain
 *     store of it: two Ms that do so at once both scan it, which does no harm. Of the others, and of
 *     those that begin within 32 bytes, those without pointers are gathered per bitmap word; nobody
 *     needs to know who was first.
 *   - Who waits is given every second entry, not the bottom half: of a stack that grew by walking down
 *     a tree that would be nearly all the work, and soon the giver would be the one who waits.
 *   - Buffers that an M has filled stay with it until somebody waits: what it wrote last is in
 *     its own cache.
 *   - A large object is scanned piece by piece, and half of its rest is given to who waits. A
 *     small one that it points at, and that has no pointers, does not go on the stack of work.
 *
 * The inner part is in scan-run.ts, and on threads it runs as WebAssembly made from it.
 */
import { byteView } from '../memory/bytes.ts';
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { lfstackpush } from '../sync/lfstack.ts';
import { M, type MRef } from '../machine/m.ts';
import { ARENA_USED } from '../malloc/mheap.ts';
import { scanRun } from './compiled.ts';
import { flushPending } from './scan-run.ts';
import { scanbufOf } from './scanbuf.ts';
import { FULL, NPROC, Obj, countHandoff, getempty, getfull, objAt, othersWait, putempty, workbufStruct, type WorkbufRef } from './work.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const HINTS = CONFIG + Config.at.hints;
const WORKBUF_CAP = CONFIG + Config.at.workbufCap;
const HANDOFF_THRESHOLD = CONFIG + Config.at.handoffThreshold;
const { nobj: WORKBUF_NOBJ, stashlink: STASHLINK } = workbufStruct(1).at;

const ENTRY = Obj.words;

/** Words scanned without looking up: objects of at most 1 KB, and pieces of larger ones. */
const PIECE = 256;
/** A large object's rest is worth sharing from 64 KB on. */
const SHARED_WORDS = 1 << 14;

/** Before each cycle: nothing is known to be marked. */
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
  // What is left of the large object being scanned, from its end.
  let largeStart = 0;
  let largeEnd = 0;
  // Buffers put aside, linked.
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
 * A buffer with the entries from `first` up to `wp`, the top of another. Those below, not all of it, are put
 * aside: a buffer taken back would else be put aside again at its next object, and so on down to `first`.
 */
function takeAbove(m: Mem, mp: MRef, first: Ref, wp: Ref): WorkbufRef {
  const above = getempty(m, mp, 0);
  m.copyWithin(objAt(above, 0), first, wp);
  m[above + WORKBUF_NOBJ] = (wp - first) / ENTRY;
  return above;
}

/**
 * Puts every second entry of `wbuf`, whose top is `wp`, where others find them; the rest moves down.
 * @returns the new top
 */
function giveEverySecond(m: Mem, mp: MRef, wbuf: WorkbufRef, wp: Ref): Ref {
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
  lfstackpush(m, FULL, given);
  return kept;
}

/** Puts a full buffer where others find it. */
function giveBuffer(m: Mem, mp: MRef, wbuf: WorkbufRef): void {
  countHandoff(m, mp, m[wbuf + WORKBUF_NOBJ]);
  lfstackpush(m, FULL, wbuf);
}

/** Puts [start, end) where others find it. */
function giveRange(m: Mem, mp: MRef, start: Ref, end: Ref): void {
  const wbuf = getempty(m, mp, 0);
  const obj = objAt(wbuf, 0);
  m[obj] = start;
  m[obj + 1] = end - start;
  m[obj + 2] = 0;
  m[wbuf + WORKBUF_NOBJ] = 1;
  lfstackpush(m, FULL, wbuf);
}
