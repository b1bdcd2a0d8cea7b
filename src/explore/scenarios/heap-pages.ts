/** The heap of pages alone: spans come and go, split and join, and their memory is released. */
import { programPerM } from './program-per-m.ts';

const PAGE = 8192;

export const heapPages = programPerM({
  name: 'heap-pages',
  summary: 'Ms take and give back spans of different lengths, which split and join, beside the scavenger',
  procs: [3, 2],
  shape: () => ({ arenaPages: 72, chunkPages: 24 }),
  // Free runs between spans in use, and a long one behind.
  before: () => [['malloc', 0, 5 * PAGE], ['malloc', 1, 6 * PAGE], ['malloc', 2, 5 * PAGE], ['malloc', 3, 7 * PAGE], ['free', 0], ['free', 2]],
  operations: ({ procs }) =>
    Array.from({ length: procs }, (_, index) => {
      if (index === 0) return [['free', 1], ['scavenge'], ['free', 3], ['scavenge'], ['malloc', 1, 20 * PAGE], ['lookup', 1]];
      return [['malloc', 0, (4 + index) * PAGE], ['malloc', 1, 8192], ['free', 0], ['lookup', 1], ['malloc', 2, 5 * PAGE], ['free', 1], ['lookup', 2], ['free', 2]];
    }),
});

export const arenaGrowth = programPerM({
  name: 'arena-growth',
  summary: 'the arena grows by small chunks while others look how far it is in use',
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
 * Memory that was not used for five minutes is given back, alone with exact figures: a run of free pages is as
 * old as its youngest part, and what was given back before counts once.
 */
export const scavengeOld = programPerM({
  name: 'scavenge-old',
  summary: 'runs of pages are given back when they have been free for long, beside Ms that use others',
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
        // It joins the run that was given back: the whole is young again.
        ['free', 1], ['tick', 3], ['scavenge-old', 7], ['tick', 3], ['scavenge-old', 6], ['scavenge', 0],
        // A run that comes into use is backed again, also what is cut off from it, and so is given back again.
        ['malloc', 5, 5 * PAGE], ['free', 5], ['tick', 6], ['scavenge-old', 7], ['lookup', 4],
      ];
    }),
});

/** Runs too long for a list of their own length, of which the best fit is searched for, and large objects as long. */
const LONG = 130;
/** Pages that the heap has grown by beyond what was asked for. */
const LEFT_OVER = 11;

export const longRuns = programPerM({
  name: 'long-runs',
  summary: 'runs of more pages than there are lists for come and go, are swept for their pages and given back',
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
