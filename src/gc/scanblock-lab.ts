/**
 * The mark loop to experiment with (`--policy lab`): conservative as Go 1.3's, and each of its
 * means can be chosen by itself. With none chosen it departs from Go 1.3's in two ways: what to
 * do with a pointer is decided where it is found, without a buffer in between; and a thread
 * that marks alone marks as several do, so that a table by threads compares like with like.
 *
 *     worklist --- take a piece ---> ahead --- scan, mark what it points at ---> worklist
 *
 *   - mark: by CAS on the word of the bitmap, or by a plain store of a byte; see scanblock-lab-mark.ts.
 *   - order: which object of the worklist is next; see scanblock-lab-worklist.ts.
 *   - direction: an object's words are read forwards or backwards.
 *   - split: an object of more words is scanned in pieces, which others can take meanwhile.
 *   - prefetch: so many objects are touched ahead of the one that is scanned.
 *
 * The means are constant after boot, and read once for each call.
 */
import { byteView, type Mem8 } from '../memory/bytes.ts';
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config, DIRECTION, MARK_BY, ORDER } from '../memory/config.ts';
import { PAGE_WORD_SHIFT, PTR_TAG, type Ref } from '../memory/address.ts';
import { addWide } from '../memory/wide.ts';
import { GCStats, M, type MRef } from '../machine/m.ts';
import { BIT_ALLOCATED, BIT_SCAN, GROUP_MASK } from '../heap/bitmap.ts';
import { Span } from '../heap/span.ts';
import { ARENA_USED } from '../malloc/mheap.ts';
import { NO_BLOCK, findBlock } from './block.ts';
import { casMark } from './mark.ts';
import { PTRBUF_CAP, ScanBuf, scanbufOf } from './scanbuf.ts';
import { flushPending } from './scan-run.ts';
import { markByByte } from './scanblock-lab-mark.ts';
import { giveWork, openWorklist, putObject, refillWorklist, takeObject } from './scanblock-lab-worklist.ts';
import { Obj, getempty, type WorkbufRef } from './work.ts';

const BYTES_SCANNED = M.at.gcstats + GCStats.at.bytesScanned;
const ARENA = CONFIG + Config.at.arenaStart;
const SPAN_MAP = CONFIG + Config.at.spanMap;
const MARK = CONFIG + Config.at.labMark;
const ORDER_OF = CONFIG + Config.at.labOrder;
const DIRECTION_OF = CONFIG + Config.at.labDirection;
const SPLIT = CONFIG + Config.at.labSplit;
const PREFETCH = CONFIG + Config.at.labPrefetch;
const { elemsize: ELEMSIZE } = Span.at;
const { marked: MARKED, piece: PIECE, pieceWords: PIECE_WORDS, obj: RING, oldest: OLDEST, nahead: NAHEAD } = ScanBuf.at;

// Local names: V8 folds these, and not those of another module.
const ALLOCATED = BIT_ALLOCATED;
const SCANNED = BIT_SCAN;
const IN_GROUP = GROUP_MASK;
const NOWHERE = NO_BLOCK;
const PAGE = PAGE_WORD_SHIFT;
const TAG = PTR_TAG;
const ARENA_END = ARENA_USED;

/** More than any object has. */
const WHOLE = 2 ** 30;
/** Slots of the ring of objects touched ahead. */
const RING_SLOTS = PTRBUF_CAP;
/** One slot more is taken before the oldest is scanned. */
export const MAX_PREFETCH = RING_SLOTS - 1;

/** As scanblock, for the 64-bit machine. */
export function scanblockLab(m: Mem, mp: MRef, work: WorkbufRef, keepworking: boolean): void {
  const byByte = m[MARK] === MARK_BY.byte;
  const fifo = m[ORDER_OF] === ORDER.fifo;
  const backwards = m[DIRECTION_OF] === DIRECTION.backwards;
  const split = m[SPLIT] === 0 ? WHOLE : m[SPLIT];
  const distance = m[PREFETCH];
  const m8 = byteView(m);
  const sb = scanbufOf(mp);
  let scanned = 0;
  openWorklist(m, mp, sb, fifo, work === 0 ? getempty(m, mp, 0) : work);
  for (;;) {
    giveWork(m, mp, sb, fifo);
    if (nextPiece(m, mp, sb, fifo, backwards, split, distance)) {
      scanned += m[sb + PIECE_WORDS];
      scanPiece(m, m8, mp, sb, m[sb + PIECE], m[sb + PIECE_WORDS], byByte, fifo, backwards);
    } else {
      flushPending(m, sb);
      if (!refillWorklist(m, mp, sb, fifo, keepworking)) break;
    }
  }
  addWide(m, mp + BYTES_SCANNED, scanned * 4);
}

/**
 * Chooses what is scanned next: the object that was touched `distance` others ago, or what the
 * worklist has next if nothing is to be touched ahead.
 * @returns false once nothing is left
 */
function nextPiece(m: Mem, mp: MRef, sb: Ref, fifo: boolean, backwards: boolean, split: number, distance: number): boolean {
  if (distance === 0) return takePiece(m, mp, sb, fifo, backwards, split);
  while (m[sb + NAHEAD] <= distance && takePiece(m, mp, sb, fifo, backwards, split)) touchAhead(m, sb, backwards);
  return takeAhead(m, sb);
}

