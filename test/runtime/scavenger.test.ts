import { describe, expect, it, vi } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { loadWide } from '../../src/memory/wide.ts';
import { SPAN_STATE, Span, spanAt } from '../../src/heap/span.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { nspan } from '../../src/malloc/mheap.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { EVERYTHING, scavenge } from '../../src/malloc/scavenge.ts';
import { FORCE_GC_MS, SCAVENGE_EVERY_MS, SCAVENGE_LIMIT_MS, setClock } from '../../src/sync/clock.ts';
import { G, WAIT } from '../../src/machine/g.ts';
import { mAt } from '../../src/machine/m.ts';
import { SWEEP, Sweep } from '../../src/malloc/sweep.ts';
import { collect, newObject, setSlot } from '../../src/runtime/mutator.ts';
import { parkAt } from '../../src/runtime/goroutine.ts';
import { enableGC, link, startMain } from '../../src/runtime/boot.ts';
import { freeOSMemory } from '../../src/runtime/scavenger.ts';
import { mstart } from '../../src/runtime/schedule.ts';
import { verifyHeap } from '../../src/verify/verifier.ts';
import { bootCore, fatalOf, runCore } from '../support/core-machine.ts';
import { seeds } from '../support/nightly.ts';
import { hook } from '../support/verify-hook.ts';
import { runRandom } from '../support/verify-machine.ts';
import { sweepgen } from '../support/command.ts';

vi.mock('../../src/gc/doorbell.ts', async (original) => (await import('../support/verify-hook.ts')).answered(await original()));

const MB = 1 << 20;
const numgc = (m: Mem) => m[MSTATS + MStats.at.numgc];
const released = (m: Mem) => loadWide(m, MSTATS + MStats.at.heapReleased);
const idle = (m: Mem) => loadWide(m, MSTATS + MStats.at.heapIdle);

function freeSpans(m: Mem): number[] {
  return Array.from({ length: nspan(m) }, (_, i) => spanAt(m, i)).filter((s) => m[s + Span.at.state] === SPAN_STATE.free);
}

/** Is each word of the span 0? */
function isZero(m: Mem, s: number): boolean {
  const start = m[s + Span.at.start];
  return m.subarray(start, start + m[s + Span.at.npages] * 2048).every((word) => word === 0);
}

/** Dirty objects of these sizes in slots 0, 1, …, one beside the other. */
function fill(m: Mem, mp: number, gp: number, sizes: readonly number[]): void {
  sizes.forEach((size, i) => {
    const p = newObject(m, mp, gp, i, size, FLAG_NOSCAN);
    m.fill(-1, p, p + size / 4);
  });
}

describe('scavenge', () => {
  it('releases memory unused for longer than the limit, and no other', () => {
    runCore({ arenaPages: 64 * 128 }, -1, (m, mp, gp) => {
      fill(m, mp, gp, [2 * MB, MB, MB, MB]);
      setSlot(m, gp, 0, 0);
      collect(m, mp, true);
      setClock(m, SCAVENGE_LIMIT_MS);
      setSlot(m, gp, 2, 0);
      collect(m, mp, true);
      setClock(m, SCAVENGE_LIMIT_MS + 1);
      const rest = idle(m) - 3 * MB;
      expect(scavenge(m, mp, SCAVENGE_LIMIT_MS)).toBe(2 * MB + rest);
      expect(released(m)).toBe(2 * MB + rest);
      expect(scavenge(m, mp, SCAVENGE_LIMIT_MS)).toBe(0);
      setClock(m, 2 * SCAVENGE_LIMIT_MS + 1);
      expect(scavenge(m, mp, SCAVENGE_LIMIT_MS)).toBe(MB);
      expect([released(m), idle(m)]).toEqual([3 * MB + rest, 3 * MB + rest]);
    });
  });

  it('leaves memory that reads 0; coalesced with dirty neighbours it counts as dirty', () => {
    runCore({ arenaPages: 64 * 128 }, -1, (m, mp, gp) => {
      fill(m, mp, gp, [MB, MB, MB, MB, 512 << 10]);
      setSlot(m, gp, 1, 0);
      collect(m, mp, true);
      scavenge(m, mp, EVERYTHING);
      for (const s of freeSpans(m)) expect([isZero(m, s), m[s + Span.at.needzero]]).toEqual([true, 0]);
      setSlot(m, gp, 2, 0);
      collect(m, mp, true);
      const joined = freeSpans(m).find((s) => m[s + Span.at.npages] === 256)!;
      expect([isZero(m, joined), m[joined + Span.at.needzero], m[joined + Span.at.npreleased]]).toEqual([false, 1, 128]);
      scavenge(m, mp, EVERYTHING);
      expect([isZero(m, joined), m[joined + Span.at.needzero], m[joined + Span.at.npreleased]]).toEqual([true, 0, 256]);
    });
  });

  it('no longer counts pages that are used again, whose objects are zero', () => {
    runCore({ arenaPages: 64 * 128 }, -1, (m, mp, gp) => {
      fill(m, mp, gp, [MB, MB, MB]);
      setSlot(m, gp, 1, 0);
      freeOSMemory(m, mp);
      expect(released(m)).toBe(idle(m));
      const before = released(m);
      const p = newObject(m, mp, gp, 1, MB, 0);
      expect(released(m)).toBe(before - MB);
      expect(m.subarray(p, p + MB / 4).every((word) => word === 0)).toBe(true);
    });
  });

  it('leaves a heap in which the oracle finds nothing wrong, at any time', () => {
    for (let seed = 1; seed <= seeds(1, 3); seed++) {
      runRandom({
        seed,
        steps: 150,
        at(m, point) {
          expect(verifyHeap(m, point).problems).toEqual([]);
          if (point === 1) scavenge(m, mAt(m, 0), EVERYTHING);
          expect(verifyHeap(m, point).problems).toEqual([]);
        },
      });
    }
    hook.at = () => {};
  });
});

