/**
 * Returns the next state of Marsaglia's xorshift32 (13, 17, 5), which is also the random number:
 * unsigned, and never 0 if `state` is not.
 */
export function xorshift32(state: number): number {
  let x = state;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  return x >>> 0;
}

/** The seed of every synthetic graph. */
export const GRAPH_SEED = 2463534242;

/** Turns any number into a state of xorshift32: well spread, and never 0. */
export function seedState(seed: number): number {
  let x = Math.imul(seed ^ (seed >>> 16), 0x45d9f3b) + 0x9e3779b9;
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b);
  x = (x ^ (x >>> 16)) >>> 0;
  return x === 0 ? GRAPH_SEED : x;
}
