/**
 * A user's step may overwrite any word but the machine's constants, which the watcher checks first.
 * Reading such a memory terminates: it finds the damage or throws an error.
 */
import { runInThisContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { seedState, xorshift32 } from '../../src/base/random.ts';
import { describeMachine } from '../../src/inspect/machine-state.ts';
import { CHECKPOINT } from '../../src/gc/doorbell.ts';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { readMemStats } from '../../src/inspect/memstats.ts';
import { FixAlloc } from '../../src/malloc/fixalloc.ts';
import { MHEAP, MHeap } from '../../src/malloc/mheap.ts';
import { Verifier } from '../../src/verify/verifier.ts';
import { HeapView } from '../../src/verify/view.ts';
import { churn } from '../../src/workloads/churn.ts';
import { runOnOneP } from '../support/machine.ts';

const { m } = runOnOneP(churn, { count: 2000 }, { gogc: 50 });
const intact = m.slice();
const verifier = new Verifier(m);

/** A reading that takes longer is terminated and fails the test. */
const LIMIT_MS = 60_000;

/** Returns the result of `read`, or the error that it throws. Fails if it does not terminate. */
function endOf<T>(read: () => T): T | Error {
  const global = globalThis as { readerUnderTest?: () => T };
  global.readerUnderTest = read;
  try {
    return runInThisContext('readerUnderTest()', { timeout: LIMIT_MS }) as T;
  } catch (error) {
    expect((error as { code?: string }).code).not.toBe('ERR_SCRIPT_EXECUTION_TIMEOUT');
    return error as Error;
  }
}

/** Overwrites 1 to 2,048 words, more often near the start, where the machine's records are. */
function damage(seed: number): void {
  let state = seedState(seed);
  const next = (below: number) => ((state = xorshift32(state)) >>> 0) % below;
  m.set(intact);
  const words = 1 << next(12);
  const reach = [6000, 60_000, 600_000, m.length][next(4)];
  for (let i = 0; i < words; i++) m[next(Math.min(reach, m.length))] = [next(2 ** 32) | 0, -1, 0, next(5000), next(m.length), 0x7fffffff][next(6)];
  m.set(intact.subarray(CONFIG, CONFIG + Config.words), CONFIG);
}

describe('a damaged memory', () => {
  it('is intact at first', () => {
    expect(verifier.check(CHECKPOINT.swept).problems).toEqual([]);
  });

  it.each(Array.from({ length: 24 }, (_, i) => i + 1).concat(55, 686, 962, 1288))('is read to the end, damage %i', (seed) => {
    damage(seed);
    for (const point of [CHECKPOINT.swept, CHECKPOINT.marked]) {
      verifier.forget();
      const found = endOf(() => verifier.check(point).problems.length > 0);
      if (found instanceof Error) expect(found).toSatisfy((error) => error instanceof TypeError || error instanceof RangeError);
    }
    expect(endOf(() => describeMachine(m))).toMatch(/\n/);
    expect(endOf(() => readMemStats(m))).toHaveProperty('HeapAlloc');
  });

  it('has no more pages and spans than the machine was built with', () => {
    m.set(intact);
    const view = new HeapView(m);
    for (const [used, spans] of [[0x7fffffff, 0x7fffffff], [-1, -1]]) {
      m[MHEAP + MHeap.at.arenaUsed] = used;
      m[MHEAP + MHeap.at.spanalloc + FixAlloc.at.carved] = spans;
      view.begin();
      expect(view.pages).toBe(used < 0 ? 0 : (m[CONFIG + Config.at.arenaEnd] - m[CONFIG + Config.at.arenaStart]) / 2048);
      expect(view.nspans).toBe(spans < 0 ? 0 : m[CONFIG + Config.at.maxSpans]);
    }
  });

  it('has problems that the oracle finds', () => {
    for (const seed of [1, 2, 3, 55, 962]) {
      damage(seed);
      verifier.forget();
      expect(endOf(() => verifier.check(CHECKPOINT.swept).problems.length > 0), `damage ${seed}`).toBeTruthy();
    }
  });
});
