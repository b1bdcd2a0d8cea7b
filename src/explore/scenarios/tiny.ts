/** Tiny objects that share blocks, with several Ms and under a collection. */
import { programPerM } from './program-per-m.ts';

export const tinyBlocks = programPerM({
  name: 'tiny-blocks',
  summary: 'tiny objects share blocks, some with finalizers, on several Ms',
  procs: [3, 2],
  before: () => [],
  operations: ({ procs }) =>
    Array.from({ length: procs }, (_, index) => {
      if (index === 0) return [['tiny', 4, 7], ['tiny', 5, 8], ['tiny', 6, 1], ['tiny', 7, 12], ['check', 4], ['tiny', 8, 4], ['tiny', 9, 15], ['tiny', 10, 6]];
      return [['tiny', 0, 1], ['tiny', 1, 2], ['finalize', 1], ['tiny', 2, 4], ['tiny', 3, 9], ['tiny', 4, 15], ['unfinalize', 1], ['tiny', 5, 3], ['tiny', 6, 8], ['tiny', 7, 8]];
    }),
});

/** The collection frees blocks, and must drop each MCache's current tiny block. */
export const tinyCollected = programPerM({
  name: 'tiny-collected',
  summary: 'tiny objects share blocks while a collection flushes the MCaches and spans are swept',
  procs: [2, 3],
  before: () => [['tiny', 0, 5], ['tiny', 1, 12], ['finalize', 1], ['drop', 0], ['drop', 1], ['tiny', 2, 3], ['drop', 2]],
  operations: ({ procs }) =>
    Array.from({ length: procs }, (_, index) => {
      if (index === 0) return [['tiny', 3, 15], ['tiny', 4, 3], ['drop', 4], ['collect'], ['tiny', 5, 2], ['tiny', 6, 8]];
      return [['tiny', 0, 1], ['tiny', 1, 2], ['drop', 1], ['tiny', 2, 4], ['check', 0], ['drop', 0], ['drop', 2], ['tiny', 3, 9]];
    }),
});
