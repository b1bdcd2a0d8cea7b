/** Kinds of options: the value of a caller, the word of the command line, and the sentence that refuses each. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/fatal.ts';
import { bool, check, duration, fieldsOf, listOf, namesOf, number, objectOf, oneOf, text, whole } from '../../src/run/kinds.ts';

const COLOURS = { red: 1, green: 2, blue: 4 };

describe('check', () => {
  const point = objectOf<{ x: number; y: number }>({ x: whole(0, 9), y: number(0, 1) }, '{ x, y }');
  const points = listOf(point, 'a list of { x, y }', 2);

  it('copies, and leaves out fields that are not declared', () => {
    const given = [{ x: 1, y: 0.5, z: 3 }];
    const copy = check(points.schema, given, 'points');
    expect(copy).toEqual([{ x: 1, y: 0.5 }]);
    expect(copy).not.toBe(given);
  });

  it.each([
    [[{ x: 1 }], 'points.0.y is missing: it must be a number from 0 to 1'],
    [[{ x: 1, y: 1 }, { x: 10, y: 1 }], 'points.1.x must be a whole number from 0 to 9, not 10'],
    [[null], 'points.0 must be { x, y }, not null'],
    [{ length: 1 }, 'points must be a list of { x, y }, not an object'],
    [undefined, 'points is missing: it must be a list of { x, y }'],
    [[1, 2, 3].map((x) => ({ x, y: 0 })), 'points must be at most 2 numbers, not a list'],
  ])('%j', (value, message) => {
    expect(() => check(points.schema, value, 'points')).toThrow(new UsageError(message));
  });

  it('names the options themselves where there is no name', () => {
    const options = fieldsOf({ size: whole(1, 2), name: text('a name') }, 'an object', ['name']);
    expect(check(options, { name: 'a' })).toEqual({ name: 'a' });
    for (const [value, message] of [
      [undefined, 'the options must be an object, not undefined'],
      [[], 'the options must be an object, not a list'],
      [{}, 'name is missing: it must be a name'],
      [{ name: 'a', size: 3 }, 'size must be a whole number from 1 to 2, not 3'],
      [{ name: 'a', sise: 1 }, "there is no option 'sise'; did you mean size?"],
      [{ name: 'a', 'zz\u202e': 1 }, "there is no option 'zz\\u202e'; there are size and name"],
    ] as const) {
      expect(() => check(options, value), message).toThrow(new UsageError(message));
    }
  });
});

describe('words of the command line', () => {
  it('give the value that the library takes', () => {
    expect(whole(-5, 5).parse('-5', '--n')).toBe(-5);
    expect(number(0, 2).parse('0.5', '--n')).toBe(0.5);
    expect(oneOf(COLOURS).parse('blue', '--colour')).toBe('blue');
    expect(namesOf(COLOURS).parse('red, blue', '--colours')).toEqual(['red', 'blue']);
    expect(duration.parse('1.5m', '--time')).toBe(90);
  });

  it.each([
    ['1e1', "--n must be a whole number from 0 to 99, not '1e1'"],
    ['', "--n must be a whole number from 0 to 99, not ''"],
    ['100', "--n must be a whole number from 0 to 99, not '100'"],
    [' 1', "--n must be a whole number from 0 to 99, not ' 1'"],
  ])('%j is refused as it was written', (word, message) => {
    expect(() => whole(0, 99).parse(word, '--n')).toThrow(new UsageError(message));
  });

  it('name the part that is refused', () => {
    expect(() => namesOf(COLOURS).parse('red,rot', '--colours')).toThrow(new UsageError("each name in --colours must be red, green or blue, not 'rot'"));
  });
});

describe('a kind that the machine reads', () => {
  it('says which word of its memory stands for a value', () => {
    expect(bool.wordOf?.(true)).toBe(1);
    expect(oneOf(COLOURS).wordOf?.('green')).toBe(2);
    expect(namesOf(COLOURS).wordOf?.(['red', 'blue'])).toBe(5);
  });
});
