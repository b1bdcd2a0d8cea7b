/** Every built-in workload runs on the 32-bit machine under the oracle. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { Verifier } from '../../src/verify/verifier.ts';
import { collect, newObject, setSlot, storeInt } from '../../src/runtime/mutator.ts';
import { GOEXIT } from '../../src/runtime/goroutine.ts';
import { BUILT_INS } from '../../src/workloads/built-ins.ts';
import type { Params, Workload } from '../../src/workloads/workload.ts';
import { runOnOneP } from '../support/machine.ts';
import { hook } from '../support/verify-hook.ts';

vi.mock('../../src/gc/doorbell.ts', async (original) => (await import('../support/verify-hook.ts')).answered(await original()));

beforeEach(() => {
  // A test may run several machines, each with its own memory.
  const verifiers = new Map<Mem, Verifier>();
  hook.at = (m, point) => {
    const verifier = verifiers.get(m) ?? new Verifier(m);
    verifiers.set(m, verifier);
    expect(verifier.check(point).problems).toEqual([]);
  };
});

const SMALL: Record<string, Params> = {
  tree: { depth: 12 }, list: { count: 5000 }, rand: { count: 5000 }, wide: { count: 5000 }, mixed: { count: 3000 },
  churn: { count: 30_000 }, 'binary-trees': { depth: 8 }, sequence: { count: 2000, max: 2048 },
  strings: { count: 6000 }, cache: { count: 1500 }, links: { moves: 2000 },
  pipeline: { items: 150 }, values: { count: 60 }, sites: { count: 5000 },
};

describe('programs on the 32-bit machine', () => {
  it.each(BUILT_INS.map((workload) => ({ name: workload.name, workload })))('run without problems: $name', ({ name, workload }) => {
    const { cycles } = runOnOneP(workload, SMALL[name] ?? {}, { ptrWords: 1, gogc: 20, gcEvery: 20 });
    expect(cycles.length).toBeGreaterThan(0);
  });
});

/** Drops an object whose address an integer in a live object equals. */
function lookalike(): Workload {
  return {
    name: 'lookalike',
    summary: '',
    params: {},
    needs: () => ({ arenaBytes: 1 << 20, globals: 0, goroutines: 1 }),
    steps: [
      (m, mp, gp) => {
        const holder = newObject(m, mp, gp, 0, 64, 0);
        const dropped = newObject(m, mp, gp, 1, 4096, 0);
        storeInt(m, holder, 0, dropped << 2);
        setSlot(m, gp, 1, 0);
        collect(m, mp, true);
        return GOEXIT;
      },
    ],
    main: { pc: 0, slots: 2 },
    args: () => [],
  };
}

describe('an integer that looks like a pointer', () => {
  it('keeps its target alive on the 32-bit machine only', () => {
    const live = (ptrWords: 1 | 2) => runOnOneP(lookalike(), {}, { ptrWords }).memstats.HeapAlloc;
    expect(live(1)).toBe(64 + 4096);
    expect(live(2)).toBe(64);
  });
});
