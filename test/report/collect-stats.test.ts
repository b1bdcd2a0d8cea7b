/** The lines equal Go's for the same figures. */
import { describe, expect, it } from 'vitest';
import type { CollectStats } from '../../src/gc/cycle-log.ts';
import { formatCollectStats } from '../../src/report/collect-stats.ts';
import { cycleOf } from '../cli/fakes.ts';

const STATS: CollectStats = {
  ptrSum: 1001, ptrCnt: 20, nbytes: 65536, objSum: 900, objCnt: 7, objNotype: 3, objTypelookup: 4, rescan: 2, rescanbytes: 128,
  instr: Array.from({ length: 16 }, (_, i) => i), putempty: 8, getfull: 9,
  flushptrbufFoundbit: 10, flushptrbufFoundword: 11, flushptrbufFoundspan: 12, markonlyFoundbit: 13, markonlyFoundword: 14, markonlyFoundspan: 15,
};

describe('formatCollectStats', () => {
  it('prints the counters in Go\'s order', () => {
    expect(formatCollectStats(cycleOf({ collectStats: STATS })).join('\n')).toBe(`\
scan: 65536 bytes, 7 objects, 3 untyped, 4 types from MSpan
avg ptrbufsize: 50 (1001/20)
avg nobj: 128 (900/7)
rescans: 2, 128 bytes
instruction counts:
${Array.from({ length: 14 }, (_, i) => `\t${i}:\t${i}`).join('\n')}
\ttotal:\t91
putempty: 8, getfull: 9
markonly base lookup: bit 13 word 14 span 15
flushptrbuf base lookup: bit 10 word 11 span 12`);
  });

  it('omits averages of nothing, and all lines without counters', () => {
    expect(formatCollectStats(cycleOf({ collectStats: { ...STATS, ptrCnt: 0, objCnt: 0 } })).filter((line) => line.startsWith('avg'))).toEqual([]);
    expect(formatCollectStats(cycleOf())).toEqual([]);
  });
});
