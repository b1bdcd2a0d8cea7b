/** Tiny objects that share blocks, beside collections and sweeps. */
import { programPerM } from './program-per-m.ts';

export const tinyBlocks = programPerM({
  name: 'tiny-blocks',
  summary: 'byte objects share blocks, some with finalizers, while collections and sweeps come between',
  procs: [2, 3],
  before: () => [['tiny', 0, 5], ['tiny', 1, 3], ['finalize', 1], ['tiny', 2, 12], ['drop', 2], ['tiny', 3, 8], ['drop', 0], ['drop', 1]],
  operations: ({ procs }) =>
    Array.from({ length: procs }, (_, index) => {
      if (index === 0) return [['tiny', 4, 7], ['collect'], ['tiny', 5, 8], ['tiny', 6, 2], ['tiny', 7, 12], ['check', 4], ['tiny', 8, 4]];
      return [['tiny', 0, 1], ['tiny', 1, 2], ['finalize', 1], ['tiny', 2, 4], ['drop', 1], ['tiny', 3, 9], ['check', 0], ['tiny', 4, 15], ['drop', 0], ['tiny', 5, 3], ['tiny', 6, 8], ['tiny', 7, 8]];
    }),
});
