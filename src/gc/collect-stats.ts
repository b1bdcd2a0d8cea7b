/**
 * What CollectStats counts: how often the mark loop takes which of its ways. Each M has a
 * record of its own, so that counting needs no atomics; who collects sums them up when
 * marking has ended, and clears them.
 */
import { ownedBy } from '../memory/guardian.ts';
import { inRegion } from '../memory/regions.ts';
import { by, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config, DEBUG } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { addWide, loadWide, storeWide } from '../memory/wide.ts';
import { M, mAt, type MRef } from '../machine/m.ts';

const OWNER = ownedBy('M', 'once marking has ended, the collecting M');

/** Room for the opcodes of GC programs; Go has 14. */
export const INSTRUCTIONS = 16;

/** Every counter is a number of two words. */
export const MarkCounts = struct('collectstats', 80, {
  /** Pointers in the buffers flushed, and how many buffers. */
  ptrSum: by(OWNER, 2),
  ptrCnt: by(OWNER, 2),
  /** Bytes scanned. */
  nbytes: by(OWNER, 2),
  /** Objects waiting whenever one was taken, and how many were taken: without a type, with one from the span. */
  objSum: by(OWNER, 2),
  objCnt: by(OWNER, 2),
  objNotype: by(OWNER, 2),
  objTypelookup: by(OWNER, 2),
  /** Objects scanned again with another type, and their bytes. */
  rescan: by(OWNER, 2),
  rescanbytes: by(OWNER, 2),
  /** Instructions of GC programs, by opcode. */
  instr: by(OWNER, 2 * INSTRUCTIONS),
  putempty: by(OWNER, 2),
  getfull: by(OWNER, 2),
  /** How a block's start was found: by its own bit, by one in the same bitmap word, by its span. */
  flushptrbufFoundbit: by(OWNER, 2),
  flushptrbufFoundword: by(OWNER, 2),
  flushptrbufFoundspan: by(OWNER, 2),
  markonlyFoundbit: by(OWNER, 2),
  markonlyFoundword: by(OWNER, 2),
  markonlyFoundspan: by(OWNER, 2),
});

inRegion(MarkCounts, 'collectStats', { label: 'collectstats ', count: 'nprocs' });

const RECORDS = CONFIG + Config.at.collectStats;
const DEBUG_OF = CONFIG + Config.at.debug;
const NPROCS = CONFIG + Config.at.nprocs;
const { id: ID } = M.at;

/** Is this machine to count? Only then is there a record for each M. */
export function countsWork(m: Mem): boolean {
  return (m[DEBUG_OF] & DEBUG.collectstats) !== 0;
}

/** The record of M `mp`: count with `addWide(m, collectStatsOf(m, mp) + MarkCounts.at.rescan, 1)`. */
export function collectStatsOf(m: Mem, mp: MRef): Ref {
  return m[RECORDS] + m[mp + ID] * MarkCounts.words;
}

/** Adds 1 to `field` of MarkCounts for M `mp`, if the machine is to count. */
export function countWork(m: Mem, mp: MRef, field: number): void {
  if (countsWork(m)) addWide(m, collectStatsOf(m, mp) + field, 1);
}

/** Adds every M's counts up into the MarkCounts.words words at `into`, and clears them. The world is stopped. */
export function sumCollectStats(m: Mem, into: Ref): void {
  for (let word = 0; word < MarkCounts.words; word += 2) {
    let sum = 0;
    for (let i = 0; i < m[NPROCS]; i++) {
      const at = collectStatsOf(m, mAt(m, i)) + word;
      sum += loadWide(m, at);
      storeWide(m, at, 0);
    }
    storeWide(m, into + word, sum);
  }
}
