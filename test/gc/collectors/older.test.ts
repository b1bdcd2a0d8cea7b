/** The collectors of 2010 and 2011 under the oracle, and mistakes in them that the oracle must find. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CONFIG, Config } from '../../../src/memory/config.ts';
import { COLLECTOR } from '../../../src/gc/collectors/registry.ts';
import type { Ref } from '../../../src/memory/address.ts';
import { storePointer } from '../../../src/memory/pointer.ts';
import type { Mem } from '../../../src/memory/struct.ts';
import type { MRef } from '../../../src/machine/m.ts';
import { REF_NO_POINTERS } from '../../../src/gc/collectors/refword/refword.ts';
import { FLAG_NOSCAN } from '../../../src/malloc/flags.ts';
import { mallocgc } from '../../../src/malloc/malloc.ts';
import { FIN, Fin } from '../../../src/malloc/finq.ts';
import { drainCycles } from '../../../src/gc/cycle-log.ts';
import { setfinalizer } from '../../../src/runtime/finalizer.ts';
import { GOEXIT, type Step } from '../../../src/runtime/goroutine.ts';
import { collect, getSlot, loadWord, newObject, setGlobal, setSlot, storeWord } from '../../../src/runtime/mutator.ts';
import { Verifier } from '../../../src/verify/verifier.ts';
import { builtIn } from '../../../src/workloads/built-ins.ts';
import type { Params } from '../../../src/workloads/workload.ts';
import { bootCore, isAllocated, recount, runCore, runMain } from '../../support/core-machine.ts';
import { runOnOneP } from '../../support/machine.ts';
import { hook } from '../../support/verify-hook.ts';
import { Enough, runRandom } from '../../support/verify-machine.ts';

vi.mock('../../../src/gc/doorbell.ts', async (original) => (await import('../../support/verify-hook.ts')).answered(await original()));

/** The part of a collector that a test breaks; the mocks read it. */
const broken = vi.hoisted(() => ({ losesBuffers: false, takesAllForPointerFree: false, forgetsFinalizers: false }));

vi.mock('../../../src/gc/collectors/bitmap/work.ts', async (original) => {
  const work = await original<typeof import('../../../src/gc/collectors/bitmap/work.ts')>();
  return { ...work, nextEmpty: (m: Mem, mp: MRef, full: Ref) => work.nextEmpty(m, mp, broken.losesBuffers ? 0 : full) };
});

vi.mock('../../../src/gc/collectors/refword/refword.ts', async (original) => {
  const refword = await original<typeof import('../../../src/gc/collectors/refword/refword.ts')>();
  return {
    ...refword,
    setRefNone(m: Mem, p: Ref) {
      refword.setRefNone(m, p);
      const s = m[m[CONFIG + Config.at.spanMap] + ((p - m[CONFIG + Config.at.arenaStart]) >> 11)];
      if (broken.takesAllForPointerFree) m[refword.refwordsOf(m, s) + refword.blockIndex(m, s, p)] |= REF_NO_POINTERS;
    },
    refreshRefFlags(m: Mem, s: Ref, offset: number) {
      if (!broken.forgetsFinalizers) refword.refreshRefFlags(m, s, offset);
    },
  };
});

const OLDER = ['bitmap', 'refword'] as const;
const PLENTY = { arenaPages: 64 * 128 };

/** The oracle runs at every checkpoint and must find no problem. */
let checkpoints = 0;
beforeEach(() => {
  let verifier: { m: Mem; check: Verifier } | undefined;
  checkpoints = 0;
  hook.at = (m, point) => {
    if (verifier?.m !== m) verifier = { m, check: new Verifier(m) };
    expect(verifier.check.check(point).problems).toEqual([]);
    checkpoints++;
  };
});
afterEach(() => {
  hook.at = () => {};
});

