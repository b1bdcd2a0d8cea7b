/** Stopping the world, when every M asks for it at once. */
import { describe, expect, it } from 'vitest';
import { COLLECTOR } from '../../src/gc/collectors/registry.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { COLLECTORS } from '../support/core-shape.ts';
import { runOnThreads } from '../support/core-threads.ts';
import { sampled, seeds } from '../support/nightly.ts';

const RUNS = [2, 4].flatMap((procs) => COLLECTORS.map((each) => ({ ...each, procs })));

describe('the world', () => {
  // By day each collector once.
  it.each(sampled(RUNS, 2))('stops and starts hundreds of times while all $procs Ps ask for it ($name)', async ({ policy, collector, procs }) => {
    const goroutines = procs + 1;
    const each = procs === 2 ? seeds(70, 300) : seeds(40, 120);
    const { m, cycles } = await runOnThreads('stops', { shape: { procs, policy, collector, arenaPages: 1024 }, args: [goroutines, each] });
    expect(cycles.filter((cycle) => cycle.forced !== 0).length).toBe(goroutines * each);
    expect(cycles.map((cycle) => cycle.numgc)).toEqual(Array.from({ length: m[MSTATS + MStats.at.numgc] }, (_, i) => i + 1));
    // The older collectors mark with one thread.
    const most = collector === COLLECTOR.parallel ? procs : 1;
    expect(Math.max(...cycles.map((cycle) => cycle.nproc))).toBe(most);
  });
});
