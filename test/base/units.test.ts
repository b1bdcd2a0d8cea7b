/** Numbers keep three digits, and one unit where they stand under one another. */
import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatNs, formatNumber, formatRate, formatShare, plural, timeColumn } from '../../src/base/units.ts';

describe('units', () => {
  it('groups thousands', () => {
    expect([0, 999, 1000, 4194303].map(formatCount)).toEqual(['0', '999', '1,000', '4,194,303']);
  });

  it('scales bytes by 1024', () => {
    expect([0, 1000, 1024, 25_270_681, 3 * 2 ** 30, 2 ** 20 - 1].map(formatBytes)).toEqual(
      ['0 B', '1000 B', '1.00 KB', '24.1 MB', '3.00 GB', '1.00 MB'],
    );
  });

  it('scales times by 1000', () => {
    expect([0, 950, 1500, 77_755_000, 999_999, 12_345_678_901].map(formatNs)).toEqual(
      ['0 ns', '950 ns', '1.50 µs', '77.8 ms', '1.00 ms', '12.3 s'],
    );
  });

  it('gives a column one unit and one number of decimals', () => {
    const time = timeColumn([77_755_000, 9_100_000]);
    expect([77_755_000, 9_100_000].map(time)).toEqual(['77.75 ms', '9.10 ms']);
  });

  it('shows small numbers with their digits, shares whole, and one of a thing without s', () => {
    expect([0.476, 18.54, 270.4].map(formatNumber)).toEqual(['0.48', '18.5', '270']);
    // What happened is never said to happen 0 times a second.
    expect([0, 0.0004, 0.02, 0.31, 3, 9.996, 64, 12_345].map(formatRate)).toEqual(['0', '0.0004', '0.02', '0.31', '3.00', '10', '64', '12,345']);
    expect(formatShare(0.123)).toBe('12 %');
    expect([1, 2].map((n) => plural(n, 'thread'))).toEqual(['1 thread', '2 threads']);
  });
});
