import { describe, expect, it } from 'vitest';
import { GOEXIT, slotAt } from '../../src/runtime/goroutine.ts';
import { loadInt, storeInt } from '../../src/runtime/mutator.ts';
import { finalizedObject } from '../../src/runtime/system.ts';
import type { Step } from '../../src/runtime/goroutine.ts';
import { cache } from '../../src/workloads/cache.ts';
import type { Workload } from '../../src/workloads/workload.ts';
import { fatalCode, runOnOneP } from '../support/machine.ts';

const ENTRY_FINALIZER = 3;
const SECOND_FINALIZER = 4;
const ID_WORD = 1;
const STATE_WORD = 2;
const DISARMED = 4;
const SMALL = { count: 8000, size: 300 };

function withStep(index: number, step: Step): Workload {
  return { ...cache, steps: cache.steps.map((each, i) => (i === index ? step : each)) };
}

describe('cache', () => {
  it.each([1, 100])('runs each finalizer once, the second of a pair after the first, at GOGC=%i', (gogc) => {
    const { lines } = runOnOneP(cache, SMALL, { gogc });
    // Of 8 entries, one has a second object and one had its finalizer removed.
    expect(lines).toEqual(['8000 finalizers have run, each once; 1000 entries were resurrected']);
  });

  it('frees all entries in the end but the resurrected ones', () => {
    const { memstats } = runOnOneP(cache, SMALL);
    expect(memstats.HeapObjects).toBeLessThan(80);
  });

  it('runs on the 32-bit machine', () => {
    expect(runOnOneP(cache, SMALL, { ptrWords: 1 }).lines[0]).toMatch(/^8000 finalizers/);
  });

  it('detects a finalizer that runs twice', () => {
    const twice = withStep(ENTRY_FINALIZER, (m, mp, gp, text) => {
      cache.steps[ENTRY_FINALIZER](m, mp, gp, text);
      return cache.steps[ENTRY_FINALIZER](m, mp, gp, text);
    });
    expect(fatalCode(() => runOnOneP(twice, SMALL))).toBe('FINALIZER_RAN_TWICE');
  });

  it('detects a finalizer out of order', () => {
    const wrong = withStep(ENTRY_FINALIZER, cache.steps[SECOND_FINALIZER]);
    expect(fatalCode(() => runOnOneP(wrong, SMALL))).toBe('FINALIZER_ORDER');
  });

  it('detects a finalizer that runs with another object', () => {
    const wrong = withStep(ENTRY_FINALIZER, (m, mp, gp, text) => {
      m[slotAt(m, gp, 1)]++;
      return cache.steps[ENTRY_FINALIZER](m, mp, gp, text);
    });
    expect(fatalCode(() => runOnOneP(wrong, SMALL))).toBe('FINALIZER_OF_ANOTHER');
  });

  it('detects a removed finalizer that runs', () => {
    const removed = withStep(ENTRY_FINALIZER, (m, mp, gp, text) => {
      storeInt(m, finalizedObject(m, gp), STATE_WORD, DISARMED);
      return cache.steps[ENTRY_FINALIZER](m, mp, gp, text);
    });
    expect(fatalCode(() => runOnOneP(removed, SMALL))).toBe('REMOVED_FINALIZER_RAN');
  });

  it('detects damage to an entry', () => {
    const wrong = withStep(ENTRY_FINALIZER, (m, mp, gp, text) => {
      const obj = finalizedObject(m, gp);
      storeInt(m, obj, ID_WORD, loadInt(m, obj, ID_WORD) ^ 4);
      return cache.steps[ENTRY_FINALIZER](m, mp, gp, text);
    });
    expect(fatalCode(() => runOnOneP(wrong, SMALL))).toBe('CACHE_ENTRY_DAMAGED');
  });

  it('detects finalizers that never run', () => {
    const idle: Workload = { ...cache, steps: [...cache.steps.slice(0, ENTRY_FINALIZER), () => GOEXIT, () => GOEXIT] };
    expect(fatalCode(() => runOnOneP(idle, SMALL))).toBe('FINALIZERS_MISSING');
  });
});
