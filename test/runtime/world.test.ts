import { describe, expect, test } from 'vitest';
import { COLLECTOR } from '../../src/gc/collectors/registry.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { COLLECTORS } from '../support/core-shape.ts';
import { runOnThreads } from '../support/core-threads.ts';

describe.each(COLLECTORS)('$name', ({ policy, collector }) => {
  test.each([2, 4])('%i Ps stop and start the world hundreds of times while all of them ask for it', async (procs) => {
    const goroutines = procs + 1;
    const each = procs === 2 ? 300 : 120;
    const { m, cycles } = await runOnThreads('stops', { shape: { procs, policy, collector, arenaPages: 1024 }, args: [goroutines, each] });
    expect(cycles.filter((cycle) => cycle.forced !== 0).length).toBe(goroutines * each);
    expect(cycles.map((cycle) => cycle.numgc)).toEqual(Array.from({ length: m[MSTATS + MStats.at.numgc] }, (_, i) => i + 1));
    // The older collectors mark with one thread.
    const most = collector === COLLECTOR.parallel ? procs : 1;
    expect(Math.max(...cycles.map((cycle) => cycle.nproc))).toBe(most);
  });
});
