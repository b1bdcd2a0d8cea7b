import { expect, test } from 'vitest';
import { GRAPH_SEED, seedState, xorshift32 } from '../../src/base/random.ts';

test("the generator is Marsaglia's xorshift32", () => {
  // From "Xorshift RNGs", 2003: the first draws from his seed.
  expect(xorshift32(GRAPH_SEED)).toBe(723471715);
  expect(xorshift32(723471715)).toBe(2497366906);
});

test('the state never becomes 0, in which the generator would stay', () => {
  let x = GRAPH_SEED;
  for (let i = 0; i < 100_000; i++) {
    x = xorshift32(x);
    if (x === 0 || x > 0xffffffff || !Number.isInteger(x)) expect(x).toBe('a positive 32-bit number');
  }
});

test('any seed gives a usable state, and neighbouring seeds differ', () => {
  const states = Array.from({ length: 1000 }, (_, seed) => seedState(seed - 500));
  expect(states.every((state) => Number.isInteger(state) && state > 0 && state <= 0xffffffff)).toBe(true);
  expect(new Set(states).size).toBe(1000);
});
