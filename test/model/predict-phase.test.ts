/** Predictions of sweeps, allocation and stopped worlds: the work is done, by all threads, at the costs of the model. */
import { describe, expect, it } from 'vitest';
import { SPENDINGS } from '../../src/model/cost-log.ts';
import { loadModelCore } from '../../src/model/load.ts';
import { MACHINES } from '../../src/model/machines.ts';
import { buildPhaseHeap, predictPhase, type PredictedPhase } from '../../src/model/predict-phase.ts';
import { OTHER_PHASES, type OtherPhase } from '../../src/model/other-phases.ts';
import { unsweptSpans } from '../../src/malloc/sweep.ts';
import type { MachineModel } from '../../src/model/machine-model.ts';

const core = await loadModelCore();
const machine = MACHINES.find(({ name }) => name === 'server-16')!;
const MOST = 8;
const OBJECTS = 40_000;
const heaps = Object.fromEntries(await Promise.all(OTHER_PHASES.map(async (phase) =>
  [phase, await buildPhaseHeap(phase, { workload: 'tree', params: { depth: 17 }, procs: MOST })] as const)));

function predict(phase: OtherPhase, procs: number, changes: Partial<MachineModel> = {}): PredictedPhase {
  return predictPhase(phase, { core, machine: { ...machine, ...changes }, heap: heaps[phase], allocObjects: OBJECTS }, procs);
}

describe.each(OTHER_PHASES)('a predicted %s', (phase) => {
  const one = predict(phase, 1);

  it('is the same each time', () => {
    expect(predict(phase, 1)).toEqual(one);
  });

  it('spends nothing on transfers with one thread, and something with several', () => {
    expect(one.spent.transfers).toBe(0);
    expect(predict(phase, 4).spent.transfers).toBeGreaterThan(0);
  });

  it('takes longer if computing is dearer', () => {
    expect(predict(phase, 1, { accessNs: 2 * machine.accessNs }).ns).toBeGreaterThan(1.05 * one.ns);
  });
});

describe('a predicted sweep', () => {
  it('begins with every span unswept, and has the time of one thread spent on its spans', () => {
    expect(unsweptSpans(heaps.sweep.template)).toBeGreaterThan(500);
    const { ns, spent, bytes, objects } = predict('sweep', 1);
    expect(objects).toBe(2 ** 17 - 1);
    expect(bytes).toBeGreaterThanOrEqual(objects * 32);
    expect(SPENDINGS.reduce((sum, name) => sum + spent[name], 0)).toBeCloseTo(ns, 0);
  });

  it('is shorter with two threads, as its work is divided', () => {
    const [one, two] = [predict('sweep', 1), predict('sweep', 2, { notifyNs: 0, wakeNs: 0 })];
    expect(two.ns).toBeLessThan(0.75 * one.ns);
    expect(two.spent.compute).toBeLessThan(1.1 * one.spent.compute);
  });
});

describe('predicted allocation', () => {
  it('allocates all objects, with each number of threads', () => {
    for (const procs of [1, 3]) expect(predict('alloc', procs).objects).toBe(Math.floor(OBJECTS / procs) * procs);
  });

  it('is faster with more threads: their caches serve them', () => {
    const free = { notifyNs: 0, wakeNs: 0 };
    expect(predict('alloc', 1).ns / predict('alloc', 4, free).ns).toBeGreaterThan(1.7);
  });
});

describe('a predicted stop of the world', () => {
  it('takes as long as waking the thread that waits for the last one, and longer with more threads', () => {
    const [one, two, eight] = [1, 2, 8].map((procs) => predict('stw', procs));
    expect(one.ns).toBeLessThan(1000);
    expect(two.ns).toBeGreaterThan(machine.wakeNs);
    expect(two.ns).toBeLessThan(2 * machine.wakeNs);
    expect(eight.ns).toBeGreaterThan(two.ns);
    expect(eight.startNs).toBeGreaterThan(7 * machine.notifyNs);
  });
});
