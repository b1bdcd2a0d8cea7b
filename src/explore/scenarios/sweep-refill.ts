/** Sweeping while other Ms allocate. */
import { programPerM, repeat } from './program-per-m.ts';

const ALL = 1000;

export const sweepRefill = programPerM({
  name: 'sweep-refill',
  summary: 'one M sweeps after a mark; the others allocate from the same spans',
  procs: [3, 2, 4],
  knobs: [{ name: 'bytes', summary: 'size of the blocks: few in a span, or many', values: [2048, 4096, 1024] }],
  // Three spans: one full of live blocks, one with live and dead blocks, one with dead blocks only.
  before: ({ bytes }) => [
    ...repeat(3 * (8192 / bytes), (i) => [['malloc', Math.min(i, 8192 / bytes + 1), bytes] as const]),
    ['drop', 8192 / bytes + 1],
    ['collect'],
  ],
  operations: ({ procs, bytes }) =>
    Array.from({ length: procs }, (_, index) => (index === 0 ? [['sweep', ALL]] : repeat(4, (i) => [['malloc', i, bytes] as const]))),
});

/** One unswept span had free blocks before the mark, so that a refill tries it first. The others are full. */
export const refillPartial = programPerM({
  name: 'refill-partial',
  summary: 'an unswept span with free blocks is swept and cached, while full ones are swept in vain',
  procs: [3, 2, 4],
  before: () => [
    ...repeat(12, (i) => [['malloc', i, 2048]]),
    ['drop', 1],
    ['drop', 2],
    ['collect'],
    ['sweep', ALL],
    ['drop', 3],
    ['collect'],
  ],
  operations: ({ procs }) =>
    Array.from({ length: procs }, (_, index) => (index === 0 ? [['sweep', 1], ['malloc', 13, 2048], ['sweep', ALL]] : repeat(4, (i) => [['malloc', i, 2048]]))),
});
