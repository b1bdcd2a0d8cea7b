/** Predictions of marks: the effects that docs/model.md describes, on small heaps. `npm run test:nightly` uses larger ones. */
import { describe, expect, it } from 'vitest';
import { buildModelHeap, type ModelHeapOptions } from '../../src/model/heap.ts';
import { loadModelCore } from '../../src/model/load.ts';
import { predictMark, type Predicted } from '../../src/model/predict.ts';
import { MACHINES } from '../../src/model/machines.ts';
import type { MachineModel } from '../../src/model/machine-model.ts';
import { seeds as sized } from '../support/nightly.ts';

const core = await loadModelCore();
const COUNT = sized(4000, 15_000);

interface Options extends Partial<ModelHeapOptions> {
  readonly machine?: MachineModel;
  readonly unpadded?: boolean;
}

async function predictAll(workload: string, counts: readonly number[], { machine = MACHINES[0], unpadded, ...rest }: Options = {}): Promise<Predicted[]> {
  const params: Record<string, number> = workload === 'tree' ? { depth: 14 } : { count: workload === 'mixed' ? 15_000 : COUNT };
  const heap = await buildModelHeap({ workload, params, procs: Math.max(...counts), ...rest });
  return counts.map((procs) => predictMark({ core, machine, heap, unpadded }, procs));
}

describe('the prediction of a mark', () => {
  it.each(['go1.3', 'tuned'] as const)('shows no speedup for a list, under %s', async (policy) => {
    const [one, eight] = await predictAll('list', [1, 8], { policy });
    expect(one.markNs / eight.markNs).toBeLessThan(1.1);
    expect(eight.objectsMarked).toBe(one.objectsMarked);
  });

  it.each(['go1.3', 'tuned'] as const)('shows a speedup for a tree, under %s', async (policy) => {
    const depth = sized(17, 18);
    const [one, four] = await predictAll('tree', [1, 4], { policy, params: { depth } });
    expect(one.markNs / four.markNs).toBeGreaterThan(1.5);
    expect(one.objectsMarked).toBe(2 ** depth - 1);
  });

  it('is longer with two threads for wide under go1.3, because marks take a CAS and one thread makes them all', async () => {
    const [one, two] = await predictAll('wide', [1, 2]);
    expect(two.markNs).toBeGreaterThan(1.3 * one.markNs);
    expect(Math.max(...two.objectsByThread)).toBeGreaterThan(0.99 * two.objectsMarked);
  });

  it('is longer if the counters have no padding', async () => {
    // The lab's loop counts at each object; that of go1.3 counts in locals, and at the end of a flush.
    const [padded] = await predictAll('tree', [8], { policy: 'lab' });
    const [unpadded] = await predictAll('tree', [8], { policy: 'lab', unpadded: true });
    expect(unpadded.markNs).toBeGreaterThan(1.5 * padded.markNs);
    expect(unpadded.events.transfer).toBeGreaterThan(2 * padded.events.transfer);
  });

  it('marks every object, with the given number of threads', async () => {
    const [most] = await predictAll('rand', [128]);
    expect(most.objectsMarked).toBe(COUNT + 1);
    expect(most.objectsByThread).toHaveLength(128);
  });

  const usual = predictAll('mixed', [1]);

  it.each([
    ['dearer accesses', { accessNs: 2 * MACHINES[0].accessNs }],
    ['dearer misses', { miss: [{ bytes: 1, ns: 500 }] }],
    ['dearer mispredictions', { mispredictNs: 100 }],
    ['a window of one access', { windowNs: 1 }],
    ['one outstanding line', { lines: 1 }],
  ] as const)('is longer for one thread with %s', async (_, changes) => {
    const [{ markNs }] = await usual;
    const [slow] = await predictAll('mixed', [1], { machine: { ...MACHINES[0], ...changes, miss: [...('miss' in changes ? changes.miss : MACHINES[0].miss)] } });
    expect(slow.markNs).toBeGreaterThan(1.02 * markNs);
  });

  it('is longer for eight threads if transfers are dearer', async () => {
    const [cheap] = await predictAll('tree', [8], { policy: 'tuned' });
    const [dear] = await predictAll('tree', [8], { policy: 'tuned', machine: { ...MACHINES[0], transferNs: 1000 } });
    expect(dear.markNs).toBeGreaterThan(cheap.markNs);
  });

  it('is the same each time', async () => {
    expect(await predictAll('rand', [3])).toEqual(await predictAll('rand', [3]));
  });

  it.each([0, 129, 1.5])('is refused for %s threads', async (procs) => {
    await expect(buildModelHeap({ workload: 'list', params: { count: 10 }, procs })).rejects.toThrow('1 to 128 threads can be modelled');
  });
});
