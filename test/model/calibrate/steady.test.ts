/** A figure counts once its two least results agree. */
import { describe, expect, it } from 'vitest';
import { EXIT, Unproven } from '../../../src/base/fatal.ts';
import { measureSteadily } from '../../../src/model/calibrate/steady.ts';

/** Returns a probe with these results in order, which counts its calls. */
function probe(...results: (readonly number[])[]) {
  const taken = { count: 0 };
  return { taken, measure: async () => results[Math.min(taken.count++, results.length - 1)] };
}

describe('measureSteadily', () => {
  it('accepts two results that agree', async () => {
    const { taken, measure } = probe([100], [104], [1]);
    expect(await measureSteadily('x', measure, 0.1)).toEqual([100]);
    expect(taken.count).toBe(2);
  });

  it('repeats a scattering probe until the two least results agree', async () => {
    const { taken, measure } = probe([24_000], [58], [9000], [60], [1]);
    expect(await measureSteadily('x', measure, 0.1)).toEqual([58]);
    expect(taken.count).toBe(4);
  });

  it('requires each figure of a probe to agree', async () => {
    const { taken, measure } = probe([100, 7], [100, 70], [500, 7.2], [1, 1]);
    expect(await measureSteadily('x', measure, 0.1)).toEqual([100, 7]);
    expect(taken.count).toBe(3);
  });

  it('accepts figures below a nanosecond that differ by little', async () => {
    expect(await measureSteadily('x', probe([0.1], [0.5]).measure, 0.1)).toEqual([0.1]);
  });

  it('counts one or two results far below the others as luck if the three above them agree', async () => {
    const rest = Array.from({ length: 24 }, (_, i) => [11 * 1.2 ** i]);
    const agreeing = [[8.5], [8.6], [8.7]];
    expect(await measureSteadily('x', probe([5.1], ...agreeing, ...rest).measure, 0.01)).toEqual([8.5]);
    expect(await measureSteadily('x', probe([3], [5.1], ...agreeing, ...rest).measure, 0.01)).toEqual([8.5]);
    await expect(measureSteadily('x', probe([2], [3], [5.1], ...agreeing, ...rest).measure, 0.01)).rejects.toThrow(Unproven);
    await expect(measureSteadily('x', probe([5.1], [8.5], [8.6], ...rest).measure, 0.01)).rejects.toThrow(Unproven);
  });

  it('throws Unproven with the figure that scatters', async () => {
    const doubling = probe(...Array.from({ length: 30 }, (_, i) => [5, 50 * 1.5 ** i]));
    const error: unknown = await measureSteadily('wake, two threads', doubling.measure, 0.4).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(Unproven);
    expect(error).toMatchObject({
      exitCode: EXIT.unproven,
      message: 'the machine is busy: wake, two threads took from 50 ns to 561 µs in 24 tries, and no two agree; nothing was written. End what else runs, and calibrate again',
    });
  });
});
