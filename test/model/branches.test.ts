import { describe, expect, it } from 'vitest';
import { xorshift32 } from '../../src/base/random.ts';
import { Branches } from '../../src/model/branches.ts';

/** How many of the last `tail` sites came unforeseen. */
function unforeseen(sites: readonly number[], tail: number, branches = new Branches(1), thread = 0): number {
  return sites.map((site) => !branches.foresees(thread, site)).slice(-tail).filter(Boolean).length;
}

const repeat = (pattern: readonly number[], times: number) => Array.from({ length: times }, () => pattern).flat();
function randomBits(n: number): number[] {
  let x = 4711;
  return Array.from({ length: n }, () => (x = xorshift32(x)) & 1);
}

describe('branch prediction', () => {
  it('predicts a loop after one round', () => {
    expect(unforeseen(repeat([1, 2, 3, 4], 100), 360)).toBe(0);
  });

  it.each([10, 50, 250, 1000])('predicts the exit of a loop after %d rounds from its path', (rounds) => {
    expect(unforeseen(repeat([...repeat([1], rounds), 2], 60), 10 * (rounds + 1))).toBeLessThan(2);
  });

  it('mispredicts half of random branches', () => {
    const sites = randomBits(4000).flatMap((bit) => [1, 2 + bit]);
    const wrong = unforeseen(sites, 4000);
    expect(wrong).toBeGreaterThan(800);
    expect(wrong).toBeLessThan(1200);
  });

  it('predicts the common case of a biased branch', () => {
    let x = 1;
    const sites = Array.from({ length: 4000 }, () => ((x = xorshift32(x)) % 20 === 0 ? 3 : 2)).flatMap((site) => [1, site]);
    // One in twenty goes elsewhere; what follows it is known.
    expect(unforeseen(sites, 4000)).toBeLessThan(350);
  });

  it('learns for each thread separately', () => {
    const branches = new Branches(2);
    unforeseen(repeat([1, 2, 3], 50), 0, branches, 0);
    expect(branches.foresees(1, 1)).toBe(false);
    expect(branches.foresees(0, 1)).toBe(true);
  });
});