/**
 * Takes an object from the worklist. Of one that is too large it leaves halves there, the larger
 * ones below, until a piece remains: whoever takes half does the same with it.
 */
function takePiece(m: Mem, mp: MRef, sb: Ref, fifo: boolean, backwards: boolean, split: number): boolean {
  const obj = takeObject(m, mp, sb, fifo);
  if (obj === 0) return false;
  let piece = m[obj];
  let words = m[obj + 1];
  while (words > split) {
    // Pieces begin at a heap word, which is two of ours.
    const half = (words >> 2) << 1;
    if (backwards) {
      putObject(m, mp, sb, fifo, piece, half);
      piece += half;
      words -= half;
    } else {
      putObject(m, mp, sb, fifo, piece + half, words - half);
      words = half;
    }
  }
  m[sb + PIECE] = piece;
  m[sb + PIECE_WORDS] = words;
  return true;
}

/**
 * Puts the piece taken last into the ring, and loads the word of it that is scanned first, so that
 * its cache line is there by then. There is no prefetch in JavaScript; a load whose value goes
 * nowhere would be left out by V8, so the ring keeps it.
 */
function touchAhead(m: Mem, sb: Ref, backwards: boolean): void {
  const slot = ringSlot(m, sb, m[sb + NAHEAD]);
  const piece = m[sb + PIECE];
  const words = m[sb + PIECE_WORDS];
  m[slot] = piece;
  m[slot + 1] = words;
  m[slot + 2] = m[backwards ? piece + words - 2 : piece];
  m[sb + NAHEAD]++;
}

/** The oldest of the ring is scanned next. */
function takeAhead(m: Mem, sb: Ref): boolean {
  if (m[sb + NAHEAD] === 0) return false;
  const slot = ringSlot(m, sb, 0);
  m[sb + PIECE] = m[slot];
  m[sb + PIECE_WORDS] = m[slot + 1];
  m[sb + OLDEST] = (m[sb + OLDEST] + 1) % RING_SLOTS;
  m[sb + NAHEAD]--;
  return true;
}

/** The slot `i` places behind the oldest. */
function ringSlot(m: Mem, sb: Ref, i: number): Ref {
  return sb + RING + ((m[sb + OLDEST] + i) % RING_SLOTS) * Obj.words;
}

/** Marks what the words from `start` on point at, and puts what may hold pointers on the worklist. */
function scanPiece(m: Mem, m8: Mem8, mp: MRef, sb: Ref, start: Ref, words: number, byByte: boolean, fifo: boolean, backwards: boolean): void {
  const arena = m[ARENA];
  const used = (m[ARENA_END] - arena) | 0;
  const spanMap = m[SPAN_MAP];
  const first = start | 0;
  let end = (first + words) | 0;
  let marked = 0;
  // Most objects hold their pointers first: what follows is skipped two words at a time.
  while (((end - 4) | 0) >= first && (m[(end - 1) | 0] | m[(end - 3) | 0]) === 0) end = (end - 4) | 0;
  const step = backwards ? -2 : 2;
  let i = backwards ? (end - 2) | 0 : first;
  for (let left = (end - first) >> 1; left > 0; left = (left - 1) | 0, i = (i + step) | 0) {
    if (m[(i + 1) | 0] !== TAG) continue;
    // To its word: the arena starts on a page, and heap words are two of ours.
    const off = (((m[i] >>> 2) & ~1) - arena) | 0;
    if (off < 0 || off >= used) continue;
    const block = blockAt(m, arena, off) | 0;
    if (block === NOWHERE) continue;
    const word = (arena - ((block >> 5) << 1) - 1) | 0;
    const shift = (block >> 1) & IN_GROUP;
    const scan = ((m[(word - 1) | 0] >>> shift) & SCANNED) !== 0;
    const size = scan || byByte ? m[(m[(spanMap + (block >> PAGE)) | 0] + ELEMSIZE) | 0] >>> 2 : 0;
    const isNew = byByte ? markByByte(m, m8, mp, sb, word, shift, size, scan) : casMark(m, mp, word, 1 << (shift + (shift & 12)));
    if (!isNew) continue;
    marked = (marked + 1) | 0;
    if (scan) putObject(m, mp, sb, fifo, (arena + block) | 0, size);
  }
  m[sb + MARKED] += marked;
}

/** The start of the allocated block that the word at `off` lies in; both count from the arena's start. */
function blockAt(m: Mem, arena: Ref, off: number): number {
  const bits = bitsAt(m, arena, off);
  if ((bits & ALLOCATED) !== 0) return off;
  if ((bits & SCANNED) !== 0) return NOWHERE;
  const block = findBlock(m, off);
  return block === NOWHERE || (bitsAt(m, arena, block) & ALLOCATED) === 0 ? NOWHERE : block;
}

/** The bits of the heap word at `off`, lowest first. */
function bitsAt(m: Mem, arena: Ref, off: number): number {
  return m[(arena - ((off >> 5) << 1) - 2) | 0] >>> ((off >> 1) & IN_GROUP);
}
