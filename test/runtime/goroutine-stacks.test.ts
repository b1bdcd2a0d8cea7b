/** Goroutines outgrow their stacks, and their frames move with all that they hold. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { loadWide } from '../../src/memory/wide.ts';
import { G } from '../../src/machine/g.ts';
import { SPAN_STATE, Span, spanOf } from '../../src/heap/span.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { GOEXIT, call, ret } from '../../src/runtime/goroutine.ts';
import { collect, getInt, getSlot, loadInt, newObject, prepare, setGlobal, setInt, start, storeInt } from '../../src/runtime/mutator.ts';
import { Verifier } from '../../src/verify/verifier.ts';
import type { Workload } from '../../src/workloads/workload.ts';
import { fatalCode, runOnOneP } from '../support/machine.ts';
import { hook } from '../support/verify-hook.ts';

vi.mock('../../src/gc/doorbell.ts', async (original) => (await import('../support/verify-hook.ts')).answered(await original()));

let checks = 0;

beforeEach(() => {
  let verifier: Verifier | undefined;
  checks = 0;
  hook.at = (m, point) => {
    verifier ??= new Verifier(m);
    expect(verifier.check(point).problems).toEqual([]);
    checks++;
  };
});

const DEPTH = 0;
const WANTED = 1;
const MOVES = 2;
const STACK = 3;
const SLOTS = 6;

/** Each frame keeps an object that says how deep it is. */
function down(m: Mem, mp: number, gp: number): number {
  const depth = getInt(m, gp, DEPTH);
  if (m[gp + G.at.stack] !== getInt(m, gp, STACK)) {
    setInt(m, gp, MOVES, getInt(m, gp, MOVES) + 1);
    setInt(m, gp, STACK, m[gp + G.at.stack]);
  }
  storeInt(m, newObject(m, mp, gp, depth % SLOTS, 64, 0), 1, depth);
  if (depth % 16 === 0) collect(m, mp, true);
  if (depth === getInt(m, gp, WANTED)) return 1;
  setInt(m, gp, DEPTH, depth + 1);
  return call(m, gp, 0, SLOTS, 1);
}

function up(m: Mem, _mp: number, gp: number): number {
  const depth = getInt(m, gp, DEPTH);
  expect(loadInt(m, getSlot(m, gp, depth % SLOTS), 1)).toBe(depth);
  setInt(m, gp, DEPTH, depth - 1);
  return ret(m, gp);
}

/** Calls so deep, with room for so many words. */
function recursion(depth: number, stackWords: number): Workload {
  return {
    name: 'recursion',
    summary: '',
    params: {},
    needs: () => ({ arenaBytes: 4 << 20, globals: 2, goroutines: 4, stackWords }),
    steps: [down, up],
    main: { pc: 0, slots: SLOTS },
    args: () => [0, depth],
    report: (m) => [`${m[m[CONFIG + Config.at.gs] + G.at.ints + MOVES]}`],
  };
}

describe.each([{ ptrWords: 2 as const, moves: 6 }, { ptrWords: 1 as const, moves: 5 }])('a growing stack, with pointers of $ptrWords words', ({ ptrWords, moves }) => {
  it('keeps every frame', () => {
    // 1000 frames of 8 words: 16,016 or 8008 words, from 512.
    const { lines, m } = runOnOneP(recursion(1000, 10_000), {}, { ptrWords, gogc: 5 });
    // The first stack counts as one.
    expect(lines).toEqual([String(moves)]);
    expect(checks).toBeGreaterThan(100);
    // The finished goroutine's is free.
    expect(loadWide(m, MSTATS + MStats.at.stacksInuse)).toBeLessThan(128 << 10);
  });

  it('stops at the limit of the program', () => {
    expect(fatalCode(() => runOnOneP(recursion(1000, 4000), {}, { ptrWords }))).toBe('OUT_OF_MEMORY');
  });

  it('is not kept alive by a pointer into it, which does no harm', () => {
    const stray: Workload = {
      name: 'stray', summary: '', params: {},
      needs: () => ({ arenaBytes: 2 << 20, globals: 2, goroutines: 4 }),
      steps: [
        (m, mp, gp) => {
          setGlobal(m, 0, m[gp + G.at.stack]);
          setGlobal(m, 1, m[gp + G.at.stack] + 6);
          expect(m[spanOf(m, m[gp + G.at.stack]) + Span.at.state]).toBe(SPAN_STATE.stack);
          newObject(m, mp, gp, 0, 64, 0);
          collect(m, mp, true);
          return GOEXIT;
        },
      ],
      main: { pc: 0, slots: 2 },
      args: () => [],
    };
    expect(runOnOneP(stray, {}, { ptrWords }).memstats.HeapObjects).toBe(1);
    expect(checks).toBeGreaterThan(1);
  });
});

describe('the stack of a finished goroutine', () => {
  it('is reused by the next', () => {
    const spawn: Workload = {
      name: 'spawn', summary: '', params: {},
      needs: () => ({ arenaBytes: 2 << 20, globals: 0, goroutines: 4 }),
      steps: [
        (m, mp, gp) => {
          const left = getInt(m, gp, 0);
          if (left === 0) return GOEXIT;
          setInt(m, gp, 0, left - 1);
          start(m, mp, prepare(m, mp, gp, 1, 2));
          // Let it run and end.
          return ~((0 << 2) | 1);
        },
        () => GOEXIT,
      ],
      main: { pc: 0, slots: 1 },
      args: () => [1000],
    };
    const { memstats } = runOnOneP(spawn);
    expect([memstats.StackInuse, memstats.StackSys]).toEqual([32 << 10, 32 << 10]);
    expect(memstats.HeapInuse + memstats.HeapIdle + memstats.StackInuse).toBe(memstats.HeapSys + memstats.StackSys);
  });
});
