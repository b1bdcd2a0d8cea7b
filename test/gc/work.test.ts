import { describe, expect, it } from 'vitest';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { EMPTY, FULL, WORK, WORKBUF_CAP, Work, getempty, handoff, objAt, putempty, workbufStruct } from '../../src/gc/work.ts';
import { lfstackpop } from '../../src/sync/lfstack.ts';
import { bootCore, fatalOf } from '../support/core-machine.ts';
import { POLICIES } from '../support/core-shape.ts';
import { runOnThreads } from '../support/core-threads.ts';

const NOBJ = workbufStruct(1).at.nobj;

describe('workbufs', () => {
  it('are handed off by halves, without a lost or duplicated object', () => {
    for (const n of [5, 6, 100, 1363, 1364]) {
      const { m, m0 } = bootCore({ arenaPages: 16 });
      const b = getempty(m, m0, 0);
      for (let i = 0; i < n; i++) m.set([1000 + i, i, 2 * i], objAt(b, i));
      const kept = handoff(m, m0, b, n);
      const given = lfstackpop(m, FULL);
      expect(given).toBe(b);
      expect(Math.abs(m[given + NOBJ] - m[kept + NOBJ])).toBeLessThanOrEqual(1);
      const objects = [given, kept].flatMap((buf) => Array.from({ length: m[buf + NOBJ] }, (_, i) => [...m.subarray(objAt(buf, i), objAt(buf, i) + 3)]));
      expect(objects).toEqual(Array.from({ length: n }, (_, i) => [1000 + i, i, 2 * i]));
    }
  });

  it('are reused before new ones are made, and report when they run out', () => {
    const { m, m0 } = bootCore({ maxWorkbufs: 3, arenaPages: 16 });
    const made = Array.from({ length: 3 }, () => getempty(m, m0, 0));
    expect([new Set(made).size, m[WORK + Work.at.nbufs]]).toEqual([3, 3]);
    expect(fatalOf(() => getempty(m, m0, 0)).code).toBe('OUT_OF_MEMORY');
    putempty(m, m0, made[1]);
    expect(getempty(m, m0, 0)).toBe(made[1]);
    expect([m[EMPTY], m[WORK + Work.at.nbufs]]).toEqual([0, 3]);
  });
});

// Even one P runs on its own thread, so a mark that never ends does not block the test.
describe.each(POLICIES)('the work of policy $name', ({ policy }) => {
  it.each([
    { procs: 1, workbufCap: WORKBUF_CAP },
    { procs: 2, workbufCap: WORKBUF_CAP },
    { procs: 1, workbufCap: 140 },
    { procs: 2, workbufCap: 140 },
    { procs: 2, workbufCap: 5 },
  ])('is marked to the end if one buffer of $workbufCap entries is not enough, on $procs Ps', async ({ procs, workbufCap }) => {
    const ptrBufCap = Math.min(64, workbufCap);
    for (const length of [workbufCap, 8 * workbufCap + 1]) {
      const { cycles } = await runOnThreads('wideArray', {
        shape: { procs, policy, workbufCap, ptrBufCap, maxWorkbufs: 16_384, arenaPages: 2048 }, gogc: -1, args: [length, 5], limitMs: 60_000,
      });
      expect(cycles.length).toBe(5);
    }
  });

  it.each([
    { procs: 2, size: 8, flags: 0, what: 'with pointers' },
    { procs: 2, size: 16, flags: FLAG_NOSCAN, what: 'without' },
    { procs: 4, size: 16, flags: FLAG_NOSCAN, what: 'without' },
    { procs: 2, size: 32, flags: FLAG_NOSCAN, what: 'without' },
  ])('keeps the marks of neighbouring blocks of $size bytes $what pointers that $procs Ms mark at once', async ({ procs, size, flags }) => {
    const { cycles } = await runOnThreads('neighbours', {
      shape: { procs, policy, arenaPages: 4096, maxWorkbufs: 4096 }, gogc: -1, args: [60_000, size, flags, 12], limitMs: 60_000,
    });
    expect(cycles.filter(({ nproc }) => nproc === procs).length).toBe(12);
  });
});
