import { describe, expect, it } from 'vitest';
import { MARKFOR, PARFOR_MAX_ITERATIONS, PARFOR_MAX_THREADS, ParFor, parfordo, parforsetup, posOf } from '../../src/sync/parfor.ts';
import { bootCore, fatalOf } from '../support/core-machine.ts';
import { runSyncTask } from '../support/core-threads.ts';

function ranges(m: Int32Array, p: number): { begin: number; end: number }[] {
  return Array.from({ length: p }, (_, tid) => {
    const range = m[posOf(MARKFOR, tid)];
    return { begin: range & 0xffff, end: range >>> 16 };
  });
}

describe('parfor', () => {
  it('splits n up to 100 for p up to 11 into contiguous ranges, as even as possible, that sum to n', () => {
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

  it('splits the largest loop for the most threads without overflow', () => {
    const { m } = bootCore();
    parforsetup(m, MARKFOR, PARFOR_MAX_THREADS, PARFOR_MAX_ITERATIONS, true);
    const all = ranges(m, PARFOR_MAX_THREADS);
    expect(all.reduce((sum, { begin, end }) => sum + end - begin, 0)).toBe(PARFOR_MAX_ITERATIONS);
  });

  it.each([
    { nthr: 0, n: 1 },
    { nthr: PARFOR_MAX_THREADS + 1, n: 1 },
    { nthr: 1, n: -1 },
    { nthr: 1, n: PARFOR_MAX_ITERATIONS + 1 },
  ])('refuses $n iterations for $nthr threads', ({ nthr, n }) => {
    const { m } = bootCore();
    expect(fatalOf(() => parforsetup(m, MARKFOR, nthr, n, true)).code).toBe('PARFOR_OUT_OF_RANGE');
  });

  it('refuses a thread beyond the number that was set up', () => {
    const { m, m0 } = bootCore();
    parforsetup(m, MARKFOR, 1, 1, false);
    parfordo(m, m0, MARKFOR, () => {});
    expect(fatalOf(() => parfordo(m, m0, MARKFOR, () => {})).code).toBe('PARFOR_INVALID_TID');
  });

  it('runs every iteration once, in order, on one thread', () => {
    const { m, m0 } = bootCore();
    const ran: number[] = [];
    parforsetup(m, MARKFOR, 1, 1000, true);
    parfordo(m, m0, MARKFOR, (_m, _mp, i) => ran.push(i));
    expect(ran).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  /** The other threads never come, so a loop that waits for them would hang: it runs on a thread of its own. */
  it.each([2, 3, 4, 11])('returns in one thread of %i without waiting, and leaves the other iterations to later threads', async (p) => {
    for (const n of [0, 1, p - 1, p, p + 1, 100, 1000]) {
      const { m, map } = bootCore({ procs: 11, arenaPages: 16 });
      const barrier = map.regions.find(({ name }) => name === 'arena')!.start;
      const [ran] = (await runSyncTask('alone', m.buffer as SharedArrayBuffer, 1, { barrier, desc: MARKFOR, nthr: p, n }, 5000)) as number[][][];
      expect(ran.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      // Its own share at least, and half of what it found elsewhere, again and again.
      expect(ran[0].length).toBeGreaterThanOrEqual(Math.floor(n / p));
      expect(m[MARKFOR + ParFor.at.xdone]).toBe(p);
    }
  });
});

describe.each([true, false])('parfor with waiting %s', (wait) => {
  it.each([1, 2, 4])('runs each iteration exactly once on %i threads, loop after loop', async (threads) => {
    const { m, map } = bootCore({ procs: 4 });
    const arena = map.regions.find(({ name }) => name === 'arena')!.start;
    const sizes = [0, 1, threads - 1, threads, 7, 40, 200, 3000];
    const rounds = 125 * sizes.length;
    const ran = (await runSyncTask('loops', m.buffer as SharedArrayBuffer, threads, {
      barrier: arena, meet: arena + 16, counts: arena + 64, desc: MARKFOR, sizes, rounds, wait,
    })) as number[];
    expect(ran.reduce((sum, n) => sum + n, 0)).toBe(125 * sizes.reduce((sum, n) => sum + n, 0));
  });
});
