/** A prediction's table and comparison show the right columns. */
import { describe, expect, it } from 'vitest';
import { MACHINES } from '../../src/model/machines.ts';
import type { Predicted } from '../../src/model/predict.ts';
import { comparePrediction } from '../../src/report/prediction-compare.ts';
import { formatPrediction, type Prediction } from '../../src/report/prediction.ts';

const stalledNs = { l2: 10, miss: 20, stream: 30, storeMiss: 40, bandwidth: 50, transfer: 60, queued: 70, mispredict: 80, l3: 6, walk: 4 };
const result: Predicted = {
  procs: 2, markNs: 5e6, objectsMarked: 1000, handoff: 3, steal: 4, yields: 5, rootNs: 100, scanNs: 700, waitNs: 200, sleptNs: 0,
  stalledNs, events: stalledNs, accesses: [], objectsByThread: [600, 400],
};
const prediction: Prediction = { heap: { name: 'tree-1000', objects: 1000, bytes: 32_000 }, policy: 'go1.3', machine: MACHINES[0], results: [result], unpadded: false };

describe('formatPrediction', () => {
  it('has each share in its column; misses are the sum of all waits for lines but transfers', () => {
    const [head, row] = formatPrediction(prediction).map((line) => line.trim().split(/ {2,}/));
    expect(Object.fromEntries(head.map((name, i) => [name, row[i]]))).toEqual({
      threads: '2', 'mark time': '5.00 ms', speedup: '1.00', 'ns/object': '5000', handoffs: '3', steals: '4',
      roots: '10 %', scanning: '70 %', waiting: '20 %', misses: '16 %', transfers: '13 %', branches: '8 %',
    });
  });
});

describe('comparePrediction', () => {
  const compare = (objects: number) => comparePrediction({ path: 'old.json', command: 'scale', heap: { name: 'tree-1000', objects }, results: [{ procs: 2, medianNs: 4e6 }] }, prediction);

  it('gives the change of the time', () => {
    expect(compare(1000)).toEqual([{ procs: 2, oldNs: 4e6, newNs: 5e6, change: 0.25 }]);
  });

  it('accepts heaps whose objects differ by 1 %, and no more', () => {
    expect(compare(1010)).toHaveLength(1);
    expect(() => compare(1011)).toThrow('old.json is of 1,011 objects, and the prediction of 1,000; give both the same --objects');
  });
});
