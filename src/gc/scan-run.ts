/**
 * The inner part of the tuned mark loop.
 *
 *   1. Read the words of an object. Skip those that are no pointers, or whose hint is set.
 *   2. Mark the block pointed at, by a byte store, an atomic or, or a gathered mark (gatherMark).
 *   3. Push it if it may hold pointers. Scan the object found last next, without the stack.
 *   4. Return when the stack is empty or full, or after so many blocks.
 *
 * It uses only integers, locals and words of the memory, so that src/compiled can compile it to
 * WebAssembly. It also runs as JavaScript.
 */
import type { Mem8 } from '../memory/bytes.ts';
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PAGE_WORD_SHIFT, PTR_TAG, type Ref } from '../memory/address.ts';
import { tagMask } from '../memory/pointer.ts';
import { racyLoad, racyLoadByte, racyStore, racyStoreByte } from '../sync/racy.ts';
import { BIT_ALLOCATED, BIT_SCAN } from '../heap/bitmap.ts';
import { Span } from '../heap/span.ts';
import { ARENA_USED } from '../malloc/mheap.ts';
import { NO_BLOCK, findBlock } from './block.ts';
import { ScanBuf } from './scanbuf.ts';
import { Obj, othersWait } from './work.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_SHIFT = CONFIG + Config.at.ptrShift;
const SPAN_MAP = CONFIG + Config.at.spanMap;
const HINTS = CONFIG + Config.at.hints;
const HANDOFF_THRESHOLD = CONFIG + Config.at.handoffThreshold;
const { elemsize: ELEMSIZE } = Span.at;
const { marked: MARKED, pendingWord: PENDING_WORD, pending: PENDING } = ScanBuf.at;

// Local names: V8 folds these, and not those of another module.
const ALLOCATED = BIT_ALLOCATED;
const SCANNED = BIT_SCAN;
const TAG = PTR_TAG;
const PAGE = PAGE_WORD_SHIFT;
const ENTRY = Obj.words;
const ARENA_END = ARENA_USED;

/**
 * Blocks marked in one call. A long loop stays in V8's on-stack-replacement code, which folds no
 * constants; a function that is called often does not.
 */
const RUN = 4096;
/** Objects of at most this many words, plus two, are read slot by slot. */
const FEW = 6;
/** Words of the commonest objects. */
const TWO_SLOTS = 4;
const FOUR_SLOTS = 8;

/**
 * Scans [first, last), then pops and scans what lies on the work stack between `base` and
 * `top`, until the stack reaches `room`. `only`: scans just the range and leaves what it leads to
 * on the stack. Objects of more than `piece` words are left to the caller. `alone`: no other M marks.
 *
 * All arithmetic ends in `| 0` and all parameters begin with it: V8 then keeps what it counts in
 * registers, untagged, and looks for no overflow.
 * @returns the stack's new top
 */
