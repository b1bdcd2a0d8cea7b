import { expect, test } from 'vitest';
import { buildModelHeap, type ModelHeapOptions } from '../../src/model/heap.ts';
import { loadModelCore } from '../../src/model/load.ts';
import { predictMark, type Predicted } from '../../src/model/predict.ts';
import { MACHINES } from '../../src/model/machines.ts';
import type { MachineModel } from '../../src/model/machine-model.ts';

const core = await loadModelCore();

interface Options extends Partial<ModelHeapOptions> {
  readonly machine?: MachineModel;
  readonly unpadded?: boolean;
}

async function predictAll(workload: string, counts: readonly number[], { machine = MACHINES[0], unpadded, ...rest }: Options = {}): Promise<Predicted[]> {
  const params: Record<string, number> = workload === 'tree' ? { depth: 14 } : { count: 15_000 };
  const heap = await buildModelHeap({ workload, params, procs: Math.max(...counts), ...rest });
  return counts.map((procs) => predictMark({ core, machine, heap, unpadded }, procs));
}

test.each(['go1.3', 'tuned'] as const)('a list does not scale, under %s', async (policy) => {
  const [one, eight] = await predictAll('list', [1, 8], { policy });
  expect(one.markNs / eight.markNs).toBeLessThan(1.1);
  expect(eight.objectsMarked).toBe(one.objectsMarked);
});

test.each(['go1.3', 'tuned'] as const)('a tree scales, under %s', async (policy) => {
  const [one, four] = await predictAll('tree', [1, 4], { policy, params: { depth: 18 } });
  expect(one.markNs / four.markNs).toBeGreaterThan(1.5);
  expect(one.objectsMarked).toBe(2 ** 18 - 1);
});

test('wide takes longer with two threads under go1.3: marks take a CAS, and one thread makes them all', async () => {
  const [one, two] = await predictAll('wide', [1, 2]);
  expect(two.markNs).toBeGreaterThan(1.3 * one.markNs);
  expect(Math.max(...two.objectsByThread)).toBeGreaterThan(0.99 * two.objectsMarked);
});

test('counters without padding cost time', async () => {
  const [padded] = await predictAll('tree', [8], { policy: 'go1.3' });
  const [unpadded] = await predictAll('tree', [8], { policy: 'go1.3', unpadded: true });
  expect(unpadded.markNs).toBeGreaterThan(1.5 * padded.markNs);
  expect(unpadded.events.transfer).toBeGreaterThan(2 * padded.events.transfer);
});

test('every object is marked, by as many threads as are asked for', async () => {
  const [most] = await predictAll('rand', [128]);
  expect(most.objectsMarked).toBe(15_001);
  expect(most.objectsByThread).toHaveLength(128);
});

test.each([
  ['dearer accesses', { accessNs: 2 * MACHINES[0].accessNs }],
  ['dearer misses', { miss: [{ bytes: 1, ns: 500 }] }],
  ['dearer branches', { mispredictNs: 100 }],
  ['no work ahead', { windowNs: 1 }],
  ['one line at a time', { lines: 1 }],
] as const)('with %s one thread takes longer', async (_, changes) => {
  const [usual] = await predictAll('mixed', [1]);
  const [slow] = await predictAll('mixed', [1], { machine: { ...MACHINES[0], ...changes, miss: [...('miss' in changes ? changes.miss : MACHINES[0].miss)] } });
  expect(slow.markNs).toBeGreaterThan(1.02 * usual.markNs);
});

test('with dearer transfers eight threads take longer', async () => {
  const [usual] = await predictAll('tree', [8], { policy: 'tuned' });
  const [slow] = await predictAll('tree', [8], { policy: 'tuned', machine: { ...MACHINES[0], transferNs: 1000 } });
  expect(slow.markNs).toBeGreaterThan(usual.markNs);
});

test('a prediction is the same each time', async () => {
  expect(await predictAll('mixed', [3])).toEqual(await predictAll('mixed', [3]));
});

test.each([0, 129, 1.5])('%s threads are refused', async (procs) => {
  await expect(buildModelHeap({ workload: 'list', params: { count: 10 }, procs })).rejects.toThrow('1 to 128 threads can be modelled');
});
