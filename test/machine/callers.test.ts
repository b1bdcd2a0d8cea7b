import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { MAX_CALLERS, PSEUDO_PC, callers } from '../../src/machine/callers.ts';
import type { GRef } from '../../src/machine/g.ts';
import type { MRef } from '../../src/machine/m.ts';
import { PROGRAM_BASE, enableGC, link, startMain } from '../../src/runtime/boot.ts';
import { setfinalizer } from '../../src/runtime/finalizer.ts';
import { GOEXIT, call, ret, type Step } from '../../src/runtime/goroutine.ts';
import { collect, getInt, newObject, setInt, setSlot } from '../../src/runtime/mutator.ts';
import { mstart } from '../../src/runtime/schedule.ts';
import { bootCore, runMain } from '../support/core-machine.ts';

function runSteps(steps: readonly Step[], ptrWords: 1 | 2 = 2): void {
  const { m, m0 } = bootCore({ ptrWords });
  startMain(m, m0, 0, 1);
  enableGC(m);
  mstart(m, m0, link(steps));
}

describe('callers', () => {
  it.each([1, 2] as const)('gives the running step first, then the return points, with pointers of %i words', (ptrWords) => {
    const seen: number[][] = [];
    // 0 calls 1 and goes on at 4; 1 calls 2 and goes on at itself.
    const steps: readonly Step[] = [
      (m, _mp, gp) => call(m, gp, 1, 2, 4),
      (m, _mp, gp) => {
        setInt(m, gp, 0, getInt(m, gp, 0) + 1);
        return getInt(m, gp, 0) === 1 ? call(m, gp, 2, 5, 1) : ret(m, gp);
      },
      (m, mp, gp) => {
        seen.push(callers(m, mp, 0), callers(m, mp, 1), callers(m, mp, 3));
        return ret(m, gp);
      },
      () => GOEXIT,
      (m, mp) => {
        seen.push(callers(m, mp, 0));
        return GOEXIT;
      },
    ];
    runSteps(steps, ptrWords);
    const base = PROGRAM_BASE;
    expect(seen).toEqual([[base + 2, base + 1, base + 4], [base + 1, base + 4], [], [base + 4]]);
  });

  it('keeps the innermost frames of a deep stack', () => {
    let stack: number[] = [];
    function down(m: Mem, mp: MRef, gp: GRef): number {
      setInt(m, gp, 0, getInt(m, gp, 0) + 1);
      if (getInt(m, gp, 0) < 50) return call(m, gp, 0, 1, 1);
      stack = callers(m, mp, 0);
      return ret(m, gp);
    }
    runSteps([down, (m, _mp, gp) => ret(m, gp)]);
    expect(stack).toEqual([PROGRAM_BASE, ...Array<number>(MAX_CALLERS - 1).fill(PROGRAM_BASE + 1)]);
  });

  it('gives stacks of their own to building and to system goroutines', () => {
    const machine = bootCore();
    expect(callers(machine.m, machine.m0, 0)).toEqual([PSEUDO_PC.build]);
    let inFinalizer: number[] = [];
    function finalizer(m: Mem, mp: MRef): number {
      inFinalizer = callers(m, mp, 0);
      return GOEXIT;
    }
    runMain(machine, function* (m, mp, gp) {
      const p = newObject(m, mp, gp, 0, 48, 0);
      setfinalizer(m, mp, gp, p * 4, 1, 0);
      setSlot(m, gp, 0, 0);
      for (let i = 0; i < 5; i++) {
        collect(m, mp, true);
        yield;
      }
    }, [finalizer]);
    expect(inFinalizer).toEqual([PSEUDO_PC.system]);
  });
});
