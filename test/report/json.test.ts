/** The document of a measurement summarizes the graph. */
import { describe, expect, it } from 'vitest';
import { ScaleDocument, scaleDocument } from '../../src/report/json.ts';
import type { Scaling } from '../../src/report/scaling.ts';
import { scalingOf } from '../support/scaling.ts';

/** One object that holds pointers to 14 others. */
const graph = {
  objects: 15, pointers: 14, widths: [1, 3, 4, 7, 8], largestBytes: 112, largestPointers: 14, longestChain: 1, inDegreeMax: 1,
  cost: 100, costFrom: [100, 80, 60, 40, 20], costMost: 50,
};
const documentOf = (changes: Partial<Scaling>) => ScaleDocument.parse(JSON.parse(scaleDocument(scalingOf({ 1: 8, 4: 4 }, { graph, ...changes }))));

describe('the graph in a scale document', () => {
  it('counts distances by powers of two of their objects', () => {
    expect(documentOf({}).graph?.widths).toEqual([{ atLeast: 1, levels: 1 }, { atLeast: 2, levels: 1 }, { atLeast: 4, levels: 2 }, { atLeast: 8, levels: 1 }]);
    expect(documentOf({}).graph?.depth).toBe(5);
  });

  it('has the bound of the mark loop: the largest object limits it unless the loop splits objects', () => {
    expect(documentOf({ settings: { policy: 'go1.3' } }).graph?.bounds).toEqual([{ procs: 1, speedup: 1 }, { procs: 4, speedup: 2 }]);
    expect(documentOf({ settings: { policy: 'tuned' } }).graph?.bounds).toEqual([{ procs: 1, speedup: 1 }, { procs: 4, speedup: 4 }]);
  });
});
