/** Curves of one line of text. */
import { describe, expect, it } from 'vitest';
import { sparkline } from '../../src/report/sparkline.ts';

describe('a sparkline', () => {
  it('has a bar for each value, the highest for the largest', () => {
    expect(sparkline([1, 2, 3, 4, 5, 6, 7, 8])).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([0, 50, 100, 200], 100)).toBe('▁▄██');
  });

  it('is flat without a value above 0', () => {
    expect(sparkline([0, 0])).toBe('▁▁');
    expect(sparkline([])).toBe('');
  });
});
