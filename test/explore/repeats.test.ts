/** The shortest lap of a list of accesses is that of the definition. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccessLog } from '../../src/explore/repeats.ts';

function logOf(entries: readonly (readonly number[])[]): AccessLog {
  const log = new AccessLog(entries.length);
  for (const [thread, site, index, value] of entries) log.add(thread, site, index, value);
  return log;
}

/** Returns the shortest lap, by the definition. */
function naive(entries: readonly unknown[]): number {
  const texts = entries.map((entry) => JSON.stringify(entry));
  for (let lap = 1; ; lap++) if (texts.every((text, i) => i < lap || text === texts[i - lap])) return lap;
}

describe('the lap of accesses', () => {
  it('is the shortest that repeats, and its last round may be incomplete', () => {
    const entry = fc.tuple(fc.nat(1), fc.nat(1), fc.nat(1), fc.nat(1));
    const repeated = fc.tuple(fc.array(entry, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 20 })).map(([lap, length]) => Array.from({ length }, (_, i) => lap[i % lap.length]));
    fc.assert(fc.property(fc.array(entry, { maxLength: 4 }), fc.oneof(repeated, fc.array(entry, { minLength: 1, maxLength: 20 })), (before, tail) => {
      expect(logOf([...before, ...tail]).lapOf(tail.length)).toBe(naive(tail));
    }), { numRuns: 500 });
  });

  it('differs in any of the four numbers', () => {
    const same = [1, 2, 3, 4];
    for (let at = 0; at < 4; at++) {
      const other = same.map((number, i) => (i === at ? number + 1 : number));
      expect(logOf([same, other, same, other]).lapOf(4)).toBe(2);
    }
    expect(logOf([same, same, same]).lapOf(3)).toBe(1);
  });
});

describe('the words that count', () => {
  const accesses = (values: (lap: number) => readonly number[]) => Array.from({ length: 10 }, (_, lap) => values(lap).map((value, i) => [0, i, 100 + i, value])).flat();

  it('are those whose values change by the same amount from lap to lap', () => {
    const log = logOf(accesses((lap) => [7, 3 * lap, 0x7ffffffe + lap]));
    expect([log.lapOf(30), log.lapOf(30, 3), [...log.countersOf(3, 30)!]]).toEqual([30, 3, [101, 102]]);
  });

  it('are not known if a value changes in another way', () => {
    for (const value of [(lap: number) => lap * lap, (lap: number) => lap % 2, (lap: number) => Number(lap === 9)]) expect(logOf(accesses((lap) => [7, value(lap)])).countersOf(2, 20)).toBeNull();
  });
});
