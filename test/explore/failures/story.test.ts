/** A critical pair is explained in a sentence, and values of words are printed in readable form. */
import { describe, expect, it } from 'vitest';
import { momentsOf, storyOf } from '../../../src/explore/failures/story.ts';
import type { Lanes } from '../../../src/explore/failures/lanes.ts';
import type { Recording } from '../../../src/explore/failures/recording.ts';
import { Trace } from '../../../src/explore/failures/trace.ts';
import type { CriticalPair } from '../../../src/explore/failures/artefact.ts';
import { ACCESS } from '../../../src/rewrite/sites.ts';
import { formatValue } from '../../../src/inspect/name-value.ts';

type Row = readonly [thread: number, kind: keyof typeof ACCESS, value: number, old: number];

type Telling = Parameters<typeof storyOf>;
type Pairs = readonly (readonly [number, number])[];

/** Returns the story of accesses to one word. The pairs are indices of accesses. */
function story(rows: readonly Row[], ...pairs: Pairs): string[] {
  return storyOf(...telling(rows, pairs));
}

/** Returns the critical accesses of the same, in words. */
function moments(rows: readonly Row[], ...pairs: Pairs): string[] {
  return momentsOf(...telling(rows, pairs)).map(({ step, text }) => `${step + 1} ${text}`);
}

function telling(rows: readonly Row[], pairs: Pairs): Telling {
  const trace = new Trace();
  trace.begin();
  for (const [thread, kind, value, old] of rows) trace.access(thread, 0, ACCESS[kind], 9, value, old);
  const accessOf = (step: number) => ({ thread: rows[step][0], nth: rows.slice(0, step).filter(([thread]) => thread === rows[step][0]).length });
  const lanes = { names: ['M0', 'M1'], rows: rows.map((_, i) => ({ step: i + 1, word: 'LEFT' })) } as unknown as Lanes;
  return [{ trace } as Recording, pairs.map(([first, second]): CriticalPair => [accessOf(first), accessOf(second)]), lanes];
}

describe('the story of a failure', () => {
  it('says that a thread wrote back a value which another thread had changed', () => {
    expect(story([[1, 'load', 3, 3], [0, 'rmw', 2, 3], [1, 'store', 3, 2]], [0, 1], [1, 2])).toEqual(["M1's store wrote back to LEFT a value (3) that M0 had changed since M1 read it"]);
  });

  it('says that a thread used a value which was no longer current', () => {
    expect(story([[1, 'load', 3, 3], [0, 'cas', 2, 3], [1, 'store', 4, 2]], [0, 1], [1, 2])).toEqual(["M1's store wrote to LEFT a value (4) made from 3, which M0 had changed since M1 read it"]);
    // Two updates overlap: each load precedes the other's store.
    expect(story([[0, 'load', 9, 9], [1, 'load', 9, 9], [1, 'store', 8, 9], [0, 'store', 7, 8]], [0, 2], [1, 3])).toEqual(["M0's store wrote to LEFT a value (7) made from 9, which M1 had changed since M0 read it"]);
  });

  it('says that a thread saw a change only on its second load', () => {
    expect(story([[1, 'load', 3, 3], [0, 'store', 2, 3], [1, 'atomicLoad', 2, 2]], [0, 1], [1, 2])).toEqual(["M1 read LEFT (3), then M0 changed it to 2, and M1's second load of it saw the change"]);
  });

  it('gives the order of two accesses if nothing else is known', () => {
    expect(story([[0, 'store', 1, 0], [1, 'load', 1, 1]], [0, 1])).toEqual(["M1's load of LEFT came after M0's store had changed it from 0 to 1"]);
    expect(story([[0, 'load', 0, 0], [1, 'store', 1, 0]], [0, 1])).toEqual(["M0's load of LEFT came before M1's store, and found 0"]);
    expect(story([[0, 'cas', 1, 0], [1, 'casFailed', 1, 1]], [0, 1])).toEqual(["M1's failed compare-and-swap of LEFT came after M0's compare-and-swap had changed it from 0 to 1"]);
    expect(story([[0, 'rmw', 1, 0], [1, 'rmw', 2, 1]], [0, 1])).toEqual(["M0's update of LEFT came before M1's update"]);
  });

  it('is empty without a pair', () => {
    expect(story([[0, 'load', 0, 0]])).toEqual([]);
  });
});

describe('a critical access in words', () => {
  it('says what it found or changed', () => {
    expect(moments([[0, 'store', 1, 0], [1, 'load', 1, 1]], [0, 1])).toEqual(['1 M0 changes LEFT from 0 to 1', '2 M1 reads LEFT: 1']);
    expect(moments([[0, 'wait', 0, 0], [1, 'notify', 2, 0]], [0, 1])).toEqual(['1 M0 goes to sleep on LEFT, which is 0', '2 M1 wakes 2 of the threads that sleep on LEFT']);
    expect(moments([[0, 'cas', 1, 0], [1, 'casFailed', 1, 1]], [0, 1])).toEqual(['1 M0 changes LEFT from 0 to 1', '2 M1 tries to change LEFT, but finds 1 there']);
    expect(moments([[0, 'store', 1, 1], [1, 'waitRefused', 1, 1]], [0, 1])).toEqual(['1 M0 writes 1 to LEFT, which it was already', '2 M1 wants to sleep on LEFT, but it is 1 already']);
  });

  it('says whose change is lost, and since when the value was old', () => {
    expect(moments([[1, 'load', 3, 3], [0, 'cas', 2, 3], [1, 'store', 4, 2]], [0, 1], [1, 2])).toEqual([
      '1 M1 reads LEFT: 3',
      '2 M0 changes LEFT from 3 to 2',
      '3 M1 writes 4 to LEFT, made from the 3 that it read at step 1. It overwrites 2, and so loses the change of step 2',
    ]);
    expect(moments([[1, 'load', 3, 3], [0, 'store', 2, 3], [1, 'store', 3, 2]], [0, 1], [1, 2]).at(-1)).toBe('3 M1 writes 3 to LEFT, the value that it read at step 1. It overwrites 2, and so loses the change of step 2');
    expect(moments([[1, 'load', 0, 0], [0, 'store', 1, 0], [1, 'store', 1, 1]], [0, 1], [1, 2]).at(-1)).toBe('3 M1 writes 1 to LEFT, made from the 0 that it read at step 1. It was 1 already, since step 2');
    expect(moments([[1, 'load', 3, 3], [0, 'store', 2, 3], [1, 'load', 2, 2]], [0, 1], [1, 2]).at(-1)).toBe('3 M1 reads LEFT once more: 2, and not the 3 of step 1');
  });
});

describe('a value', () => {
  it.each<[word: string, value: number, text: string]>([
    ['span 3 state', 1, 'in use'],
    ['goroutine 2 status', 4, 'waiting'],
    ['P1 status', 3, 'gcstop'],
    ['P1 status', 77, '77'],
    ['marks of span 2, blocks 0-3', 0x80000001 | 0, '0x80000001'],
    ['bits of page 2, words 0-31', 17, '0x11'],
    ['mheap.sweepgen', 6, '6'],
    ['bss[3]', -1, '-1'],
  ])('of %s: %i reads %s', (word, value, text) => {
    expect(formatValue(word, value)).toBe(text);
  });
});
