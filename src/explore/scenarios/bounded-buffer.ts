/** Conditions: an M that waits for one is woken, whenever it begins to wait. */
import { perM } from './per-m.ts';
import type { Scenario } from './scenario.ts';

export const boundedBuffer: Scenario = perM({
  name: 'bounded-buffer',
  summary: 'Ms that wait until a buffer of one item is empty, or full',
  procs: [3, 2, 4],
  knobs: [
    { name: 'rounds', summary: 'how many items each M but M 0 puts', values: [2, 1, 3] },
    { name: 'shared', summary: '1: both sides wait for one condition, and a signal wakes all', values: [0, 1] },
  ],
  build: (core, m) => core.buildBoundedBuffer(m),
  run: (core, m, i, _operations, { rounds, shared }) => core.runBoundedBuffer(m, i, rounds, shared),
  check: checkSum,
  withoutOracle: true,
});

/** The monitors see an M that sleeps for ever; here an item could have been lost, or taken twice. */
function checkSum(_m: Int32Array, results: readonly unknown[]): string {
  const [taken, ...put] = results as readonly number[];
  const sum = put.reduce((total, n) => total + n, 0);
  return taken === sum ? '' : `ITEM_LOST: items of ${sum} in all were put, and items of ${taken} were taken`;
}
