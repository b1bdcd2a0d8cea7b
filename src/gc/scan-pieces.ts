/**
 * The inner part of the lab's mark loop (scanblock-lab.ts).
 *
 *   1. Hand off work if another M waits.
 *   2. Take the next piece: an object, or a part of one that is split.
 *   3. Mark the blocks that it points at, and add those that may hold pointers to the worklist.
 *   4. Return when the worklist is empty, or after so many pieces.
 *
 * It uses only integers, locals and words of the memory, so that src/compiled can compile it to
 * WebAssembly. It also runs as JavaScript.
 */
import type { Mem8 } from '../memory/bytes.ts';
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PAGE_WORD_SHIFT, PTR_TAG, type Ref } from '../memory/address.ts';
import { tagMask } from '../memory/pointer.ts';
import type { MRef } from '../machine/m.ts';
import { BIT_ALLOCATED, BIT_SCAN, GROUP_MASK } from '../heap/bitmap.ts';
import { Span } from '../heap/span.ts';
import { ARENA_USED } from '../malloc/mheap.ts';
import { NO_BLOCK, findBlock } from './block.ts';
import { countScanned } from './count-scan.ts';
import { casMark } from './mark.ts';
import { RUN } from './scan-objects.ts';
import { PTRBUF_CAP, ScanBuf } from './scanbuf.ts';
import { markByByte } from './scanblock-lab-mark.ts';
import { giveWork, putObject, takeObject } from './scanblock-lab-worklist.ts';
import { Obj, othersWait } from './work.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_SHIFT = CONFIG + Config.at.ptrShift;
const SPAN_MAP = CONFIG + Config.at.spanMap;
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

/** Slots of the ring of objects touched ahead. */
const RING_SLOTS = PTRBUF_CAP;
/** One slot more is taken before the oldest is scanned. */
export const MAX_PREFETCH = RING_SLOTS - 1;

/**
 * Scans the pieces of the worklist and what they lead to. The parameters are the machine's choices;
 * see scanblock-lab.ts.
 * @param split words above which an object is scanned in pieces
 * @param distance objects touched ahead
 * @returns false once the worklist is empty, true after RUN pieces
 */
export function scanPieces(m: Mem, m8: Mem8, mp: MRef, sb: Ref, byByte: boolean, fifo: boolean, backwards: boolean, split: number, distance: number): boolean {
  let scanned = 0;
  let pieces = 0;
  let more = true;
  while (pieces < RUN) {
    if (othersWait(m)) giveWork(m, mp, sb, fifo);
    more = nextPiece(m, mp, sb, fifo, backwards, split, distance);
    if (!more) break;
    scanned = (scanned + m[sb + PIECE_WORDS]) | 0;
    scanPiece(m, m8, mp, sb, m[sb + PIECE], m[sb + PIECE_WORDS], byByte, fifo, backwards);
    pieces = (pieces + 1) | 0;
  }
  countScanned(m, mp, scanned);
  return more;
}

/**
 * Chooses the object to scan next: the one touched `distance` objects ago, or the next of the
 * worklist if none is touched ahead.
 * @returns false when none is left
 */
function nextPiece(m: Mem, mp: MRef, sb: Ref, fifo: boolean, backwards: boolean, split: number, distance: number): boolean {
  if (distance === 0) return takePiece(m, mp, sb, fifo, backwards, split);
  while (m[sb + NAHEAD] <= distance && takePiece(m, mp, sb, fifo, backwards, split)) touchAhead(m, sb, backwards);
  return takeAhead(m, sb);
}

/**
 * Takes an object from the worklist. Splits one that is too large: leaves halves on the worklist,
 * the larger ones below, until a piece remains. The M that takes a half splits it further.
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
 * Puts the piece taken last into the ring, and loads its first word so that the cache line is
 * present when the piece is scanned. JavaScript has no prefetch, and V8 drops an unused load, so the
 * ring stores the value.
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

/** Takes the oldest piece of the ring, to be scanned next. */
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

/** Marks the blocks that the words from `start` on point at, and adds those that may hold pointers to the worklist. */
function scanPiece(m: Mem, m8: Mem8, mp: MRef, sb: Ref, start: Ref, words: number, byByte: boolean, fifo: boolean, backwards: boolean): void {
  const arena = m[ARENA];
  const used = (m[ARENA_END] - arena) | 0;
  const spanMap = m[SPAN_MAP];
  const ptrShift = m[PTR_SHIFT];
  const tagBits = tagMask(m);
  const first = start | 0;
  let end = (first + words) | 0;
  let marked = 0;
  // Most objects hold their pointers first: what follows is skipped two words at a time.
  while (((end - 4) | 0) >= first && (m[(end - 1) | 0] | m[(end - 3) | 0]) === 0) end = (end - 4) | 0;
  const step = backwards ? -2 : 2;
  let i = backwards ? (end - 2) | 0 : first;
  for (let left = (end - first) >> 1; left > 0; left = (left - 1) | 0, i = (i + step) | 0) {
    if ((m[(i + 1) | 0] & tagBits) !== TAG) continue;
    // To its word: the arena starts on a page, and heap words are two of ours.
    const off = (((m[i] >>> ptrShift) & ~1) - arena) | 0;
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
