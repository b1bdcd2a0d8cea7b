import { describe, expect, it } from 'vitest';
import { BOOT } from '../../src/memory/guardian.ts';
import { declaredPlaces } from '../../src/memory/places.ts';
import { CACHE_LINE, by, struct } from '../../src/memory/struct.ts';
import { SEGMENT_WORDS, globalRecord, segmentSlots } from '../../src/memory/segment.ts';

describe('the static segment', () => {
  it('has slots of whole cache lines, one after the other', () => {
    let end = 0;
    for (const { at, words } of segmentSlots) {
      expect(at).toBe(end);
      expect(words % CACHE_LINE).toBe(0);
      end += words;
    }
    expect(end).toBe(SEGMENT_WORDS);
  });

  it('leaves word 0 unused, because ref 0 is nil', () => {
    expect(segmentSlots[0]).toEqual({ name: 'nil', at: 0, words: 16 });
  });
});

describe('globalRecord', () => {
  const record = struct('filling', 16, { all: by(BOOT, 16) });

  it('refuses records that do not fit into their slot', () => {
    expect(globalRecord('trap', record)).toBeGreaterThan(0);
    expect(() => globalRecord('trap', record, 2)).toThrow("trap: 2 x 16 words don't fit in 16");
    expect(() => globalRecord('trap', record, 1, 8)).toThrow("trap: 1 x 16 words don't fit in 8");
  });

  it('registers where the records lie', () => {
    const at = globalRecord('trap', record);
    expect(declaredPlaces()).toContainEqual({ kind: 'segment', record, slot: 'trap', at, count: 1 });
  });
});
