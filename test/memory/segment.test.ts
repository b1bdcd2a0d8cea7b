import { expect, test } from 'vitest';
import { CACHE_LINE, by, struct } from '../../src/memory/struct.ts';
import { SEGMENT_WORDS, globalRecord, segmentSlots } from '../../src/memory/segment.ts';

test('the slots of the segment follow each other in whole cache lines, without overlap', () => {
  let end = 0;
  for (const { at, words } of segmentSlots) {
    expect(at).toBe(end);
    expect(words % CACHE_LINE).toBe(0);
    end += words;
  }
  expect(end).toBe(SEGMENT_WORDS);
});

test('nothing lies at word 0, because ref 0 is nil', () => {
  expect(segmentSlots[0]).toEqual({ name: 'nil', at: 0, words: 16 });
});

test('records that do not fit into their slot are refused', () => {
  const record = struct('record', 16, { all: by('x', 16) });
  expect(globalRecord('trap', record)).toBeGreaterThan(0);
  expect(() => globalRecord('trap', record, 2)).toThrow("trap: 2 x 16 words don't fit in 16");
});
