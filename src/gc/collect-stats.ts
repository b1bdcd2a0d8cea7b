/**
 * Counts of the mark loop's steps (Go's CollectStats, with --godebug collectstats). Each M has a
 * record of its own, so counting needs no atomics. The collecting M sums and clears the records
 * after the mark.
 */
import { ownedBy } from '../memory/guardian.ts';
import { inRegion } from '../memory/regions.ts';
import { by, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config, DEBUG } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { addWide, loadWide, storeWide } from '../memory/wide.ts';
import { M, mAt, type MRef } from '../machine/m.ts';

const OWNER = ownedBy('M', 'once marking has ended, the collecting M');

/** Number of opcodes of GC programs that are counted; Go has 14. */
export const INSTRUCTIONS = 16;

/** The counters of one M. Each has two words. */
export const MarkCounts = struct('collectstats', 80, {
  /** Pointers in all flushed buffers. */
  ptrSum: by(OWNER, 2),
  /** Flushed buffers. */
  ptrCnt: by(OWNER, 2),
  /** Bytes scanned. */
  nbytes: by(OWNER, 2),
  /** Objects in the workbuf, summed over the objects taken from it. */
  objSum: by(OWNER, 2),
  /** Objects taken from the workbuf. */
  objCnt: by(OWNER, 2),
  /** Objects whose span records no type. */
  objNotype: by(OWNER, 2),
  /** Objects whose type the span records. */
  objTypelookup: by(OWNER, 2),
  /** Objects scanned again with another type. */
  rescan: by(OWNER, 2),
  /** Bytes of these objects. */
  rescanbytes: by(OWNER, 2),
  /** Instructions of GC programs, by opcode. */
  instr: by(OWNER, 2 * INSTRUCTIONS),
  /** Calls of putempty. */
  putempty: by(OWNER, 2),
  /** Calls of getfull. */
  getfull: by(OWNER, 2),
  /** Block starts that flushptrbuf and markonly found by the block's own bit, by a bit of the same bitmap word, by the span. */
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

/** Reports whether this machine counts. Only such a machine has a record for each M. */
export function countsWork(m: Mem): boolean {
  return (m[DEBUG_OF] & DEBUG.collectstats) !== 0;
}

/** Returns the record of M `mp`: count with `addWide(m, collectStatsOf(m, mp) + MarkCounts.at.rescan, 1)`. */
export function collectStatsOf(m: Mem, mp: MRef): Ref {
  return m[RECORDS] + m[mp + ID] * MarkCounts.words;
}

/** Adds 1 to `field` of MarkCounts for M `mp`, if the machine counts. */
export function countWork(m: Mem, mp: MRef, field: number): void {
  if (countsWork(m)) addWide(m, collectStatsOf(m, mp) + field, 1);
}

/** Sums the counts of all Ms into the MarkCounts.words words at `into`, and clears them. The world is stopped. */
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
