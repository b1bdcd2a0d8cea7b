/** Stacks: the Ps' stores of free ones, the pools, and spans that come and go. */
import { programPerM, repeat } from './program-per-m.ts';

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
      const several = repeat(5, (i) => [['stack', i, SMALLEST]]);
      const none = repeat(5, (i) => [['drop', i]]);
      return index === 0 ? [...several, ['malloc', 5, 8192], ...none, ['free', 5], ['stack', 6, 8 * SMALLEST], ['collect']] : [...several, ...none, ['stack', 6, 2 * SMALLEST], ['stack', 7, 4 * SMALLEST], ['drop', 7]];
    }),
});
