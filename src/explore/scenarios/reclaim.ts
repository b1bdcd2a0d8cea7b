/** Reclaim: an M that needs pages sweeps dead large objects for them, while the background sweeper runs. */
import { SPAN_STATE, Span, spanAt } from '../../heap/span.ts';
import { ARENA_USED, SWEEPGEN, nspan } from '../../malloc/mheap.ts';
import { programPerM, repeat } from './program-per-m.ts';

const PAGE = 8192;
/** Pages of the smallest large object. */
const PAGES = 5;
const ALL = 1000;

function dead(pages: number) {
  return [['malloc', 0, pages * PAGE], ['drop', 0]] as const;
}

function live(slot: number) {
  return [['malloc', slot, (PAGES + 2) * PAGE]] as const;
}

export const reclaim = programPerM({
  name: 'reclaim',
  summary: 'Ms that need pages sweep dead large objects for them, while the sweeper does the same',
  procs: [3, 2, 4],
  shape: () => ({ arenaPages: 64 }),
  // The object that is freed last leaves a free run between spans in use.
  before: () => [...dead(PAGES), ['malloc', 1, PAGES * PAGE], ...dead(PAGES), ...dead(PAGES + 1), ['malloc', 3, PAGES * PAGE], ['malloc', 2, PAGES * PAGE], ...dead(PAGES), ['free', 3], ['collect']],
  operations: ({ procs }) =>
    Array.from({ length: procs }, (_, index) => {
      if (index === 0) return [['sweep', 3], ['free', 1], ['scavenge'], ['sweep', ALL]];
      return [['malloc', 0, PAGES * PAGE], ['lookup', 0], ['malloc', 1, 2048], ['free', 0], ['malloc', 2, (PAGES + index) * PAGE]];
    }),
});

/** The free runs are exactly as long as the requests; the dead objects, which are swept for their pages, are longer. */
export const reuse = programPerM({
  name: 'reuse',
  summary: 'pages that were free when the last cycle ended are allocated while the sweeper runs',
  procs: [3, 2],
  shape: () => ({ arenaPages: 80 }),
  // Live objects of seven pages separate dead ones of six from free runs of five.
  before: () => [
    ...live(1), ...dead(PAGES + 1), ...live(2), ['malloc', 8, PAGES * PAGE],
    ...live(3), ...dead(PAGES + 1), ...live(4), ['malloc', 9, PAGES * PAGE], ...live(5),
    ['free', 8],
    ['free', 9],
    ['collect'],
  ],
  operations: ({ procs }) => Array.from({ length: procs }, (_, index) => (index === 0 ? [['sweep', ALL]] : [['malloc', 0, PAGES * PAGE], ['lookup', 0]])),
});

/** The list holds dead objects after a live one: enough pages for the request even while the sweeper sweeps one of them. */
export const reclaimEnough = programPerM({
  name: 'reclaim-enough',
  summary: 'pages are reclaimed before the heap grows, and no more of them than needed',
  procs: [2],
  knobs: [{ name: 'sweeps', summary: 'spans that the other M sweeps meanwhile', values: [1, 0, 2] }],
  shape: () => ({ arenaPages: 48 }),
  before: () => [['malloc', 1, PAGES * PAGE], ...repeat(5, () => dead(PAGES)), ['collect']],
  operations: ({ sweeps }) => [[['sweep', sweeps]], [['malloc', 0, PAGES * PAGE]]],
  check(m, template, { sweeps }) {
    if (m[ARENA_USED] !== template[ARENA_USED]) return `HEAP_GREW: by ${(m[ARENA_USED] - template[ARENA_USED]) * 4} bytes, although enough garbage could be reclaimed`;
    // Swept besides: the live object, a dead one for its pages, and one that a slow malloc sweeps to help.
    const expected = unswept(template) - sweeps - 3;
    return unswept(m) >= expected ? '' : `RECLAIMED_TOO_MUCH: ${unswept(m)} spans are left to sweep, at least ${expected} should be`;
  },
});

function unswept(m: Int32Array): number {
  let count = 0;
  for (let i = 0; i < nspan(m); i++) {
    const s = spanAt(m, i);
    if (m[s + Span.at.state] === SPAN_STATE.inUse && m[s + Span.at.xsweepgen] !== m[SWEEPGEN]) count++;
  }
  return count;
}
