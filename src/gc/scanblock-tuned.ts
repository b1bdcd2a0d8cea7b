/**
 * The mark loop made for speed. It departs from Go 1.3's in these ways, each measured in
 * docs/performance.md:
 *
 *   - What to do with a pointer is decided where it is found, without a buffer in between.
 *   - Words are scanned from the last to the first: with a stack of work, a heap allocated in
 *     pre-order is then walked in order.
 *   - A dense filter of hints, one bit for each 16 bytes, says "points at something marked"
 *     before bitmap and span are looked at. Races only lose hints.
 *   - A block of 32 bytes or more is marked by a plain store of a byte that is all its own:
 *     two Ms that mark it at once both scan it, which does no harm. Marks of smaller blocks
 *     without pointers are gathered per bitmap word; nobody needs to know who was first.
 *   - A large object is scanned a chunk at a time, and what is left of it can be shared.
 */
import { byteView } from '../memory/bytes.ts';
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PAGE_WORD_SHIFT, PTR_TAG, type Ref } from '../memory/address.ts';
import { racyLoad } from '../sync/racy.ts';
import { lfstackpush } from '../sync/lfstack.ts';
import { M, type MRef } from '../machine/m.ts';
import { BIT_ALLOCATED, BIT_SCAN } from '../heap/bitmap.ts';
import { Span } from '../heap/span.ts';
import { ARENA_USED } from '../malloc/mheap.ts';
import { NO_BLOCK, findBlock } from './block.ts';
import { ScanBuf, scanbufOf } from './scanbuf.ts';
import { FULL, NPROC, XNWAIT, getempty, getfull, handoff, objAt, putempty, workbufStruct, type WorkbufRef } from './work.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const SPAN_MAP = CONFIG + Config.at.spanMap;
const HINTS = CONFIG + Config.at.hints;
const WORKBUF_CAP = CONFIG + Config.at.workbufCap;
const HANDOFF_THRESHOLD = CONFIG + Config.at.handoffThreshold;
const { elemsize: ELEMSIZE } = Span.at;
const { marked: MARKED } = ScanBuf.at;
const { nobj: WORKBUF_NOBJ } = workbufStruct(1).at;

/** Words of a large object scanned before the others are looked at: 128 KB. */
const CHUNK = 1 << 15;
/** From this many words on, a block's mark has a byte of its own. */
const OWN_BYTE_WORDS = 8;
/** Blocks under four words share their 16 bytes, so a hint would speak for a neighbour. */
const HINT_WORDS = 4;
/** An object with at least so many words is looked through in groups of four pointers. */
const GROUPED_WORDS = 16;

/** Before each cycle: nothing is known to be marked. */
export function clearHints(m: Mem): void {
  const used = m[ARENA_USED] - m[ARENA];
  m.fill(0, m[HINTS], m[HINTS] + (used >> 7));
}

