import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SetAssociative } from '../../src/model/set-associative.ts';

/** Returns the same by lists: the tags of each set, the most recent first. */
function naiveCache(sets: number, ways: number): (tag: number) => boolean {
  const lists = Array.from({ length: sets }, (): number[] => []);
  return (tag) => {
    const before = lists[tag % sets];
    lists[tag % sets] = [tag, ...before.filter((each) => each !== tag)].slice(0, ways);
    return before.includes(tag);
  };
}

describe('a set-associative cache', () => {
  it('replaces the way of a set that was used least recently', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(30), { maxLength: 60 }), (sets, ways, tags) => {
      const cache = new SetAssociative(2, sets * ways, ways);
      const naive = naiveCache(sets, ways);
      for (const tag of tags) expect(cache.touch(1, tag)).toBe(naive(tag));
    }));
  });

  it('keeps the tags of several caches apart', () => {
    const caches = new SetAssociative(2, 4, 2);
    expect([caches.touch(0, 7), caches.touch(1, 7), caches.touch(0, 7), caches.touch(1, 7)]).toEqual([false, false, true, true]);
  });

  it('forgets a dropped tag alone', () => {
    const cache = new SetAssociative(1, 4, 4);
    for (const tag of [1, 2, 3]) cache.touch(0, tag);
    cache.drop(0, 2);
    expect([1, 2, 3].map((tag) => cache.touch(0, tag))).toEqual([true, false, true]);
  });
});
