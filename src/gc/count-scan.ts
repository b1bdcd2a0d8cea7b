/** The counts of MarkCounts that need work of their own, kept out of the mark loop. */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { refOf } from '../memory/pointer.ts';
import { addWide } from '../memory/wide.ts';
import { GCStats, M, type MRef } from '../machine/m.ts';
import { BIT_ALLOCATED, BIT_SCAN, GROUP_MASK, GROUP_SHIFT } from '../heap/bitmap.ts';
import { GC, INSTRUCTION_MASK, LOOP, RUN_MASK, RUN_SHIFT, SCAN_ALL, programOf } from '../heap/type.ts';
import { isChan } from './block-type.ts';
import { MarkCounts, collectStatsOf } from './collect-stats.ts';
import { ScanBuf } from './scanbuf.ts';

const BYTES_SCANNED = M.at.gcstats + GCStats.at.bytesScanned;
const ARENA = CONFIG + Config.at.arenaStart;
const PTR_WORDS = CONFIG + Config.at.ptrWords;
const { nobj: NOBJ } = ScanBuf.at;

/** First of three counters: found by the block's own bit, by one in the same bitmap word, by the span. */
export const LOOKUP = { flushptrbuf: MarkCounts.at.flushptrbufFoundbit, markonly: MarkCounts.at.markonlyFoundbit } as const;

/** Counts the block of `n` words at `b`, taken to be scanned as `ti` says. */
export function countBlock(m: Mem, mp: MRef, sb: Ref, n: number, ti: number): void {
  const stats = collectStatsOf(m, mp);
  addWide(m, stats + MarkCounts.at.nbytes, n * 4);
  addWide(m, stats + MarkCounts.at.objSum, m[sb + NOBJ]);
  addWide(m, stats + MarkCounts.at.objCnt, 1);
  const instr = stats + MarkCounts.at.instr;
  if (ti === SCAN_ALL || ti === 0) {
    addWide(m, instr + 2 * GC.defaultPtr, 1);
  } else if (isChan(ti)) {
    addWide(m, instr + 2 * GC.chan, 1);
  } else {
    const program = programOf(ti);
    const times = (ti & LOOP) === 0 || m[program] === 0 ? 1 : Math.floor(n / m[program]);
    countInstructions(m, instr, program + 1, times);
  }
}

/** Counts the instructions from `from` to the end of a value, of `times` values. */
function countInstructions(m: Mem, instr: Ref, from: Ref, times: number): void {
  let pc = from;
  // Arrays within arrays: how often their instructions run beside the value's.
  let inner = 1;
  for (;;) {
    const instruction = m[pc] & INSTRUCTION_MASK;
    // A run counts as the pointers it stands for.
    addWide(m, instr + 2 * instruction, times * inner * (((m[pc] >> RUN_SHIFT) & RUN_MASK) + 1));
    switch (instruction) {
      case GC.end:
        return;
      case GC.arrayStart:
        inner *= m[pc + 1];
        countInstructions(m, instr, pc + 3, times * inner);
        pc = pastArray(m, pc + 3);
        inner = 1;
        break;
      case GC.arrayNext:
        return;
      case GC.call:
        countInstructions(m, instr, pc + m[pc + 1], times * inner);
        pc += 2;
        break;
      default:
        pc += argumentsOf(instruction) + 1;
    }
  }
}

/** The instruction after the array whose first element's begin at `from`. */
function pastArray(m: Mem, from: Ref): Ref {
  let pc = from;
  for (let depth = 1; depth > 0; ) {
    const instruction = m[pc] & INSTRUCTION_MASK;
    if (instruction === GC.arrayStart) depth++;
    if (instruction === GC.arrayNext) depth--;
    pc += argumentsOf(instruction) + 1;
  }
  return pc;
}

function argumentsOf(instruction: number): number {
  switch (instruction) {
    case GC.ptr:
    case GC.slice:
    case GC.call:
    case GC.chanPtr:
      return 1;
    case GC.arrayStart:
    case GC.region:
      return 2;
    default:
      return 0;
  }
}

/** Counts `words` scanned words, in the statistics of every machine. */
export function countScanned(m: Mem, mp: MRef, words: number): void {
  addWide(m, mp + BYTES_SCANNED, words * 4);
}

/** Counts the flush of the pointers from `ptrs` to `pos`. */
export function countFlush(m: Mem, mp: MRef, ptrs: Ref, pos: Ref): void {
  const stats = collectStatsOf(m, mp);
  addWide(m, stats + MarkCounts.at.ptrSum, (pos - ptrs) >> 1);
  addWide(m, stats + MarkCounts.at.ptrCnt, 1);
  for (let i = ptrs; i < pos; i += 2) countLookup(m, mp, m[i], LOOKUP.flushptrbuf);
}

/** Counts how the block is found that the pointer with low word `p` points at. */
export function countLookup(m: Mem, mp: MRef, p: number, counters: number): void {
  const arena = m[ARENA];
  const wordShift = m[PTR_WORDS] - 1;
  const off = (refOf(m, p) - arena) & ~wordShift;
  const shift = (off >> wordShift) & GROUP_MASK;
  const starts = m[arena - ((off >> (GROUP_SHIFT + wordShift)) << 1) - 2];
  const either = (starts | (starts >>> GROUP_SHIFT)) & 0xffff;
  let way = 2;
  if (((starts >>> shift) & (BIT_ALLOCATED | BIT_SCAN)) !== 0) way = 0;
  else if ((either & ((1 << shift) - 1)) !== 0) way = 1;
  addWide(m, collectStatsOf(m, mp) + counters + 2 * way, 1);
}

/** Counts a lookup of a span for a block's type; `found`: the span has one. */
export function countTypeLookup(m: Mem, mp: MRef, found: boolean): void {
  const stats = collectStatsOf(m, mp);
  addWide(m, stats + MarkCounts.at.objNotype, 1);
  if (found) addWide(m, stats + MarkCounts.at.objTypelookup, 1);
}

/** Counts a second scan of a block of `n` words. */
export function countRescan(m: Mem, mp: MRef, n: number): void {
  addWide(m, collectStatsOf(m, mp) + MarkCounts.at.rescan, 1);
  addWide(m, collectStatsOf(m, mp) + MarkCounts.at.rescanbytes, n * 4);
}
