import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { printable } from '../../src/base/printable.ts';

describe('printable', () => {
  it('keeps ordinary text', () => {
    expect(printable('main.node (größe 8)')).toBe('main.node (größe 8)');
  });

  it('escapes what a terminal would act on', () => {
    expect(printable('a\x1b[31mred\nb\x9b')).toBe('a\\x1b[31mred\\x0ab\\x9b');
    expect(printable('x\u202ey\u2028z')).toBe('x\\u202ey\\u2028z');
  });

  it('cuts a long text and says so by an ellipsis', () => {
    expect(printable('abcdef', 4)).toBe('abc…');
    expect(printable('abcd', 4)).toBe('abcd');
  });

  it('never gives a control character or more than the limit', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 40 }), (text, longest) => {
      const shown = printable(text, longest);
      expect(shown.length).toBeLessThanOrEqual(longest);
      expect(shown).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
    }));
  });
});
