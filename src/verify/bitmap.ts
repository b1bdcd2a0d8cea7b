/**
 * Compares the bitmap with the blocks. Each group of 16 heap words has two words, downwards from the
 * arena's start:
 *
 *     high   0000 mark 15-12 | 0000 mark 11-8 | 0000 mark 7-4 | 0000 mark 3-0
 *     low    scan 15-0 | allocated 15-0
 *
 * With `--policy spans` the four zeros above marks hold scan bits during a mark; span-marks.ts checks them.
 * A block with its scan bit but without its allocated bit is one that the collector must not touch.
 */
import { CONFIG, Config } from '../memory/config.ts';
import { POLICY } from '../gc/policy.ts';
import { MARKS } from '../gc/spans/state.ts';
import { isBoundary } from './blocks.ts';
import type { Findings } from './problems.ts';
import { hasBit, nameBlock, nameWord, type HeapView } from './view.ts';

/**
 * Compares allocated, scan and mark bits.
 * @param marks bit set of the blocks that must be marked; null for none
 * @param floats others may be marked, too: they were reachable, or were allocated, while the program ran beside the mark
 * @returns the number of allocated blocks that must be marked and are not
 */
export function checkBitmap(h: HeapView, out: Findings, marks: Int32Array | null, floats = false): number {
  const { m, arena, starts, free } = h;
  const groups = h.bitWords * 2;
  const compared = marks !== null && m[CONFIG + Config.at.policy] === POLICY.spans ? MARKS : -1;
  let lost = 0;
  for (let g = 0; g < groups; g++) {
    const shift = (g & 1) << 4;
    const word = g >> 1;
    const low = m[arena - 2 * g - 2];
    const high = m[arena - 2 * g - 1] & compared;
    const starts16 = (starts[word] >>> shift) & 0xffff;
    const used16 = starts16 & ~(free[word] >>> shift);
    const marks16 = marks === null ? 0 : (marks[word] >>> shift) & 0xffff;
    if ((low & 0xffff) !== starts16 || ((low >>> 16) & ~used16) !== 0) explainLow(h, out, g, low, starts16, used16);
    if (high !== spread(marks16)) lost += explainMarks(h, out, g, high, marks16, marks !== null, floats);
  }
  out.checks += groups * 16;
  return lost;
}

/** Spreads 16 marks over a mark word, four to a byte. */
export function spread(marks: number): number {
  return (marks & 0xf) | ((marks & 0xf0) << 4) | ((marks & 0xf00) << 8) | ((marks & 0xf000) << 12);
}

function explainLow(h: HeapView, out: Findings, g: number, low: number, starts16: number, used16: number): void {
  for (let j = 0; j < 16; j++) {
    const allocated = (low >>> j) & 1;
    const scan = (low >>> (j + 16)) & 1;
    const isStart = (starts16 >>> j) & 1;
    const isUsed = (used16 >>> j) & 1;
    const off = (16 * g + j) << h.shift;
    const isUntouchable = allocated === 0 && scan === 1 && isUsed === 1;
    if (allocated !== isStart && !isUntouchable) {
      out.add('BITMAP_ALLOCATED', () =>
        isStart ? `block ${nameBlock(h, off)} lacks its allocated bit` : `${nameWord(h, h.arena + off)} has an allocated bit, but no block starts there`,
      );
    } else if (scan === 1 && isUsed === 0) {
      out.add('BITMAP_SCAN', () =>
        isStart ? `free block ${nameBlock(h, off)} has a scan bit` : `${nameWord(h, h.arena + off)} has a scan bit, but no block starts there`,
      );
    }
  }
}

function explainMarks(h: HeapView, out: Findings, g: number, high: number, marks16: number, marking: boolean, floats: boolean): number {
  let lost = 0;
  for (let j = 0; j < 16; j++) {
    const mark = (high >>> (j + (j & 12))) & 1;
    if (mark === ((marks16 >>> j) & 1)) continue;
    const off = (16 * g + j) << h.shift;
    if (mark === 0) {
      // A stale pointer to a free block need not mark it. path.ts reports the lost blocks.
      if (!hasBit(h, h.free, off)) lost++;
      continue;
    }
    // A pointer to the boundary marks it, and no sweep clears the mark. As in Go, this is harmless.
    if (isBoundary(h, off)) continue;
    if (floats && hasBit(h, h.starts, off)) continue;
    if (marking) out.add('LEAKED_MARK', () => `block ${nameBlock(h, off)} is marked, but no root reaches it`);
    else out.add('MARK_LEFT', () => `block ${nameBlock(h, off)} is still marked after the sweep`);
  }
  if ((high & 0xf0f0f0f0) !== 0) {
    out.add(marking ? 'LEAKED_MARK' : 'MARK_LEFT', () => `the mark word of ${nameWord(h, h.arena + ((16 * g) << h.shift))} has stray bits: 0x${(high >>> 0).toString(16)}`);
  }
  return lost;
}

/** Adds every marked block that is allocated to `h.reached`: garbage that was marked survives, and its sweep is compared with that. */
export function addMarked(h: HeapView): void {
  const { m, arena, starts, free, reached } = h;
  for (let g = 0; g < h.bitWords * 2; g++) {
    const high = m[arena - 2 * g - 1];
    if (high === 0) continue;
    const marks16 = (high & 0xf) | ((high >> 4) & 0xf0) | ((high >> 8) & 0xf00) | ((high >> 12) & 0xf000);
    const word = g >> 1;
    reached[word] |= (marks16 << ((g & 1) << 4)) & starts[word] & ~free[word];
  }
}

/** Reports whether the block at `off` is marked. */
export function isMarked(h: HeapView, off: number): boolean {
  const bit = off >> h.shift;
  const j = bit & 15;
  return ((h.m[h.arena - 2 * (bit >> 4) - 1] >>> (j + (j & 12))) & 1) !== 0;
}
