import { describe, expect, it } from 'vitest';
import { getGlobal, getInt, getSlot, globalAt, loadInt, loadWord, setInt, storeInt, storeWord } from '../../src/runtime/mutator.ts';
import { pipeline } from '../../src/workloads/pipeline.ts';
import type { Workload } from '../../src/workloads/workload.ts';
import { fatalCode, runOnOneP } from '../support/machine.ts';

const PASS = 7;
const CHECK = 4;
const ITEM = 2;
const SMALL = { stages: 3, items: 300, cap: 4, workers: 2 };

/** Returns the workload with `change` applied once, before the given step handles item 100. */
function before(step: number, change: (m: Int32Array, gp: number, item: number) => void): Workload {
  const steps = [...pipeline.steps];
  const original = steps[step];
  let isDone = false;
  steps[step] = (m, mp, gp, text) => {
    const item = getSlot(m, gp, ITEM);
    if (!isDone && item !== 0 && loadInt(m, item, 2) === 100) {
      isDone = true;
      change(m, gp, item);
    }
    return original(m, mp, gp, text);
  };
  return { ...pipeline, steps };
}

describe('pipeline', () => {
  it.each([0, 1, 16])('passes all items on over channels of %i', (cap) => {
    for (const workers of [1, 3]) {
      for (const timeslice of [1, 16]) {
        const { lines, memstats } = runOnOneP(pipeline, { ...SMALL, cap, workers }, { gcEvery: 30, timeslice });
        expect(lines).toEqual([`all 300 items came through (stages 3, workers ${workers}, cap ${cap}), checksum ${lines[0].slice(-8)}`]);
        expect(memstats.NumGC).toBeGreaterThan(0);
      }
    }
  });

  it('has a checksum that depends only on the seed and the stages', () => {
    const checksum = (params: object, seed: number) => runOnOneP(pipeline, { ...SMALL, ...params }, { seed, timeslice: 2 }).lines[0].slice(-8);
    expect(checksum({}, 3)).toBe(checksum({ cap: 0, workers: 5 }, 3));
    expect(checksum({}, 3)).not.toBe(checksum({}, 4));
    expect(checksum({}, 3)).not.toBe(checksum({ stages: 4 }, 3));
  });

  it('runs on the 32-bit machine', () => {
    expect(runOnOneP(pipeline, SMALL, { ptrWords: 1, gogc: 10 }).lines).toHaveLength(1);
  });

  it.each<[string, string, number, (m: Int32Array, gp: number, item: number) => void]>([
    ['an item that comes from elsewhere', 'PIPELINE_STAGE_SKIPPED', PASS, (m, _gp, item) => storeInt(m, item, 3, 1)],
    ['another worth', 'PIPELINE_ITEM_DAMAGED', CHECK, (m, _gp, item) => storeInt(m, item, 4, 77)],
    ['a node of another item', 'PIPELINE_ITEM_DAMAGED', CHECK, (m, _gp, item) => storeInt(m, loadWord(m, item, 0), 2, 7)],
    ['a list that ends early', 'PIPELINE_ITEM_DAMAGED', CHECK, (m, _gp, item) => storeWord(m, loadWord(m, item, 0), 0, 0)],
    ['a parcel of another', 'PIPELINE_PARCEL_DAMAGED', CHECK, (m, _gp, item) => setParcel(m, item)],
    ['an item that comes twice', 'PIPELINE_ITEM_LOST', CHECK, (m, gp) => setInt(m, gp, 4, getInt(m, gp, 4) + 1)],
    ['an item in the place of another', 'PIPELINE_CHECKSUM', CHECK, (m) => Atomics.add(m, globalAt(m, 2), 1)],
  ])('detects %s', (_, code, step, change) => {
    expect(fatalCode(() => runOnOneP(before(step, change), SMALL))).toBe(code);
  });

  it('detects items out of order', () => {
    const swapped = before(CHECK, (m, gp) => setInt(m, gp, 4, getInt(m, gp, 4) - 1));
    expect(fatalCode(() => runOnOneP(swapped, { ...SMALL, workers: 1 }))).toBe('PIPELINE_OUT_OF_ORDER');
  });

  it('closes a channel once the last sender has left', () => {
    const { m } = runOnOneP(pipeline, SMALL);
    const channels = getGlobal(m, 0);
    expect([0, 1, 2, 3].map((i) => loadInt(m, channels, 2 * i + 1))).toEqual([0, 0, 0, 0]);
  });
});

/** Clears the number in the parcel of the source's node. */
function setParcel(m: Int32Array, item: number): void {
  let node = item;
  while (loadWord(m, node, 0) !== 0) node = loadWord(m, node, 0);
  const parcel = loadWord(m, node, 1);
  for (let i = 0; i < 32; i++) if (loadInt(m, parcel, i) === 100) storeInt(m, parcel, i, 0);
}
