import { describe, expect, it } from 'vitest';
import { LOCATION_BYTES, reads } from '../../src/litmus/program.ts';
import { randomProgram } from '../../src/litmus/random-program.ts';

describe('randomProgram', () => {
  it('is the same for the same seed', () => {
    const shape = { threads: 3, accesses: 3, locations: 2, isMixed: true, hasFinals: false };
    expect(randomProgram(7, shape)).toEqual(randomProgram(7, shape));
    expect(randomProgram(7, shape)).not.toEqual(randomProgram(8, shape));
  });

  it.each([false, true])('stays within its shape, and aligned except through a DataView: mixed sizes %s', (isMixed) => {
    for (let seed = 1; seed <= 200; seed++) {
      const { threads, finals } = randomProgram(seed, { threads: 3, accesses: 2, locations: 2, isMixed, hasFinals: false });
      expect([2, 3]).toContain(threads.length);
      expect(finals).toEqual([]);
      expect(threads.flat().some(reads)).toBe(true);
      for (const { at, bytes, dataView, kind, atomic } of threads.flat()) {
        expect(at % LOCATION_BYTES).toBeLessThanOrEqual(LOCATION_BYTES - bytes);
        expect(at).toBeLessThan(2 * LOCATION_BYTES);
        if (!dataView) expect(at % bytes).toBe(0);
        else expect([atomic, ['load', 'store'].includes(kind)]).toEqual([false, true]);
        if (!isMixed) expect(bytes).toBe(4);
      }
    }
  });
});
