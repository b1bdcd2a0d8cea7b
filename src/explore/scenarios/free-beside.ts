/** Explicit frees by another M than the one whose MCache holds the span. */
import { programPerM, repeat } from './program-per-m.ts';

const ALL = 1000;
const HANDED_OVER = 6;

function freeOf(name: string, summary: string, bytes: number) {
  return programPerM({
    name,
    summary,
    procs: [3, 2],
    // M 0 caches the span from the start.
    before: () => [['malloc', HANDED_OVER, bytes]],
    operations: ({ procs }) =>
      Array.from({ length: procs }, (_, index) =>
        index === 0
          ? repeat(HANDED_OVER, (i) => [['malloc', i, bytes], ['swap', i, i], ['malloc', HANDED_OVER + 1 + i, bytes]])
          : repeat(2 * HANDED_OVER, (i) => [['swap', i % HANDED_OVER, i % HANDED_OVER], ['free', i % HANDED_OVER]]),
      ),
  });
}

export const freeBeside = freeOf('free-beside', 'one M allocates; the others free its blocks while it caches their span', 2048);
export const freeBesideBits = freeOf('free-beside-bits', 'the same with blocks whose bits share a bitmap word', 16);

/** Explicit frees in spans that are not swept yet. */
export const freeUnswept = programPerM({
  name: 'free-unswept',
  summary: 'blocks of unswept spans are freed explicitly while the spans are swept and others allocate',
  procs: [3, 2, 4],
  knobs: [{ name: 'bytes', summary: 'size of the blocks: few in a span, or many in a bitmap word', values: [2048, 4096, 64] }],
  before: ({ bytes }) => [
    // Every second block is live; a cell points to it.
    ...repeat(6, (i) => [['malloc', 0, bytes], ['swap', 0, i], ['malloc', 0, bytes], ['drop', 0]]),
    ['collect'],
  ],
  operations: ({ procs, bytes }) =>
    Array.from({ length: procs }, (_, index) => {
      if (index === 0) return [['sweep', ALL]];
      if (index === 1) return repeat(6, (i) => [['swap', i, i], ['free', i]]);
      return repeat(4, (i) => [['malloc', i, bytes], ['swap', i + 4, 5 - i], ['free', i + 4]]);
    }),
});
