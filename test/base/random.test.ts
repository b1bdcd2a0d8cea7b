import { describe, expect, it } from 'vitest';
import { GRAPH_SEED, seedState, xorshift32 } from '../../src/base/random.ts';

describe('the random generator', () => {
  it("is Marsaglia's xorshift32", () => {
    // From "Xorshift RNGs", 2003: the first draws from his seed.
    expect(xorshift32(GRAPH_SEED)).toBe(723471715);
    expect(xorshift32(723471715)).toBe(2497366906);
  });

  it('never reaches the state 0, which it could not leave', () => {
    let x = GRAPH_SEED;
    for (let i = 0; i < 100_000; i++) {
      x = xorshift32(x);
      if (x === 0 || x > 0xffffffff || !Number.isInteger(x)) expect(x).toBe('a positive 32-bit number');
    }
  });

  it('gets a usable state from any seed, and different ones from neighbouring seeds', () => {
    const states = Array.from({ length: 1000 }, (_, seed) => seedState(seed - 500));
    expect(states.every((state) => Number.isInteger(state) && state > 0 && state <= 0xffffffff)).toBe(true);
    expect(new Set(states).size).toBe(1000);
  });
});
