import { describe, expect, it } from 'vitest';
import { clearWords } from '../../src/memory/clear.ts';

describe('clearWords', () => {
  it.each([0, 1, 2, 63, 64, 65, 1000])('clears exactly %i words', (words) => {
    const m = new Int32Array(1100).fill(-1);
    clearWords(m, 50, words);
    expect(m.indexOf(0)).toBe(words === 0 ? -1 : 50);
    expect(m.reduce((count, word) => count + (word === 0 ? 1 : 0), 0)).toBe(words);
    expect([m[49], m[50 + words]]).toEqual([-1, -1]);
  });
});