describe('the scavenger', () => {
  it('collects if no collection has run for two minutes', () => {
    runCore({}, 100, function* (m, mp) {
      setClock(m, FORCE_GC_MS);
      yield;
      expect(numgc(m)).toBe(0);
      setClock(m, FORCE_GC_MS + 1);
      yield;
      yield;
      expect(numgc(m)).toBe(1);
      collect(m, mp, true);
      setClock(m, 2 * FORCE_GC_MS + 1);
      yield;
      yield;
      expect(numgc(m)).toBe(2);
      setClock(m, 2 * FORCE_GC_MS + 2);
      yield;
      yield;
      expect(numgc(m)).toBe(3);
    });
  });

  it('does not collect with GOGC off', () => {
    runCore({}, -1, function* (m) {
      setClock(m, 10 * FORCE_GC_MS);
      yield;
      yield;
      expect(numgc(m)).toBe(0);
    });
  });

  it('releases memory unused for five minutes, every two and a half', () => {
    runCore({ arenaPages: 64 * 128 }, -1, function* (m, mp, gp) {
      fill(m, mp, gp, [MB, MB]);
      setSlot(m, gp, 0, 0);
      setSlot(m, gp, 1, 0);
      collect(m, mp, true);
      for (const [ms, gone] of [[SCAVENGE_EVERY_MS, 0], [SCAVENGE_LIMIT_MS, 0], [SCAVENGE_LIMIT_MS + SCAVENGE_EVERY_MS - 1, 0], [SCAVENGE_LIMIT_MS + SCAVENGE_EVERY_MS, 1]]) {
        setClock(m, ms);
        yield;
        yield;
        expect([ms, released(m)]).toEqual([ms, gone * idle(m)]);
      }
    });
  });

  it('sleeps in between, and hides no deadlock', () => {
    const { m, m0 } = bootCore();
    startMain(m, m0, 0, 1);
    enableGC(m);
    setClock(m, FORCE_GC_MS + 1);
    expect(fatalOf(() => mstart(m, m0, link([() => parkAt(0)]))).code).toBe('DEADLOCK');
    expect(numgc(m)).toBe(1);
    const gp = m[SWEEP + Sweep.at.scavenger];
    expect([m[SWEEP + Sweep.at.scavengerParked], m[gp + G.at.waitreason]]).toEqual([1, WAIT.sleep]);
  });
});

describe('the clock of a machine on threads', () => {
  it('runs at the requested speed', async () => {
    const words = ['run', 'churn', '--gogc', '1000', '--set', 'count=1500000', '--set', 'ring=1000', '--arena', '256M', '--procs', '2', '--verify', '--json'];
    const forced = async (scale: string) => {
      const { code, out } = await sweepgen([...words, '--time-scale', scale]);
      expect(code).toBe(0);
      return (JSON.parse(out) as { cycles: { forced: number }[] }).cycles.filter((cycle) => cycle.forced > 0).length;
    };
    expect(await forced('1000000')).toBeGreaterThan(0);
    expect(await forced('0')).toBe(0);
  });
});
