import { describe, expect, it } from 'vitest';
import { loadModelCore } from '../../src/model/load.ts';
import { buildModelHeap } from '../../src/model/heap.ts';
import { predictMark } from '../../src/model/predict.ts';
import { ROUND } from './round-machine.ts';

describe('the overlay of the model', () => {
  it('loads ahead as the compiled loops do, so that misses overlap however small the window', async () => {
    const core = await loadModelCore();
    const heap = await buildModelHeap({ workload: 'tree', params: { depth: 14 }, policy: 'go1.3', procs: 1 });
    // The window has room for the loads ahead of a few objects, and for a small part of one object's scan.
    const { events, stalledNs } = predictMark({ core, machine: { ...ROUND, l2: { bytes: 64 << 10, ns: 4 }, windowNs: 12, lines: 100, storeBuffer: 100 }, heap }, 1);
    expect(events.miss).toBeGreaterThan(1000);
    expect(stalledNs.miss / events.miss).toBeLessThan(ROUND.miss[0].ns / 2);
  });
});
