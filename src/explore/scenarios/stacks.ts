/** Stacks: the Ps' caches of free stacks, the pools, and the spans that pools allocate and free. */
import { programPerM, repeat } from './program-per-m.ts';

/** Words of the smallest stack. A P caches at most four; a span has eight. */
const SMALLEST = 256;

export const stacks = programPerM({
  name: 'stacks',
  summary: 'Ms take stacks from the pools and return them; the pools allocate and free spans',
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
