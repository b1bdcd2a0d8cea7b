/**
 * Setting mark bits.
 *
 *   1. Find the start of the block: the pointer's own bits, those before it in the same bitmap
 *      word, or the span (block.ts).
 *   2. If its mark bit is clear, set it: plainly if one M marks, otherwise by a CAS of the word,
 *      which holds the marks of 16 heap words.
 *   3. The M whose store or CAS has set the bit is the one that enqueues the block.
 *
 * Invariant: exactly one M wins each block of a cycle. Source: markonly and the marking half of
 * flushptrbuf in Go 1.3's mgc0.c; flushptrbuf here is in flush.ts, with the same steps inlined.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { refOf } from '../memory/pointer.ts';
import { racyLoad } from '../sync/racy.ts';
import { GCStats, M, type MRef } from '../machine/m.ts';
import { BIT_ALLOCATED, BIT_MARKED, BIT_SCAN, GROUP_MASK, GROUP_SHIFT, markShift } from '../heap/bitmap.ts';
import { NO_BLOCK, findBlock } from './block.ts';
import { countsWork } from './collect-stats.ts';
import { LOOKUP, countLookup } from './count-scan.ts';
import { ScanBuf } from './scanbuf.ts';
import { NPROC } from './work.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_WORDS = CONFIG + Config.at.ptrWords;
const CAS_FAILED = M.at.gcstats + GCStats.at.casFailed;
const { marked: MARKED } = ScanBuf.at;

/**
 * Sets the bit `mark` in the bitmap word `word`: by CAS, or plainly if this M marks `alone`. Returns false if it is set
 * already.
 */
export function setMark(m: Mem, mp: MRef, word: Ref, mark: number, alone: boolean): boolean {
  if (!alone) return casMark(m, mp, word, mark);
  const marks = m[word];
  if ((marks & mark) !== 0) return false;
  m[word] = marks | mark;
  return true;
}

/** Sets the bit `mark` in the bitmap word `word`, beside which other Ms may mark. Returns false if it is set already. */
export function casMark(m: Mem, mp: MRef, word: Ref, mark: number): boolean {
  for (;;) {
    // The load may be stale: a stale value only makes the CAS fail.
    const marks = racyLoad(m, word);
    if ((marks & mark) !== 0) return false;
    if (Atomics.compareExchange(m, word, marks, marks | mark) === marks) return true;
    // The lower word alone: no cycle has 2^32 failures, and the loop of the mark calls nothing then.
    m[mp + CAS_FAILED] = (m[mp + CAS_FAILED] + 1) | 0;
  }
}

/**
 * Marks the block that the pointer with low word `p` points at or into, without enqueuing it
 * (Go's markonly).
 * @returns true if this M was the first to mark it
 */
export function markonly(m: Mem, mp: MRef, sb: Ref, p: number): boolean {
  if (countsWork(m)) countLookup(m, mp, p, LOOKUP.markonly);
  const arena = m[ARENA];
  const wordShift = m[PTR_WORDS] - 1;
  let off = (refOf(m, p) - arena) & ~wordShift;
  let b = arena - ((off >> (GROUP_SHIFT + wordShift)) << 1) - 2;
  let shift = (off >> wordShift) & GROUP_MASK;
  if (((m[b] >>> shift) & (BIT_ALLOCATED | BIT_SCAN)) === 0) {
    off = findBlock(m, off);
    if (off === NO_BLOCK) return false;
    b = arena - ((off >> (GROUP_SHIFT + wordShift)) << 1) - 2;
    shift = (off >> wordShift) & GROUP_MASK;
  }
  if (((m[b] >>> shift) & BIT_ALLOCATED) === 0) return false;
  const mark = BIT_MARKED << markShift(shift);
  if (!setMark(m, mp, b + 1, mark, m[NPROC] === 1)) return false;
  m[sb + MARKED]++;
  return true;
}