describe.each(OLDER)('the collector %s', (name) => {
  const collector = COLLECTOR[name];

  it.each<[string, Params, number]>([
    ['churn', { count: 40_000, ring: 2000 }, 20],
    ['links', { moves: 3000, nodes: 500 }, 20],
    ['cache', { count: 8000 }, 50],
    ['strings', { count: 5000 }, 20],
    ['binary-trees', { depth: 10 }, 5],
    ['tree', { depth: 10, runs: 3 }, 0],
    ['list', { count: 3000, runs: 3 }, 0],
    ['rand', { count: 3000, runs: 3 }, 0],
    ['wide', { count: 3000, runs: 3 }, 0],
    ['mixed', { count: 500, runs: 3 }, 0],
  ])('runs %s with nothing wrong at any checkpoint', (workload, params, gcEvery) => {
    const { cycles } = runOnOneP(builtIn(workload)!, params, { collector: name, verify: true, gogc: 50, gcEvery, timeslice: 50 });
    expect(cycles.length).toBeGreaterThan(2);
    expect(checkpoints).toBe(2 * cycles.length);
    for (const cycle of cycles) {
      expect([cycle.nproc, cycle.nbgsweep]).toEqual([1, 0]);
      expect(cycle.objects0).toBeGreaterThanOrEqual(cycle.objects);
      // Every remaining object was marked, or a finalizer keeps it.
      expect(cycle.objects).toBeGreaterThanOrEqual(cycle.objectsMarked);
      expect(cycle.heap0).toBeGreaterThanOrEqual(cycle.heap1);
    }
  });

  it('leaves nothing to sweep when the world restarts', () => {
    const { m } = runCore({ collector, ...PLENTY }, -1, (m, mp, gp) => {
      for (let i = 0; i < 500; i++) newObject(m, mp, gp, 0, [16, 1000, 100_000][i % 3], 0);
      setSlot(m, gp, 0, 0);
      collect(m, mp, false);
      expect(recount(m).objects).toBe(0);
    });
    const [cycle] = drainCycles(m);
    expect([cycle.objects0, cycle.objects, cycle.heap1]).toEqual([500, 0, 0]);
    expect(cycle.eagerSweepNs).toBeGreaterThan(0);
    expect(cycle.pauseNs).toBeGreaterThanOrEqual(cycle.stopNs + cycle.markNs + cycle.eagerSweepNs);
  });

  it('marks a list of a million nodes to its end', () => {
    hook.at = () => {};
    const n = 1_000_000;
    runCore({ collector, arenaPages: 8192, maxWorkbufs: 4096 }, -1, (m, mp, gp) => {
      const head = mallocgc(m, mp, 32, 0);
      let tail = head;
      for (let i = 1; i < n; i++) {
        const node = mallocgc(m, mp, 32, 0);
        storeWord(m, tail, 0, node);
        // Each object has a word left to scan, so no call is the last of its block.
        storeWord(m, tail, 3, head);
        tail = node;
      }
      setGlobal(m, 0, head);
      setSlot(m, gp, 0, 0);
      collect(m, mp, false);
      expect(recount(m).objects).toBe(n);
    });
  });

  it('never finalizes two objects that point at each other, nor one that points at itself', () => {
    let ran = 0;
    const finalize: Step = () => {
      ran++;
      return GOEXIT;
    };
    runMain(
      bootCore({ collector, ...PLENTY }, -1),
      function* (m, mp, gp) {
        for (let i = 0; i < 3; i++) {
          newObject(m, mp, gp, i, 32, 0);
          setfinalizer(m, mp, gp, getSlot(m, gp, i) * 4, 1, i);
        }
        storeWord(m, getSlot(m, gp, 0), 1, getSlot(m, gp, 1));
        storeWord(m, getSlot(m, gp, 1), 2, getSlot(m, gp, 0));
        storeWord(m, getSlot(m, gp, 2), 3, getSlot(m, gp, 2));
        for (let i = 0; i < 3; i++) setSlot(m, gp, i, 0);
        for (let i = 0; i < 4; i++) {
          collect(m, mp, false);
          yield;
        }
        expect([ran, m[FIN + Fin.at.queued], recount(m).objects]).toEqual([0, 0, 3]);
      },
      [finalize],
    );
  });

  it('keeps the apparent target of a pointer-free object with a finalizer, except in the collector of 2010', () => {
    runMain(
      bootCore({ collector, ...PLENTY }, -1),
      function* (m, mp, gp) {
        const target = newObject(m, mp, gp, 0, 48, 0);
        const holder = newObject(m, mp, gp, 1, 64, FLAG_NOSCAN);
        storePointer(m, holder + 4, target);
        setfinalizer(m, mp, gp, holder * 4, 1, 0);
        setSlot(m, gp, 0, 0);
        collect(m, mp, false);
        expect([isAllocated(m, holder), isAllocated(m, target)]).toEqual([true, name !== 'refword']);
        yield;
      },
      [() => GOEXIT],
    );
  });
});

