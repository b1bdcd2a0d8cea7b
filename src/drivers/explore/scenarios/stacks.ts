/** Stacks: the Ps' stores of free ones, the pools, and spans that come and go. */
import { programPerM } from './program-per-m.ts';

/** Words of the smallest; a P keeps at most four of them, a span has eight. */
const SMALLEST = 256;

export const stacks = programPerM({
  name: 'stacks',
  summary: 'Ms take stacks from the pools and give them back, so that spans of stacks come and go',
  procs: [3, 2],
  shape: () => ({ stackMinWords: SMALLEST, stackWords: 16 * SMALLEST, stackCacheWords: 4 * SMALLEST }),
  before: () => [],
  operations: ({ procs }) =>
    Array.from({ length: procs }, (_, index) => {
      if (index === 0) return [['stack', 0, SMALLEST], ['malloc', 1, 8192], ['stack', 2, 2 * SMALLEST], ['drop', 0], ['free', 1], ['stack', 3, 8 * SMALLEST], ['collect'], ['drop', 2], ['stack', 4, SMALLEST]];
      return [['stack', 0, SMALLEST], ['stack', 1, SMALLEST], ['stack', 2, SMALLEST], ['drop', 0], ['stack', 3, 2 * SMALLEST], ['drop', 1], ['drop', 2], ['stack', 4, SMALLEST], ['drop', 3]];
    }),
});
