import { describe, expect, it } from 'vitest';
import { M, mAt } from '../../src/machine/m.ts';
import { Lock, holds, lock, unlock } from '../../src/sync/lock.ts';
import { bootCore, fatalOf } from '../support/core-machine.ts';
import { runSyncTask } from '../support/core-threads.ts';

describe('a mutex', () => {
  it('records its holder, and prevents a collection on that M until it is released', () => {
    const { m, m0, map } = bootCore();
    const mutex = map.regions.find(({ name }) => name === 'arena')!.start;
    lock(m, m0, mutex);
    expect([holds(m, m0, mutex), m[m0 + M.at.locks], m[m0 + M.at.holds]]).toEqual([true, 1, mutex]);
    unlock(m, m0, mutex);
    expect([holds(m, m0, mutex), m[m0 + M.at.locks], m[m0 + M.at.holds], m[mutex + Lock.at.xkey]]).toEqual([false, 0, 0, 0]);
  });

  it('refuses to be unlocked by another M', () => {
    const { m, m0, map } = bootCore({ procs: 2 });
    const mutex = map.regions.find(({ name }) => name === 'arena')!.start;
    lock(m, m0, mutex);
    expect(fatalOf(() => unlock(m, mAt(m, 1), mutex)).code).toBe('UNLOCK_OF_FOREIGN_LOCK');
  });

  it.each([2, 4])('protects all increments of %i threads', async (threads) => {
    const { m, map } = bootCore({ procs: 4 });
    const mutex = map.regions.find(({ name }) => name === 'arena')!.start;
    const counter = mutex + 16;
    const times = 20_000;
    const locks = await runSyncTask('increments', m.buffer as SharedArrayBuffer, threads, {
      barrier: mutex + 32, mutex, counter, times, locksField: M.at.locks,
    });
    expect(m[counter]).toBe(threads * times);
    expect(locks).toEqual(Array.from({ length: threads }, () => 0));
    expect(m[mutex + Lock.at.xkey]).toBe(0);
  });
});
