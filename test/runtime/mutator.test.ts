/** Mutators on several threads that exchange lists, under constant collection. */
import { describe, expect, it } from 'vitest';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { FIN, Fin } from '../../src/malloc/finq.ts';
import { recount } from '../support/core-machine.ts';
import { COLLECTORS } from '../support/core-shape.ts';
import { runOnThreads } from '../support/core-threads.ts';
import { sampled, seeds } from '../support/nightly.ts';

const RUNS = [
  { procs: 2, turns: 1200, finalizers: 0 },
  { procs: 4, turns: 400, finalizers: 0 },
  { procs: 2, turns: 1200, finalizers: 1 },
  { procs: 4, turns: 400, finalizers: 1 },
].flatMap((run) => COLLECTORS.map((each) => ({ ...each, ...run })));

describe('mutators at GOGC=1', () => {
  // By day each collector and each kind of run once.
  it.each(sampled(RUNS, 4))('find every node that they linked ($name, $procs Ps, finalizers: $finalizers)', async ({ policy, collector, procs, turns, finalizers }) => {
    const { m } = await runOnThreads('lists', { shape: { procs, policy, collector, arenaPages: 64 * 128 }, gogc: 1, args: [2 * procs, seeds(turns >> 2, turns), finalizers] });
    expect(m[MSTATS + MStats.at.numgc]).toBeGreaterThan(20);
    expect(recount(m).bytes).toBe(m[MSTATS + MStats.at.heapAllocQ] * 8);
    if (finalizers) expect(m[FIN + Fin.at.queued]).toBeGreaterThan(0);
    expect(m[FIN + Fin.at.ran]).toBeLessThanOrEqual(m[FIN + Fin.at.queued]);
  });
});
