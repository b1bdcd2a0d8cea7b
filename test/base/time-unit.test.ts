/** Times from a second to days. */
import { describe, expect, it } from 'vitest';
import { formatSeconds, timeUnit } from '../../src/base/time-unit.ts';

describe('a time', () => {
  it.each([[0, '0 s'], [0.254, '0.254 s'], [119.9, '120 s'], [120, '2 min'], [615, '10.3 min'], [28_800, '8 h'], [400_000, '111 h']])('of %d s is written %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });

  it('is in one unit on an axis', () => {
    expect([30, 300, 30_000].map((seconds) => timeUnit(seconds).name)).toEqual(['seconds', 'minutes', 'hours']);
  });
});
