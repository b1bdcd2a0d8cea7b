/** The explanation of a predicted mark: its critical path and its contended words. */
import { describe, expect, it } from 'vitest';
import { buildModelHeap } from '../../src/model/heap.ts';
import { loadModelCore, loadModelSites } from '../../src/model/load.ts';
import { MACHINES } from '../../src/model/machines.ts';
import { predictMark } from '../../src/model/predict.ts';
import { SPENDINGS } from '../../src/model/cost-log.ts';
import { explainMark, explainPath, explanationFields, ExplanationShape, formatContention, formatPath } from '../../src/report/explanation.ts';
import { strictly } from '../../src/report/schema.ts';

const core = await loadModelCore();
const heap = await buildModelHeap({ workload: 'tree', params: { depth: 13 }, procs: 6 });
const explained = [1, 6].map((procs) => explainMark('tree', [predictMark({ core, machine: MACHINES[1], heap, explains: loadModelSites() }, procs)])!);

describe('the critical path of a predicted mark', () => {
  it.each(explained)('with $procs threads is covered by its parts, and each part by what it was spent on', ({ path, pathNs }) => {
    expect(path.reduce((sum, { ns }) => sum + ns, 0)).toBeCloseTo(pathNs, 0);
    for (const { ns, spent } of path) expect(SPENDINGS.reduce((sum, name) => sum + spent[name], 0)).toBeCloseTo(ns, 0);
  });

  it('stays on one thread if there is only one, and nearly all of it is work', () => {
    const [{ changes, path, pathNs }] = explained;
    expect(changes).toBe(0);
    expect(path.reduce((sum, { spent }) => sum + spent.waiting, 0)).toBeLessThan(0.01 * pathNs);
  });

  it('goes from thread to thread with the work', () => {
    expect(explained[1].changes).toBeGreaterThan(0);
  });

  it('is a table whose last row adds up', () => {
    const rows = formatPath(explained[1]).map((line) => line.trim().split(/ {2,}/));
    expect(rows[0]).toEqual(['critical path, 6 threads', 'time', 'share', ...SPENDINGS]);
    expect(rows[rows.length - 1].slice(0, 3)).toEqual(['all', expect.stringMatching(/ (?:µs|ms)$/), '100 %']);
  });
});

describe('the table of contended words', () => {
  it('has a dozen rows at most', () => {
    expect(formatContention(explained[1])).toHaveLength(13);
    expect(formatContention(explained[0])).toHaveLength(1);
  });
});

describe('the sentences of an explanation', () => {
  it('name the most of the path, and the most contended word', () => {
    expect(explainPath(explained[1]).join(' ')).toMatch(/^The critical path of 6 threads is \d+ % \w+ and \d+ % \w+, and changes threads \d+ times?\. Most transfers wait for .+ in \w+: \d+\.\d % of/);
    expect(explainPath(explained[0])).toHaveLength(1);
  });
});

describe('the document of an explanation', () => {
  it('is what its schema declares', () => {
    expect(strictly(ExplanationShape).parse(explanationFields(explained[1]))).toMatchObject({ procs: 6, path: { changes: explained[1].changes } });
  });

  it('is missing for a prediction without', () => {
    expect(explainMark('tree', [predictMark({ core, machine: MACHINES[1], heap }, 2)])).toBeUndefined();
  });
});
