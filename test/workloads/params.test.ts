import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/fatal.ts';
import { G_INTS } from '../../src/machine/g.ts';
import { BUILT_INS } from '../../src/workloads/built-ins.ts';
import { churn } from '../../src/workloads/churn.ts';
import { checkParams } from '../../src/workloads/params.ts';

describe('params', () => {
  it('have their defaults unless set', () => {
    expect(checkParams(churn, { threads: 3 })).toEqual({ count: 10_000_000, threads: 3, ring: 100_000 });
  });

  it.each([
    [{ thread: 3 }, "churn has no param 'thread'; did you mean threads?"],
    [{ toString: 3 }, "churn has no param 'toString'; there are count, threads and ring"],
    [{ threads: '3' }, "churn: threads must be a whole number, 1 to 256, not '3'"],
    [{ threads: 2.5 }, 'churn: threads must be a whole number, 1 to 256, not 2.5'],
    [{ threads: Number.NaN }, 'churn: threads must be a whole number, 1 to 256, not NaN'],
    [{ threads: undefined }, 'churn: threads must be a whole number, 1 to 256, not undefined'],
    [{ threads: 0 }, 'churn: threads must be 1 to 256, not 0'],
    [{ threads: 257 }, 'churn: threads must be 1 to 256, not 257'],
  ])('are refused: %j', (given, message) => {
    expect(() => checkParams(churn, given)).toThrow(new UsageError(message));
  });

  it('are refused without a suggestion if a workload has none', () => {
    expect(() => checkParams({ ...churn, params: {} }, { count: 1 })).toThrow("churn has no params, so count can't be set");
  });
});

describe('built-in workloads', () => {
  it.each(BUILT_INS)('$name has defaults within range, and ints, an arena and a main step that fit', (workload) => {
    const edges = ['default', 'min', 'max'] as const;
    for (const edge of edges) {
      const params = checkParams(workload, Object.fromEntries(Object.entries(workload.params).map(([name, param]) => [name, param[edge]])));
      expect(workload.args(params, 2 ** 32 - 1).length).toBeLessThanOrEqual(G_INTS);
      expect(workload.needs(params).arenaBytes).toBeGreaterThan(0);
      expect(Number.isInteger(workload.needs(params).goroutines)).toBe(true);
    }
    expect(workload.steps.length).toBeGreaterThan(workload.main.pc);
  });

  it('have distinct names', () => {
    expect(new Set(BUILT_INS.map(({ name }) => name)).size).toBe(BUILT_INS.length);
  });
});