export function scanRun(m: Mem, m8: Mem8, sb: Ref, first: Ref, last: Ref, top: Ref, base: Ref, room: Ref, piece: number, alone: boolean, only: boolean): Ref {
  const arena = m[ARENA];
  const used = (m[ARENA_END] - arena) | 0;
  const spanMap = m[SPAN_MAP];
  const hints = m[HINTS];
  const ptrShift = m[PTR_SHIFT];
  const tagBits = tagMask(m);
  const bottom = base | 0;
  const most = room | 0;
  const longest = piece | 0;
  // With more than this on the stack, half could be handed off to a waiting M.
  const shareable = (bottom + m[HANDOFF_THRESHOLD] * ENTRY) | 0;
  let start = first | 0;
  let end = last | 0;
  let wp = top | 0;
  let marked = 0;
  // Words of the block found last.
  let size = 0;
  for (;;) {
    // The object found last is scanned next; it needs no way through memory.
    let next = 0;
    let nextWords = 0;
    let i = (end - 2) | 0;
    // Most objects hold their pointers first: what follows is skipped two words at a time.
    if (((i - start) | 0) > FEW) while (((i - 2) | 0) >= start && (m[(i + 1) | 0] | m[(i - 1) | 0]) === 0) i = (i - 4) | 0;
    for (; i >= start; i = (i - 2) | 0) {
      if ((m[(i + 1) | 0] & tagBits) !== TAG) {
        if (((i - 6) | 0) >= start && (m[(i + 1) | 0] | m[(i - 1) | 0] | m[(i - 3) | 0] | m[(i - 5) | 0]) === 0) i = (i - 6) | 0;
        continue;
      }
      // To its word: the arena starts on a page, and heap words are two of ours.
      let ref = (m[i] >>> ptrShift) & ~1;
      const off = (ref - arena) | 0;
      if (off < 0 || off >= used) continue;
      const hintWord = (hints + (off >> 7)) | 0;
      const hint = 1 << (off >> 2);
      // Racy, as is the store of it: a lost hint costs a second look.
      const known = racyLoad(m, hintWord);
      if ((known & hint) !== 0) continue;
      const shift = (off >> 1) & 15;
      const word = (arena - ((off >> 5) << 1) - 1) | 0;
      const starts = m[(word - 1) | 0];
      const bits = starts >> shift;
      if ((bits & ALLOCATED) === 0) {
        if ((bits & SCANNED) !== 0) continue;
        ref = markInterior(m, sb, off) | 0;
        if (ref === 0) continue;
        size = m[(m[(spanMap + ((ref - arena) >> PAGE)) | 0] + ELEMSIZE) | 0] >>> 2;
      } else {
        // Hint: this block is marked or about to be. A thread that sees it may skip the block. Two
        // blocks that share these 16 bytes get no hint, nor does one without pointers.
        if ((bits & SCANNED) !== 0 && ((shift | (bits >> 1)) & 1) === 0) racyStore(m, hintWord, known | hint);
        if (alone) {
          // By the byte: a load of the word would have to wait for the mark of the block before.
          const byte = word * 4 + (shift >> 2);
          const mark = 1 << (shift & 3);
          const marks = m8[byte];
          if ((marks & mark) !== 0) continue;
          m8[byte] = marks | mark;
        } else if (((shift & 3) | ((bits & 15) ^ 1)) === 0) {
          // The block begins 32 bytes, and no other begins in them: its mark's byte is its own. Racy:
          // two Ms that find it unmarked both store the same and scan it. Atomics on the word leave this
          // byte alone on every processor, though ECMAScript does not promise it.
          const byte = word * 4 + (shift >> 2);
          if (racyLoadByte(m, m8, byte) !== 0) continue;
          racyStoreByte(m, m8, byte, 1);
        } else if ((bits & SCANNED) === 0) {
          if (!gatherMark(m, sb, word, 1 << (shift + (shift & 12)))) continue;
        } else if (((starts >> (shift & 12)) & 15) === 1 << (shift & 3)) {
          // Alone in these 32 bytes, as before, but not at their beginning: shifts cost.
          const byte = word * 4 + (shift >> 2);
          if (racyLoadByte(m, m8, byte) !== 0) continue;
          racyStoreByte(m, m8, byte, 1 << (shift & 3));
        } else {
          // Racy: a mark not seen here is found by the atomic.
          const mark = 1 << (shift + (shift & 12));
          if ((racyLoad(m, word) & mark) !== 0 || (Atomics.or(m, word, mark) & mark) !== 0) continue;
        }
        marked = (marked + 1) | 0;
        if ((bits & SCANNED) === 0) continue;
        // Seldom another: so guessed, the next object can be read before the span has been.
        const words = m[(m[(spanMap + (off >> PAGE)) | 0] + ELEMSIZE) | 0] >>> 2;
        if (words !== size) size = words;
      }
      // Everything that a large object points at is pushed. An object of two or four slots is not
      // pushed if it holds no pointer.
      if (only && (size === TWO_SLOTS || size === FOUR_SLOTS) && (m[(ref + 1) | 0] | m[(ref + 3) | 0]) === 0 && (size === TWO_SLOTS || (m[(ref + 5) | 0] | m[(ref + 7) | 0]) === 0)) continue;
      if (next !== 0) {
        m[wp] = next;
        m[(wp + 1) | 0] = nextWords;
        wp = (wp + ENTRY) | 0;
      }
      next = ref;
      nextWords = size;
    }
    if (next === 0) {
      if (only || wp === bottom || wp > most) break;
      wp = (wp - ENTRY) | 0;
      next = m[wp];
      nextWords = m[(wp + 1) | 0];
    }
    if (only || nextWords > longest || wp > most || marked > RUN || (!alone && wp > shareable && othersWait(m))) {
      m[wp] = next;
      m[(wp + 1) | 0] = nextWords;
      wp = (wp + ENTRY) | 0;
      break;
    }
    start = next;
    end = (next + nextWords) | 0;
  }
  m[sb + MARKED] += marked;
  return wp;
}

/**
 * Marks the block that the word at `off` lies in.
 * @returns the block if it is to be scanned, or 0
 */
function markInterior(m: Mem, sb: Ref, off: number): Ref {
  const block = findBlock(m, off);
  if (block === NO_BLOCK) return 0;
  const arena = m[ARENA];
  const shift = (block >> 1) & 15;
  const word = arena - ((block >> 5) << 1) - 1;
  const bits = m[word - 1] >>> shift;
  if ((bits & ALLOCATED) === 0) return 0;
  const mark = 1 << (shift + (shift & 12));
  if ((Atomics.or(m, word, mark) & mark) !== 0) return 0;
  m[sb + MARKED]++;
  return (bits & SCANNED) === 0 ? 0 : arena + block;
}

/**
 * Adds the mark of a block without pointers, for which no order matters, to the gathered marks of its
 * bitmap word.
 * @returns false if it was marked already
 */
export function gatherMark(m: Mem, sb: Ref, word: Ref, mark: number): boolean {
  // Racy: a mark not seen here is written once more.
  if ((racyLoad(m, word) & mark) !== 0) return false;
  if (m[sb + PENDING_WORD] !== word) {
    flushPending(m, sb);
    m[sb + PENDING_WORD] = word;
    m[sb + PENDING] = mark;
    return true;
  }
  if ((m[sb + PENDING] & mark) !== 0) return false;
  m[sb + PENDING] |= mark;
  return true;
}

/** Puts the gathered marks into the bitmap. */
export function flushPending(m: Mem, sb: Ref): void {
  if (m[sb + PENDING_WORD] === 0) return;
  Atomics.or(m, m[sb + PENDING_WORD], m[sb + PENDING]);
  m[sb + PENDING_WORD] = 0;
}
