/** Answers to --what-if as a table, in sentences and in JSON. */
import { describe, expect, it } from 'vitest';
import { explainWhatIf, formatWhatIf, whatIfFields, WhatIfShape, type WhatIf } from '../../src/report/what-if.ts';

const times = (procs: number, ms: number, noise = 0.001) => ({ procs, ns: [-2, -1, 0, 1, 2].map((i) => ms * 1e6 * (1 + noise * i)) });
const miss = { part: 'miss', factor: 0.7 };
const cas = { part: 'cas', factor: 0.8 };
const answers: WhatIf[] = [1, 16].map((procs) => ({
  now: times(procs, 10),
  changed: [
    { changes: [miss], times: times(procs, procs === 1 ? 10 : 8) },
    { changes: [cas], times: times(procs, 9.5) },
    { changes: [miss, cas], times: times(procs, 10.5) },
  ],
}));

describe('the table of --what-if', () => {
  it('has a row for each change and a column for each number of threads; a change that may be chance is ~', () => {
    expect(formatWhatIf(answers).map((line) => line.split(/ {2,}/))).toEqual([
      ['what if, by threads', '1', '16'],
      ['as it is', '10.0 ms', '10.0 ms'],
      ['miss × 0.7', '~', '-20.0 %'],
      ['cas × 0.8', '-5.0 %', '-5.0 %'],
      ['all of them', '+5.0 %', '+5.0 %'],
    ]);
  });
});

describe('the sentence on --what-if', () => {
  it('names the single change that saves most with the largest number of threads', () => {
    expect(explainWhatIf(answers)).toEqual(['miss × 0.7 saves 20.0 % with 16 threads, the most of all.']);
  });

  it('says that none saves time', () => {
    expect(explainWhatIf([{ now: times(2, 10), changed: [{ changes: [cas], times: times(2, 10) }] }])).toEqual(['No single change saves time with 2 threads beyond the differences between schedules.']);
  });
});

describe('the document of --what-if', () => {
  it('has the times of each schedule, and what the change of the median is worth', () => {
    const fields = WhatIfShape.strict().parse(whatIfFields(answers[1]));
    expect(fields).toMatchObject({ procs: 16, ns: answers[1].now.ns, changed: [{ changes: [miss], isSignificant: true }, { changes: [cas] }, { changes: [miss, cas] }] });
    expect(fields.changed[0].change).toBeCloseTo(-0.2, 9);
  });
});
