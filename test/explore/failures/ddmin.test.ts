/** The result of ddmin fails, and fails no more without any of its items. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ddmin } from '../../../src/explore/failures/ddmin.ts';

const items = Array.from({ length: 60 }, (_, i) => i);

describe('ddmin', () => {
  it('finds the necessary items at any position', () => {
    fc.assert(fc.property(fc.subarray(items), (needed) => {
      expect(ddmin(items, (part) => needed.every((each) => part.includes(each)))).toEqual(needed);
    }));
  });

  it('keeps no superfluous item, even if one item can replace another', () => {
    fc.assert(fc.property(fc.array(fc.subarray(items, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }), (ways) => {
      const fails = (part: readonly number[]) => ways.some((way) => way.every((each) => part.includes(each)));
      const kept = ddmin(items, fails);
      expect(fails(kept)).toBe(true);
      for (const each of kept) expect(fails(kept.filter((other) => other !== each))).toBe(false);
    }));
  });

  it('needs far fewer tests than items if one item is the cause', () => {
    let asked = 0;
    ddmin(Array.from({ length: 1024 }, (_, i) => i), (part) => (asked++, part.includes(700)));
    expect(asked).toBeLessThan(40);
  });

  it('returns its best result when no more tests are allowed', () => {
    let left = 3;
    const kept = ddmin(items, (part) => (left-- === 0 ? null : part.includes(5)));
    expect(kept).toContain(5);
    expect(kept.length).toBeLessThan(items.length);
  });
});
