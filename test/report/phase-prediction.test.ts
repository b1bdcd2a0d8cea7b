/** Predictions of phases other than marking as tables, sentences and documents. */
import { describe, expect, it } from 'vitest';
import { MACHINES } from '../../src/model/machines.ts';
import { phaseDocument, PhasePredictionDocument } from '../../src/report/phase-document.ts';
import { describePhase, explainPhase, formatPhase, lawsOfPhase, type PhasePrediction } from '../../src/report/phase-prediction.ts';

const spent = { compute: 50, misses: 20, transfers: 10, atomics: 5, branches: 5, waiting: 10 };
const sweep: PhasePrediction = {
  phase: 'sweep', heap: { name: 'tree', objects: 1000, bytes: 32_000 }, machine: MACHINES[0], whatIfs: [],
  results: [1, 4].map((procs) => ({ procs, ns: 8000 / procs, objects: 1000, bytes: 32_000, spent })),
};
const stw: PhasePrediction = { ...sweep, phase: 'stw', heap: undefined, results: sweep.results.map((each) => ({ ...each, startNs: 500 })) };

const cells = (prediction: PhasePrediction) => formatPhase(prediction).map((line) => line.trim().split(/ {2,}/));

describe('the table of a predicted phase', () => {
  it('has times, speedups, rates, and what time was spent on', () => {
    expect(cells(sweep)).toEqual([
      ['threads', 'sweep time', 'speedup', 'GB/s', 'compute', 'misses', 'transfers', 'atomics', 'branches', 'waiting'],
      ['1', '8.00 µs', '1.00', '4.00', '50 %', '20 %', '10 %', '5 %', '5 %', '10 %'],
      ['4', '2.00 µs', '4.00', '16.0', '50 %', '20 %', '10 %', '5 %', '5 %', '10 %'],
    ]);
    expect(cells({ ...sweep, phase: 'alloc' })[1].slice(0, 4)).toEqual(['1', '8.00 µs', '1.00', '125']);
    expect(cells(stw)[1].slice(0, 4)).toEqual(['1', '8.00 µs', '0.50 µs', '50 %']);
  });
});

describe('the sentences on a predicted phase', () => {
  it('name heap, phase and machine, and what is assumed of it', () => {
    expect(describePhase(sweep)).toBe('tree: 1,000 objects, 31.3 KB; a sweep predicted for xeon-2');
    expect(describePhase(stw)).toBe('stopping the world while every thread runs a goroutine predicted for xeon-2');
    expect(explainPhase(sweep)[1]).toBe('xeon-2 has 2 cores; the prediction takes further cores to be of the same kind.');
  });
});

describe('the laws of a predicted phase', () => {
  it('are fitted to sweeps and allocation, and not to stops', () => {
    expect(lawsOfPhase(sweep)).toHaveLength(1);
    expect(lawsOfPhase(stw)).toEqual([]);
  });
});

describe('the document of a predicted phase', () => {
  it.each([sweep, stw])('is what its schema declares: $phase', (prediction) => {
    const document = PhasePredictionDocument.parse(JSON.parse(phaseDocument(prediction)));
    expect(document).toMatchObject({ phase: prediction.phase, results: [{ procs: 1, ns: [8000], medianNs: 8000, spentNs: spent }, { procs: 4 }] });
    expect(document.results[0].startNs).toBe(prediction.results[0].startNs);
  });
});
