/** Pacing: the goal of the next collection and MemStats, changed by several Ms at once. */
import { MSTATS, MStats } from '../../malloc/mstats.ts';
import { perM } from './per-m.ts';
import type { Operations } from './operation.ts';
import type { Setting } from './scenario.ts';

const GOGC = 100;
const LARGE = 40 << 10;
const FIRST_LIVE_Q = (4 * 2048 + 40 * 1024) >> 3;

const ALL: Operations = [
  [['sweep'], ['percent', 200], ['report'], ['alloc', 2048]],
  [['percent', 50], ['sweep'], ['alloc', 2048], ['report'], ['scavenge'], ['percent', 400]],
  [['alloc', LARGE], ['percent', -1], ['sweep'], ['free', 3], ['alloc', 1024], ['report']],
];

export const pacing = perM({
  name: 'pacing',
  summary: 'sweepers lower the goal of the next collection while GOGC changes and MCaches report',
  procs: [3, 2],
  knobs: [],
  shape: () => ({ arenaPages: 32 }),
  operations: ({ procs }) => ALL.slice(0, procs),
  build: (core, m, m0) => core.buildPacing(m, m0),
  run: (core, m, i, operations) => core.runPacing(m, i, operations),
  check: (m, results, setting) => checkGoal(m) || checkPercents(m, results, setting),
});

/** After the sweep, next_gc == live + live * GOGC / 100, with GOGC as of the end of the mark. */
function checkGoal(m: Int32Array): string {
  const goal = m[MSTATS + MStats.at.xnextGcQ];
  const expected = FIRST_LIVE_Q + Math.floor((FIRST_LIVE_Q * GOGC) / 100);
  return goal === expected ? '' : `NEXT_GC: next_gc is ${goal * 8} bytes, but with ${FIRST_LIVE_Q * 8} live bytes and GOGC ${GOGC} it must be ${expected * 8}`;
}

/** Each value of GOGC is returned once as the previous value, or is the last. */
function checkPercents(m: Int32Array, results: readonly unknown[], { operations }: Setting): string {
  const set: number[] = [GOGC];
  const seen: number[] = [m[MSTATS + MStats.at.gcpercent]];
  operations.forEach((list, i) =>
    list.forEach(([name, percent], at) => {
      if (name !== 'percent') return;
      set.push(percent);
      seen.push((results[i] as readonly number[])[at]);
    }),
  );
  const [was, came] = [set.toSorted(), seen.toSorted()].map((values) => values.join());
  return was === came ? '' : `GOGC_LOST: GOGC was set to ${was}, but the values returned and the last one are ${came}`;
}
