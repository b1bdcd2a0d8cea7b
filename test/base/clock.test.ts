import { describe, expect, it } from 'vitest';
import { nanotime, unixtime } from '../../src/base/clock.ts';

describe('the clock', () => {
  it('counts whole nanoseconds and agrees with the clock of the system', () => {
    const system = Number(process.hrtime.bigint());
    let last = nanotime();
    expect(Math.abs(last - system)).toBeLessThan(100e6);
    for (let i = 0; i < 1000; i++) {
      const now = nanotime();
      if (now < last || !Number.isInteger(now)) expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
  });

  it('gives the time of day in milliseconds', () => {
    expect(Math.abs(unixtime() - Date.now())).toBeLessThan(1000);
  });
});
