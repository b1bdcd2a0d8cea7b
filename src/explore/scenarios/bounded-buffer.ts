/** Condition variables: a waiting M is woken, no matter when it began to wait. */
import { perM } from './per-m.ts';
import type { Scenario } from './scenario.ts';

export const boundedBuffer: Scenario = perM({
  name: 'bounded-buffer',
  summary: 'Ms wait until a buffer of one item is empty, or full',
  procs: [3, 2, 4],
  knobs: [
    { name: 'rounds', summary: 'items that each M but M 0 puts', values: [2, 1, 3] },
    { name: 'shared', summary: '1: both sides wait for one condition, which is broadcast', values: [0, 1] },
  ],
  build: (core, m) => core.buildBoundedBuffer(m),
  run: (core, m, i, _operations, { rounds, shared }) => core.runBoundedBuffer(m, i, rounds, shared),
  check: checkSum,
  withoutOracle: true,
});

/** Compares the items put with the items taken. A thread that sleeps for ever is a deadlock, and needs no check. */
function checkSum(_m: Int32Array, results: readonly unknown[]): string {
  const [taken, ...put] = results as readonly number[];
  const sum = put.reduce((total, n) => total + n, 0);
  return taken === sum ? '' : `ITEM_LOST: the items put add up to ${sum}, those taken to ${taken}`;
}
