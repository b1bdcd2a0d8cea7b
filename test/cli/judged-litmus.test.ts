import { describe, expect, it } from 'vitest';
import { describeBeyond, describeFound, resultsTable, testsTable, type Judged } from '../../src/cli/judged-litmus.ts';
import { CATALOG } from '../../src/litmus/catalog.ts';
import { askModels, disagreements } from '../../src/litmus/judge.ts';

async function judged(name: string, counts: Readonly<Record<string, number>>): Promise<Judged> {
  const test = CATALOG.find((each) => each.name === name)!;
  const said = await askModels(test);
  const allowedByJs = said[2].allowed;
  const seen = { counts: new Map(Object.entries(counts)), rounds: Object.values(counts).reduce((sum, count) => sum + count, 0) };
  return { test, said, allowedByJs, seen, found: disagreements(said, seen.counts, allowedByJs) };
}

describe('the table of tests', () => {
  it('shows what each model says of the result in question, and how often it was seen', async () => {
    const lines = testsTable([await judged('SB', { '0 0': 1200, '1 0': 9000 }), await judged('LB', { '0 0': 5 })], ['sc', 'tso', 'js']);
    expect(lines.slice(0, 3)).toEqual([
      'test  result     sc  tso      js        seen  rounds',
      'SB    r0=0 r1=0  -   reached  reached  1,200  10,200',
      'LB    r0=1 r1=1  -   -        allowed      0       5',
    ]);
    expect(lines.slice(4).map((line) => line.split(':')[0])).toEqual(['-', 'reached', 'allowed']);
  });
});

describe('the table of results', () => {
  it('shows the program, and marks the result in question', async () => {
    expect(resultsTable(await judged('SB', { '0 0': 7 }))).toEqual([
      "SB: may both threads miss the other's store that precedes their load?",
      '  0: x = 1; r0 = y',
      '  1: y = 1; r1 = x',
      '',
      'result       sc       tso      js       seen',
      'r0=0 r1=0 ?  -        reached  reached     7',
      'r0=0 r1=1    reached  reached  reached     0',
      'r0=1 r1=0    reached  reached  reached     0',
      'r0=1 r1=1    reached  reached  reached     0',
      '',
    ]);
  });
});

describe('what must not be', () => {
  it('is a line for each result', async () => {
    expect(describeFound(await judged('SB+atomic', { '0 0': 2 }))).toEqual(['SB+atomic: r0=0 r1=0 was seen 2 times on threads; the specification forbids it']);
    const sb = await judged('SB', {});
    expect(describeFound({ ...sb, found: [{ kind: 'explored', memory: 'sc', key: '0 0' }, { kind: 'missed', memory: 'tso', key: '1 1' }] })).toEqual([
      'SB: r0=0 r1=0 is reached by exploration under sc; the axioms forbid it',
      'SB: r0=1 r1=1 is allowed under tso; exploration does not reach it',
    ]);
  });

  it('is not what x86 alone forbids, which is noted', async () => {
    const mp = await judged('MP', { '1 0': 3 });
    expect(describeFound(mp)).toEqual([]);
    expect(describeBeyond(mp)).toEqual(['MP: r0=1 r1=0 was seen 3 times: more than x86 allows, and allowed by the specification']);
  });
});
