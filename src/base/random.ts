/**
 * Marsaglia's xorshift32 (13, 17, 5), the generator of the peers' graphs. State and
 * result are the same non-zero 32-bit number; the result is unsigned.
 */
export function xorshift32(state: number): number {
  let x = state;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  return x >>> 0;
}

/** The seed from which every synthetic graph is drawn. */
export const GRAPH_SEED = 2463534242;

/** Any number as a usable xorshift32 state: spread, and never 0. */
export function seedState(seed: number): number {
  let x = Math.imul(seed ^ (seed >>> 16), 0x45d9f3b) + 0x9e3779b9;
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b);
  x = (x ^ (x >>> 16)) >>> 0;
  return x === 0 ? GRAPH_SEED : x;
}
