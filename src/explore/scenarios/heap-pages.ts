/** The page heap: spans are allocated and freed, split and coalesced, and their memory is released. */
import { programPerM } from './program-per-m.ts';

const PAGE = 8192;

export const heapPages = programPerM({
  name: 'heap-pages',
  summary: 'Ms allocate and free spans of different lengths, which split and coalesce, while the scavenger runs',
  procs: [3, 2],
  shape: () => ({ arenaPages: 72, chunkPages: 24 }),
  // Free runs between spans in use, and a long free run at the end.
  before: () => [['malloc', 0, 5 * PAGE], ['malloc', 1, 6 * PAGE], ['malloc', 2, 5 * PAGE], ['malloc', 3, 7 * PAGE], ['free', 0], ['free', 2]],
  operations: ({ procs }) =>
    Array.from({ length: procs }, (_, index) => {
      if (index === 0) return [['free', 1], ['scavenge'], ['free', 3], ['scavenge'], ['malloc', 1, 20 * PAGE], ['lookup', 1]];
      return [['malloc', 0, (4 + index) * PAGE], ['malloc', 1, 8192], ['free', 0], ['lookup', 1], ['malloc', 2, 5 * PAGE], ['free', 1], ['lookup', 2], ['free', 2]];
    }),
});

export const arenaGrowth = programPerM({
  name: 'arena-growth',
  summary: 'the arena grows by small chunks while an M reads arena_used',
  procs: [3, 2],
  shape: () => ({ arenaPages: 64 }),
  before: () => [],
  operations: ({ procs }) =>
    Array.from({ length: procs }, (_, index) => {
      if (index === 0) return [['watch', 40]];
      return [['malloc', 0, 4096], ['malloc', 1, 6 * PAGE], ['lookup', 1], ['malloc', 2, 9 * PAGE], ['lookup', 2]];
    }),
});

/**
 * Pages that were free for five minutes are released. On one P the figures are exact: a free run is as old
 * as its youngest part, and a page that is released already counts once.
 */
export const scavengeOld = programPerM({
  name: 'scavenge-old',
  summary: 'runs of pages that have been free for long are released while other Ms allocate',
  procs: [1, 2, 3],
  isFixed: true,
  shape: () => ({ arenaPages: 48, chunkPages: 24 }),
  // All 24 pages are in use: 5, 6, 1, 7, 5.
  before: () => [['malloc', 0, 5 * PAGE], ['malloc', 1, 6 * PAGE], ['malloc', 2, PAGE], ['malloc', 3, 7 * PAGE], ['malloc', 4, 5 * PAGE]],
  operations: ({ procs }) =>
    Array.from({ length: procs }, (_, index) => {
      if (index > 0) return [['malloc', 0, PAGE], ['malloc', 1, 5 * PAGE], ['free', 0], ['scavenge-old', 0], ['free', 1], ['lookup', 1], ['malloc', 2, 2 * PAGE]];
      return [
        ['free', 0], ['tick', 3], ['scavenge-old', 0], ['free', 3], ['tick', 3], ['scavenge-old', 5], ['scavenge-old', 0],
        // The run coalesces with a released one: the whole counts as young.
        ['free', 1], ['tick', 3], ['scavenge-old', 7], ['tick', 3], ['scavenge-old', 6], ['scavenge', 0],
        // Allocating from a released run backs all of it, the remainder too: the remainder is released again.
        ['malloc', 5, 5 * PAGE], ['free', 5], ['tick', 6], ['scavenge-old', 7], ['lookup', 4],
      ];
    }),
});

/** Pages of a run that is too long for a list of its own length: the heap searches for the best fit. */
const LONG = 130;
/** Pages by which the heap has grown beyond the request. */
const LEFT_OVER = 11;

export const longRuns = programPerM({
  name: 'long-runs',
  summary: 'runs longer than the free lists are allocated, freed, swept for their pages and released',
  procs: [1, 2, 3],
  isFixed: true,
  shape: () => ({ arenaPages: 8 * LONG, chunkPages: 64 }),
  before: () => [
    ['malloc', 0, LONG * PAGE], ['malloc', 1, PAGE], ['malloc', 2, (LONG + 9) * PAGE], ['malloc', 3, PAGE], ['malloc', 4, (LONG + 3) * PAGE], ['malloc', 5, PAGE],
    ['free', 0], ['drop', 2], ['free', 4], ['collect'],
  ],
  operations: ({ procs }) =>
    Array.from({ length: procs }, (_, index) => {
      if (index > 0) return [['malloc', 0, (LONG + 1) * PAGE], ['sweep', 1], ['free', 0], ['lookup', 0]];
      return [['tick', 6], ['scavenge-old', 2 * LONG + 3 + LEFT_OVER], ['malloc', 6, (LONG + 2) * PAGE], ['lookup', 6], ['malloc', 7, (LONG + 5) * PAGE], ['sweep', 100], ['free', 6], ['scavenge']];
    }),
});
