/** The oracle finds spans that were left in a queue, and scan bits that do not fit the marks. */
import { describe, expect, it } from 'vitest';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { POLICY } from '../../src/gc/policy.ts';
import { PageState, QUEUED, SCANNED_SHIFT, SpanQueue, prepareSpans } from '../../src/gc/spans/state.ts';
import { BIT_MARKED, bitsWord } from '../../src/heap/bitmap.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { spanProblems } from '../../src/verify/span-marks.ts';
import { bootCore } from '../support/core-machine.ts';

/** A machine with one block, at the start of its page, before a mark. */
function oneBlock() {
  const { m, m0 } = bootCore({ policy: POLICY.spans });
  const block = mallocgc(m, m0, 32, 0);
  prepareSpans(m, false);
  const page = (block - m[CONFIG + Config.at.arenaStart]) >> 11;
  return { m, marks: bitsWord(m, block) + 1, state: m[CONFIG + Config.at.pageStates] + page * PageState.words };
}

describe('the check of span-based marking', () => {
  it('finds nothing after a mark', () => {
    const { m, marks } = oneBlock();
    expect(spanProblems(m)).toEqual([]);
    m[marks] = BIT_MARKED | (BIT_MARKED << SCANNED_SHIFT);
    expect(spanProblems(m)).toEqual([]);
  });

  it('finds a marked block without its scan bit, and a scan bit without a mark', () => {
    const { m, marks } = oneBlock();
    m[marks] = BIT_MARKED << SCANNED_SHIFT;
    expect(spanProblems(m)).toMatchObject([{ code: 'SCAN_BIT', message: expect.stringContaining('has a scan bit and no mark') }]);
    m[marks] = BIT_MARKED;
    expect(spanProblems(m)).toMatchObject([{ code: 'SCAN_BIT', message: expect.stringContaining('has no scan bit') }]);
  });

  it('finds a scan bit on a page whose blocks are marked one by one', () => {
    const { m, marks, state } = oneBlock();
    m[state] = 0;
    m[marks] = BIT_MARKED | (BIT_MARKED << SCANNED_SHIFT);
    expect(spanProblems(m)).toMatchObject([{ code: 'SCAN_BIT', message: expect.stringContaining('is marked by itself') }]);
  });

  it('finds a span that is queued, by its page and by a queue', () => {
    const { m, state } = oneBlock();
    m[state] |= QUEUED.many;
    expect(spanProblems(m)).toMatchObject([{ code: 'SPAN_LEFT' }]);
    m[state] &= ~QUEUED.many;
    m[m[CONFIG + Config.at.spanQueues] + SpanQueue.at.tail]++;
    expect(spanProblems(m)).toMatchObject([{ code: 'SPAN_LEFT' }]);
  });
});
