/** Each collector has the lines of its time, and refuses those of another. */
import { describe, expect, it } from 'vitest';
import { traceLines } from '../../src/report/trace-lines.ts';
import { cycleOf } from '../cli/fakes.ts';

describe('the lines of --gctrace', () => {
  it.each([
    ['parallel', undefined, /^gc1\(1\): /], ['parallel', '1.4', /goroutines/], ['bitmap', undefined, /pointer lookups/],
    ['refword', undefined, /^gc1: 0\+0\+0 ms/], ['concurrent', undefined, /^gc 1 @/], ['concurrent', '1.5', /0\+0\+0\+0\+0 ms clock/],
  ] as const)('of %s in the form %s', (collector, version, line) => {
    const lines = traceLines(collector, version, 1, 0);
    expect([...lines.cycle(cycleOf()), ...lines.end(() => 0)]).toEqual([expect.stringMatching(line)]);
  });

  it('refuse the form of another time', () => {
    expect(() => traceLines('concurrent', '1.3', 1, 0)).toThrow('--gctrace-form 1.3 is no form of the collector concurrent; it has 1.5 and 1.8');
    expect(() => traceLines('parallel', '1.8', 1, 0)).toThrow('--gctrace-form 1.8 is no form of the collector parallel; it has 1.3 and 1.4');
  });
});
