import { describe, expect, it } from 'vitest';
import { semacquire, semrelease, semtryacquire } from '../../src/sync/semaphore.ts';
import { bootCore } from '../support/core-machine.ts';
import { runSyncTask } from '../support/core-threads.ts';

const SEMA = 64;

describe('a semaphore', () => {
  it('grants as many permits as it has, and no more', () => {
    const m = new Int32Array(new SharedArrayBuffer(1024));
    expect(semtryacquire(m, SEMA)).toBe(false);
    m[SEMA] = 2;
    semacquire(m, SEMA);
    expect([semtryacquire(m, SEMA), semtryacquire(m, SEMA), m[SEMA]]).toEqual([true, false, 0]);
    semrelease(m, SEMA);
    expect([m[SEMA], semtryacquire(m, SEMA)]).toEqual([1, true]);
  });

  it.each([1, 2])('with %i permits admits no more threads at once, and leaves none asleep', async (permits) => {
    const { m, map } = bootCore({ procs: 4 });
    const at = map.regions.find(({ name }) => name === 'arena')!.start;
    m[at + 16] = permits;
    await runSyncTask('permits', m.buffer as SharedArrayBuffer, 4, { barrier: at, sema: at + 16, inside: at + 32, most: at + 48, times: 20_000 });
    expect(m[at + 48]).toBeLessThanOrEqual(permits);
    expect([m[at + 16], m[at + 32]]).toEqual([permits, 0]);
  });
});