describe('lookups of the collector of 2011', () => {
  /** Returns the number of span lookups for a chain of `n` objects of `size` bytes, each of which points `inner` words into the next. */
  function lookups(size: number, inner: number, n = 50): [size: number, addr: number] {
    const { m } = runCore({ collector: COLLECTOR.bitmap, ...PLENTY }, -1, (m, mp, gp) => {
      let last = newObject(m, mp, gp, 0, size, 0);
      for (let i = 1; i < n; i++) {
        const p = newObject(m, mp, gp, 1, size, 0);
        storeWord(m, p, 0, last + 2 * inner);
        last = p;
      }
      setSlot(m, gp, 0, last);
      setSlot(m, gp, 1, 0);
      collect(m, mp, false);
      expect(recount(m).objects).toBe(n);
    });
    const [cycle] = drainCycles(m);
    return [cycle.nsizelookup, cycle.naddrlookup];
  }

  it('distinguish small blocks by the bitmap alone, and find the start of each from within', () => {
    expect(lookups(16, 1)).toEqual([0, 0]);
    expect(lookups(32, 0)).toEqual([0, 0]);
    expect(lookups(64, 7)).toEqual([0, 0]);
  });

  it('ask the span for the size of blocks that share no bitmap word with another', () => {
    expect(lookups(1024, 0)).toEqual([50, 0]);
  });

  it('ask the span for the start of a block too far before the pointer', () => {
    expect(lookups(1024, 15)).toEqual([50, 0]);
    expect(lookups(1024, 16)).toEqual([50, 49]);
    expect(lookups(40_000, 4000)).toEqual([50, 49]);
  });
});

describe('the oracle catches', () => {
  afterEach(() => {
    broken.losesBuffers = broken.takesAllForPointerFree = broken.forgetsFinalizers = false;
  });

  /** Returns the problem codes of the first checkpoint of a random program that has any. */
  function problemsWith(collector: number, shape = {}): Set<string> {
    const codes = new Set<string>();
    let verifier: Verifier | undefined;
    runRandom({
      shape: { collector, ...shape },
      seed: 3,
      steps: 400,
      at(m, point) {
        verifier ??= new Verifier(m);
        for (const { code } of verifier.check(point).problems) codes.add(code);
        if (codes.size > 0) throw new Enough();
      },
    });
    return codes;
  }

  it('nothing in a correct collector', () => {
    expect([...problemsWith(COLLECTOR.bitmap), ...problemsWith(COLLECTOR.refword)]).toEqual([]);
  });

  it('a work list of 2011 that loses its full buffers', () => {
    broken.losesBuffers = true;
    const codes: string[] = [];
    hook.at = (m, point) => codes.push(...new Verifier(m).check(point).problems.map(({ code }) => code));
    runCore({ collector: COLLECTOR.bitmap, workbufCap: 3, ptrBufCap: 2, verify: true, ...PLENTY }, -1, (m, mp, gp) => {
      // An object with more pointers than a buffer holds, each of which points at a list.
      newObject(m, mp, gp, 0, 100 * 8, 0);
      for (let i = 0; i < 200; i++) {
        const p = newObject(m, mp, gp, 1, 32, 0);
        storeWord(m, p, 0, loadWord(m, getSlot(m, gp, 0), i % 100));
        storeWord(m, getSlot(m, gp, 0), i % 100, p);
      }
      setSlot(m, gp, 1, 0);
      collect(m, mp, false);
    });
    expect(codes).toContain('LOST_OBJECT');
    expect(codes).toContain('WORKBUF_LOST');
  });

  it('blocks that the collector of 2010 takes for pointer-free', () => {
    broken.takesAllForPointerFree = true;
    expect([...problemsWith(COLLECTOR.refword)]).toContain('REFWORD_FLAGS');
  });

  it('finalizers that the collector of 2010 does not know', () => {
    broken.forgetsFinalizers = true;
    expect([...problemsWith(COLLECTOR.refword)]).toContain('REFWORD_FLAGS');
  });
});
