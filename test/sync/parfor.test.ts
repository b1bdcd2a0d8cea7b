import { describe, expect, test } from 'vitest';
import { mAt } from '../../src/machine/m.ts';
import { MARKFOR, PARFOR_MAX_ITERATIONS, PARFOR_MAX_THREADS, ParFor, parfordo, parforsetup, posOf } from '../../src/sync/parfor.ts';
import { bootCore, fatalOf } from '../support/core-machine.ts';
import { runSyncTask } from '../support/core-threads.ts';

function ranges(m: Int32Array, p: number): { begin: number; end: number }[] {
  return Array.from({ length: p }, (_, tid) => {
    const range = m[posOf(MARKFOR, tid)];
    return { begin: range & 0xffff, end: range >>> 16 };
  });
}

test('for every n to 100 and p to 11 the ranges are contiguous, as even as can be, and make up n', () => {
  const { m } = bootCore();
  for (let n = 0; n < 101; n++) {
    for (let p = 1; p <= 11; p++) {
      parforsetup(m, MARKFOR, p, n, true);
      const all = ranges(m, p);
      let at = 0;
      for (const { begin, end } of all) {
        expect(begin).toBe(at);
        at = end;
      }
      expect(at).toBe(n);
      const sizes = all.map(({ begin, end }) => end - begin);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }
  }
});

test('the largest loop for the most threads is split without overflow', () => {
  const { m } = bootCore();
  parforsetup(m, MARKFOR, PARFOR_MAX_THREADS, PARFOR_MAX_ITERATIONS, true);
  const all = ranges(m, PARFOR_MAX_THREADS);
  expect(all.reduce((sum, { begin, end }) => sum + end - begin, 0)).toBe(PARFOR_MAX_ITERATIONS);
});

test.each([
  { nthr: 0, n: 1 },
  { nthr: PARFOR_MAX_THREADS + 1, n: 1 },
  { nthr: 1, n: -1 },
  { nthr: 1, n: PARFOR_MAX_ITERATIONS + 1 },
])('$n iterations for $nthr threads are refused', ({ nthr, n }) => {
  const { m } = bootCore();
  expect(fatalOf(() => parforsetup(m, MARKFOR, nthr, n, true)).code).toBe('PARFOR_OUT_OF_RANGE');
});

test('a thread more than was set up for is refused', () => {
  const { m, m0 } = bootCore();
  parforsetup(m, MARKFOR, 1, 1, false);
  parfordo(m, m0, MARKFOR, () => {});
  expect(fatalOf(() => parfordo(m, m0, MARKFOR, () => {})).code).toBe('PARFOR_INVALID_TID');
});

test('one thread runs every iteration once, in order', () => {
  const { m, m0 } = bootCore();
  const ran: number[] = [];
  parforsetup(m, MARKFOR, 1, 1000, true);
  parfordo(m, m0, MARKFOR, (_m, _mp, i) => ran.push(i));
  expect(ran).toEqual(Array.from({ length: 1000 }, (_, i) => i));
});

/** The others are never scheduled, so whoever waits for them waits forever. */
test.each([2, 3, 4, 11])('without waiting, a thread alone of %i returns, and leaves each other at most the one it may be about to take', (p) => {
  const { m } = bootCore({ procs: 11 });
  for (const n of [0, 1, p - 1, p, p + 1, 100, 1000]) {
    parforsetup(m, MARKFOR, p, n, false);
    const ran: number[] = [];
    parfordo(m, mAt(m, 0), MARKFOR, (_m, _mp, i) => ran.push(i));
    expect(new Set(ran).size).toBe(ran.length);
    const left = ranges(m, p).slice(1);
    for (const { begin, end } of left) expect(end - begin).toBeLessThanOrEqual(Math.max(1, Math.ceil(n / p)));
    // The rest runs when the others come, one after the other.
    for (let tid = 1; tid < p; tid++) parfordo(m, mAt(m, tid), MARKFOR, (_m, _mp, i) => ran.push(i));
    expect(ran.toSorted((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    expect(m[MARKFOR + ParFor.at.xdone]).toBe(p);
  }
});

describe.each([true, false])('with waiting %s', (wait) => {
  test.each([1, 2, 4])('each iteration runs exactly once on %i threads', async (threads) => {
    const { m, map } = bootCore({ procs: 4 });
    const counts = map.regions.find(({ name }) => name === 'arena')!.start;
    const gate = counts + 70_000;
    const barrier = gate + 16;
    const sizes = [0, 1, threads - 1, threads, 7, 100, 1000, 20_000];
    const work = runSyncTask('loops', m.buffer as SharedArrayBuffer, threads, { barrier, desc: MARKFOR, counts, gate, rounds: sizes.length });
    for (const [round, n] of sizes.entries()) {
      m.fill(0, counts, counts + 20_001);
      parforsetup(m, MARKFOR, threads, n, wait);
      Atomics.store(m, gate, 2 * round + 1);
      Atomics.notify(m, gate);
      await Promise.race([until(() => Atomics.load(m, gate + 1) === threads * (round + 1)), work]);
      expect(m.subarray(counts, counts + n).every((count) => count === 1)).toBe(true);
      expect(m.subarray(counts + n, counts + 20_001).every((count) => count === 0)).toBe(true);
      Atomics.store(m, gate, 2 * round + 2);
    }
    const ran = (await work) as number[];
    expect(ran.reduce((sum, n) => sum + n, 0)).toBe(sizes.reduce((sum, n) => sum + n, 0));
  });
});

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 1));
}
