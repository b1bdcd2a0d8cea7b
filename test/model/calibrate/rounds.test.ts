import { describe, expect, it } from 'vitest';
import { stepNs } from '../../../src/model/calibrate/rounds.ts';

describe('stepNs', () => {
  it('goes on from round to round', () => {
    const starts: number[] = [];
    const ns = stepNs(4000, 7, (steps, state) => {
      starts.push(state);
      return state + steps;
    });
    expect(ns).toBeGreaterThanOrEqual(0);
    expect(starts).toEqual(Array.from({ length: 400 }, (_, i) => 7 + 10 * i));
  });

  it('is not disturbed by some long rounds', () => {
    let round = 0;
    const until = (ns: number) => {
      const end = process.hrtime.bigint() + BigInt(ns);
      while (process.hrtime.bigint() < end);
    };
    const ns = stepNs(400, 0, (_, state) => {
      until(round++ % 20 === 0 ? 2e6 : 2e4);
      return state;
    });
    expect(ns).toBeGreaterThanOrEqual(2e4);
    expect(ns).toBeLessThan(2e6);
  });
});
