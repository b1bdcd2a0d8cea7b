/** The scavenger's log for gctrace, in order with the log of collections. */
import { describe, expect, it, vi } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { mAt } from '../../src/machine/m.ts';
import { MHEAP_LOCK } from '../../src/malloc/mheap.ts';
import { SCAVENGE, SCAVENGE_LOG_CAP, UNNUMBERED, drainScavenges, logScavenge } from '../../src/malloc/scavenge-log.ts';
import { FORCE_GC_MS, SCAVENGE_EVERY_MS, SCAVENGE_LIMIT_MS, setClock } from '../../src/sync/clock.ts';
import type { ProgramText } from '../../src/run/threads/stillness.ts';
import { Watcher } from '../../src/run/threads/watch.ts';
import { collect, newObject, setSlot } from '../../src/runtime/mutator.ts';
import { freeOSMemory } from '../../src/runtime/scavenger.ts';
import { bootCore, runCore, type CoreMachine } from '../support/core-machine.ts';

/** Called in place of each sleep of the machine. */
let asleep = (_m: Mem): void => {};
vi.mock('../../src/sync/os.ts', async (original) => ({ ...(await original<object>()), futexsleep: (m: Mem) => asleep(m) }));

const MB = 1 << 20;
const NOTHING: ProgramText = { names: [] };
const large = { arenaPages: 64 * 128 };

/** The lines that the watcher reports of a machine that has run, in order. */
function reported({ m, map }: CoreMachine): string[] {
  const lines: string[] = [];
  new Watcher(m, map, {
    workload: 'none',
    onCycle: ({ numgc }) => lines.push(`gc${numgc}`),
    onScavenge: ({ kind, number }) => lines.push(`${Object.keys(SCAVENGE)[kind]} ${number}`),
  }, NOTHING, () => false).look();
  return lines;
}

describe('the log of the scavenger', () => {
  it('encloses the collection that the clock forces, and numbers each release', () => {
    const machine = runCore(large, 100, function* (m, mp) {
      collect(m, mp, true);
      for (const ms of [FORCE_GC_MS + 1, SCAVENGE_EVERY_MS, 2 * SCAVENGE_EVERY_MS]) {
        setClock(m, ms);
        yield;
        yield;
      }
    });
    expect(reported(machine)).toEqual(['gc1', 'forcing 0', 'gc2', 'forced 0', 'released 0', 'forcing 1', 'gc3', 'forced 1', 'released 1']);
    expect(reported(machine)).toEqual([]);
  });

  it('is read by the watcher without a request', () => {
    const { m, map } = runCore(large, 100, (m, mp) => void freeOSMemory(m, mp));
    new Watcher(m, map, { workload: 'none' }, NOTHING, () => false).look();
    expect(drainScavenges(m)).toEqual([]);
  });

  it('has the bytes released, and the heap\'s figures', () => {
    const { m } = runCore(large, -1, function* (m, mp, gp) {
      for (const slot of [0, 1, 2]) newObject(m, mp, gp, slot, MB, 0);
      for (const slot of [0, 1]) setSlot(m, gp, slot, 0);
      collect(m, mp, true);
      setClock(m, SCAVENGE_LIMIT_MS + SCAVENGE_EVERY_MS);
      yield;
      yield;
    });
    const [{ released, heapReleased, heapIdle, heapInuse, heapSys }] = drainScavenges(m);
    expect(released).toBeGreaterThanOrEqual(2 * MB);
    expect([heapReleased, heapIdle]).toEqual([released, released]);
    expect(heapInuse).toBeGreaterThanOrEqual(MB);
    expect(heapSys).toBe(heapInuse + heapIdle);
  });

  it('gives no number to a release by the program', () => {
    const { m } = runCore(large, 100, (m, mp) => void freeOSMemory(m, mp));
    expect(drainScavenges(m)).toMatchObject([{ kind: SCAVENGE.released, number: UNNUMBERED, numgc: 1 }]);
  });

  it('is empty in a machine that is not traced, and before a machine runs', () => {
    const { m } = runCore({ ...large, gctrace: false }, 100, (m, mp) => void freeOSMemory(m, mp));
    expect(drainScavenges(m)).toEqual([]);
    const booted = bootCore();
    logScavenge(booted.m, booted.m0, SCAVENGE.released, 0, true);
    expect(drainScavenges(booted.m)).toEqual([]);
  });

  it('keeps its order when the ring goes round', () => {
    const numbers: number[] = [];
    runCore({}, 100, (m) => {
      for (let i = 0; i < 3 * SCAVENGE_LOG_CAP; i++) {
        logScavenge(m, mAt(m, 0), SCAVENGE.released, i, true);
        if (i % 20 === 19) numbers.push(...drainScavenges(m).map(({ number }) => number));
      }
      numbers.push(...drainScavenges(m).map(({ number }) => number));
    });
    expect(numbers).toEqual(Array.from({ length: 3 * SCAVENGE_LOG_CAP }, (_, i) => i));
  });

  it('makes a writer wait, without the lock of the heap, while the ring is full', () => {
    const numbers: number[] = [];
    asleep = (m) => {
      expect(m[MHEAP_LOCK]).toBe(0);
      numbers.push(...drainScavenges(m).map(({ number }) => number));
    };
    runCore({}, 100, (m) => {
      for (let i = 0; i <= SCAVENGE_LOG_CAP; i++) logScavenge(m, mAt(m, 0), SCAVENGE.released, 0, true);
    });
    expect(numbers).toEqual(Array.from({ length: SCAVENGE_LOG_CAP }, (_, i) => i));
  });
});
