/** A critical pair is explained in a sentence, and values of words are printed in readable form. */
import { describe, expect, it } from 'vitest';
import { storyOf } from '../../../src/explore/failures/story.ts';
import type { Lanes } from '../../../src/explore/failures/lanes.ts';
import type { Recording } from '../../../src/explore/failures/recording.ts';
import { Trace } from '../../../src/explore/failures/trace.ts';
import type { CriticalPair } from '../../../src/explore/failures/artefact.ts';
import { ACCESS } from '../../../src/rewrite/sites.ts';
import { formatValue } from '../../../src/inspect/name-value.ts';

type Row = readonly [thread: number, kind: keyof typeof ACCESS, value: number, old: number];

/** Returns the story of accesses to one word. The pairs are indices of accesses. */
function story(rows: readonly Row[], ...pairs: readonly (readonly [number, number])[]): string[] {
  const trace = new Trace();
  trace.begin();
  for (const [thread, kind, value, old] of rows) trace.access(thread, 0, ACCESS[kind], 9, value, old);
  const accessOf = (step: number) => ({ thread: rows[step][0], nth: rows.slice(0, step).filter(([thread]) => thread === rows[step][0]).length });
  const lanes = { names: ['M0', 'M1'], rows: rows.map((_, i) => ({ step: i + 1, word: 'LEFT' })) } as unknown as Lanes;
  return storyOf({ trace } as Recording, pairs.map(([first, second]): CriticalPair => [accessOf(first), accessOf(second)]), lanes);
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