/** As scanblock, for the 64-bit machine. */
export function scanblockTuned(m: Mem, mp: MRef, work: WorkbufRef, keepworking: boolean): void {
  const m8 = byteView(m);
  const arena = m[ARENA];
  const used = m[ARENA_USED] - arena;
  const spanMap = m[SPAN_MAP];
  const hints = m[HINTS];
  const cap = m[WORKBUF_CAP];
  const threshold = m[HANDOFF_THRESHOLD];
  const alone = m[NPROC] === 1;
  let marked = 0;
  let wbuf = work === 0 ? getempty(m, mp, 0) : work;
  let base = objAt(wbuf, 0);
  let wp = objAt(wbuf, m[wbuf + WORKBUF_NOBJ]);
  let limit = objAt(wbuf, cap);
  // What is left of the large object being scanned.
  let largeStart = 0;
  let largeEnd = 0;
  // Marks of small pointer-free blocks not yet in the bitmap.
  let pendingWord = 0;
  let pending = 0;
  for (;;) {
    if (!alone && racyLoad(m, XNWAIT) > 0 && racyLoad(m, FULL) === 0) {
      if (largeEnd - largeStart > 2 * CHUNK) {
        const half = largeStart + (((largeEnd - largeStart) >> 2) << 1);
        giveRange(m, mp, half, largeEnd);
        largeEnd = half;
      } else if (wp - base > threshold * 3) {
        wbuf = handoff(m, mp, wbuf, (wp - base) / 3);
        base = objAt(wbuf, 0);
        wp = objAt(wbuf, m[wbuf + WORKBUF_NOBJ]);
        limit = objAt(wbuf, cap);
      }
    }
    let start = 0;
    let end = 0;
    if (largeStart !== largeEnd) {
      end = largeEnd;
      start = largeEnd - largeStart > CHUNK ? largeEnd - CHUNK : largeStart;
      largeEnd = start;
    } else {
      if (wp === base) {
        if (pendingWord !== 0) {
          if (alone) m[pendingWord] |= pending;
          else Atomics.or(m, pendingWord, pending);
          pendingWord = 0;
        }
        m[mp + M.at.heartbeat]++;
        if (!keepworking) {
          putempty(m, wbuf);
          break;
        }
        wbuf = getfull(m, mp, wbuf);
        if (wbuf === 0) break;
        base = objAt(wbuf, 0);
        wp = objAt(wbuf, m[wbuf + WORKBUF_NOBJ]);
        limit = objAt(wbuf, cap);
        continue;
      }
      wp -= 3;
      start = m[wp];
      end = start + m[wp + 1];
      if (end - start > CHUNK) {
        largeStart = start;
        largeEnd = end;
        continue;
      }
    }
    const grouped = end - start >= GROUPED_WORDS;
    for (let i = end - 2; i >= start; i -= 2) {
      if (m[i + 1] !== PTR_TAG) {
        if (grouped && i - 6 >= start && (m[i + 1] | m[i - 1] | m[i - 3] | m[i - 5]) === 0) i -= 6;
        continue;
      }
      let off = (m[i] >>> 2) - arena;
      if (off >>> 0 >= used) continue;
      const hintWord = hints + (off >> 7);
      const hint = m[hintWord];
      const hintBit = 1 << (off >> 2);
      if ((hint & hintBit) !== 0) continue;
      let b = arena - ((off >> 5) << 1) - 2;
      let shift = (off >> 1) & 15;
      let bits = m[b] >>> shift;
      if ((bits & (BIT_ALLOCATED | BIT_SCAN)) === 0) {
        off = findBlock(m, off & ~1);
        if (off === NO_BLOCK) continue;
        b = arena - ((off >> 5) << 1) - 2;
        shift = (off >> 1) & 15;
        bits = m[b] >>> shift;
      }
      if ((bits & BIT_ALLOCATED) === 0) continue;
      const words = m[m[spanMap + (off >> PAGE_WORD_SHIFT)] + ELEMSIZE] >> 2;
      // Racy, as is the store of it: a lost hint costs a second look.
      if (words >= HINT_WORDS) m[hintWord] = hint | hintBit;
      const mark = 1 << (shift + (shift & 12));
      const word = b + 1;
      let marks = racyLoad(m, word);
      if (word === pendingWord) marks |= pending;
      if ((marks & mark) !== 0) continue;
      if (alone) {
        m[word] |= mark;
      } else if (words >= OWN_BYTE_WORDS) {
        m8[(word << 2) + (shift >> 2)] = 1 << (shift & 3);
      } else if ((bits & BIT_SCAN) === 0) {
        if (word === pendingWord) pending |= mark;
        else {
          if (pendingWord !== 0) Atomics.or(m, pendingWord, pending);
          pendingWord = word;
          pending = mark;
        }
      } else if ((Atomics.or(m, word, mark) & mark) !== 0) {
        continue;
      }
      marked++;
      if ((bits & BIT_SCAN) === 0) continue;
      if (wp === limit) {
        m[wbuf + WORKBUF_NOBJ] = cap;
        wbuf = getempty(m, mp, wbuf);
        base = objAt(wbuf, 0);
        wp = base;
        limit = objAt(wbuf, cap);
      }
      m[wp] = arena + off;
      m[wp + 1] = words;
      m[wp + 2] = 0;
      wp += 3;
    }
  }
  m[scanbufOf(mp) + MARKED] += marked;
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
