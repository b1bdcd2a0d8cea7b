/** A figure counts once it has come out the same twice. */
import { expect, test } from 'vitest';
import { EXIT, Unproven } from '../../../src/base/fatal.ts';
import { measureSteadily } from '../../../src/model/calibrate/steady.ts';

/** A probe that gives these results one after the other, and counts how many were taken. */
function probe(...results: (readonly number[])[]) {
  const taken = { count: 0 };
  return { taken, measure: async () => results[Math.min(taken.count++, results.length - 1)] };
}

test('two results that agree are enough', async () => {
  const { taken, measure } = probe([100], [104], [1]);
  expect(await measureSteadily('x', measure, 0.1)).toEqual([100]);
  expect(taken.count).toBe(2);
});

test('what scatters is repeated until the two least agree', async () => {
  const { taken, measure } = probe([24_000], [58], [9000], [60], [1]);
  expect(await measureSteadily('x', measure, 0.1)).toEqual([58]);
  expect(taken.count).toBe(4);
});

test('each figure of a probe must agree', async () => {
  const { taken, measure } = probe([100, 7], [100, 70], [500, 7.2], [1, 1]);
  expect(await measureSteadily('x', measure, 0.1)).toEqual([100, 7]);
  expect(taken.count).toBe(3);
});

test('figures below a nanosecond agree if they differ by little', async () => {
  expect(await measureSteadily('x', probe([0.1], [0.5]).measure, 0.1)).toEqual([0.1]);
});

test('a busy machine is named, with the figure that scatters', async () => {
  const doubling = probe(...Array.from({ length: 20 }, (_, i) => [5, 50 * 2 ** i]));
  const error: unknown = await measureSteadily('wake, two threads', doubling.measure, 0.4).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(Unproven);
  expect(error).toMatchObject({
    exitCode: EXIT.unproven,
    message: 'the machine is busy: wake, two threads took from 50 ns to 6.40 µs in 8 tries, and no two agree; nothing was written. End what else runs, and calibrate again',
  });
});
