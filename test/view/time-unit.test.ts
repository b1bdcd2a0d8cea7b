/** Times from a second to days. */
import { expect, it } from 'vitest';
import { formatSeconds, timeUnit } from '../../src/view/time-unit.ts';

it.each([[0, '0 s'], [0.254, '0.254 s'], [119.9, '120 s'], [120, '2 min'], [615, '10.3 min'], [28_800, '8 h'], [400_000, '111 h']])('%d s are written %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

it('an axis has one unit', () => {
  expect([30, 300, 30_000].map((seconds) => timeUnit(seconds).name)).toEqual(['seconds', 'minutes', 'hours']);
});
