/** Changed costs: each part changes what it names, and more schedules differ in nothing else. */
import { describe, expect, it } from 'vitest';
import { buildModelHeap } from '../../src/model/heap.ts';
import { loadModelCore, loadModelSites } from '../../src/model/load.ts';
import { MACHINES } from '../../src/model/machines.ts';
import { predictMark } from '../../src/model/predict.ts';
import { applyChanges, COST_NAMES, FUNCTION_PARTS, withOtherSchedules } from '../../src/model/what-if.ts';

const core = await loadModelCore();
const sites = loadModelSites();
const machine = MACHINES.find(({ name }) => name === 'server-16')!;
const tree = await buildModelHeap({ workload: 'tree', params: { depth: 14 }, procs: 8 });

function markNs(part: string, factor: number, procs: number): number {
  return predictMark({ core, heap: tree, ...applyChanges([{ part, factor }], machine, sites) }, procs).markNs;
}

describe('a changed cost', () => {
  it.each(COST_NAMES)('%s changes the machine, and a factor of 1 does not', (part) => {
    expect(applyChanges([{ part, factor: 2 }], machine, sites).machine).not.toEqual(machine);
    expect(applyChanges([{ part, factor: 1 }], machine, sites)).toEqual({ machine, scales: undefined });
  });

  it('of computing shortens the mark of one thread nearly as much', () => {
    expect(markNs('compute', 0.5, 1) / markNs('compute', 1, 1)).toBeLessThan(0.7);
  });

  it('of transfers changes nothing for one thread, and the mark of several', () => {
    expect(markNs('transfer', 10, 1)).toBe(markNs('transfer', 1, 1));
    expect(markNs('transfer', 10, 8)).toBeGreaterThan(1.5 * markNs('transfer', 1, 8));
  });

  it('multiplies with others', () => {
    const both = applyChanges([{ part: 'cas', factor: 0.5 }, { part: 'miss', factor: 2 }], machine, sites).machine;
    expect(both.rmwNs).toBe(machine.rmwNs / 2);
    expect(both.miss.map(({ ns }) => ns)).toEqual(machine.miss.map(({ ns }) => 2 * ns));
    expect({ ...both, rmwNs: machine.rmwNs, miss: machine.miss }).toEqual(machine);
  });
});

describe('a changed function', () => {
  it('changes the cost of its own accesses alone', () => {
    const { scales, machine: same } = applyChanges([{ part: 'markTargets', factor: 3 }], machine, sites);
    expect(same).toBe(machine);
    for (const [i, { fn }] of sites.entries()) expect(scales![i]).toBe(fn === 'markTargets' ? 3 : 1);
  });

  it('changes the mark', () => {
    expect(markNs('markTargets', 1, 1)).toBe(predictMark({ core, heap: tree, machine }, 1).markNs);
    expect(markNs('markTargets', 3, 1)).toBeGreaterThan(1.2 * markNs('markTargets', 1, 1));
    expect(markNs('scanblockTuned', 3, 1)).toBe(markNs('markTargets', 1, 1));
  });

  it.each(Object.values(FUNCTION_PARTS).flatMap(({ functions }) => [...functions]))('%s is a function of the core', (name) => {
    expect(sites.some(({ fn }) => fn === name)).toBe(true);
  });
});

describe('a part that does not exist', () => {
  it.each([
    ['mis', "--what-if knows no 'mis'; did you mean miss?"],
    ['scanblok', "--what-if knows no 'scanblok'; did you mean scanblock?"],
    ['\x1b[2Jzzzzzzzz', "--what-if knows no '\\x1b[2Jzzzzzzzz'; there are compute, "],
  ])('%j is refused with a hint', (part, message) => {
    expect(() => applyChanges([{ part, factor: 1 }], machine, sites)).toThrow(message);
  });

  it('is bandwidth on a machine without a limit', () => {
    expect(() => applyChanges([{ part: 'bandwidth', factor: 0.5 }], { ...machine, bytesPerSecond: null }, sites)).toThrow('server-16 has no limit of bandwidth; leave bandwidth out');
  });
});

describe('other schedules', () => {
  it('come from machines that differ by less than a thousandth, around the machine itself', () => {
    const variants = withOtherSchedules(machine, 5);
    expect(variants[2]).toEqual(machine);
    expect(new Set(variants.map(({ accessNs }) => accessNs)).size).toBe(5);
    for (const variant of variants) expect(Math.abs(variant.accessNs / machine.accessNs - 1)).toBeLessThan(1e-3);
  });
});
