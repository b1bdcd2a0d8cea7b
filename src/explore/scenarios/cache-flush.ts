/** MCaches that collections flush between allocations. */
import { programPerM, repeat } from './program-per-m.ts';

export const cacheFlush = programPerM({
  name: 'cache-flush',
  summary: 'Ms allocate, free and drop blocks between collections, which flush their MCaches',
  procs: [3, 2],
  knobs: [{ name: 'bytes', summary: 'size of the blocks', values: [2048, 4096] }],
  before: ({ bytes }) => [...repeat(3, (i) => [['malloc', i, bytes], ['drop', i]]), ['collect']],
  operations: ({ procs, bytes }) =>
    Array.from({ length: procs }, (_, index) => {
      if (index === 0) return [['malloc', 0, bytes], ['collect'], ['malloc', 1, bytes], ['sweep', 2], ['collect'], ['malloc', 2, bytes]];
      return repeat(3, (i) => [['malloc', i, bytes], ['malloc', 8, bytes], ['swap', i, index], ['free', i]]);
    }),
});
