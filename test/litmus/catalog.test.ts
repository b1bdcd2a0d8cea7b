/** What the literature and the specification say of each test of the catalog. */
import { describe, expect, it } from 'vitest';
import { CATALOG, formatAsked, isAsked } from '../../src/litmus/catalog.ts';
import { allowedBy, includesAsked } from '../../src/litmus/judge.ts';
import { MOST_THREADS, labelsOf } from '../../src/litmus/program.ts';

/** Tests whose result x86-TSO allows: a store waits in the buffer while a later load is made. */
const TSO = ['SB', 'SB+atomic-loads', 'R', 'RWC', 'SB+bytes'];
/** Tests whose result ECMAScript allows besides. */
const JS = [
  ...TSO, 'SB+atomic-stores', 'SB+exchange', 'MP', 'MP+atomic-message', 'MP+atomic-store', 'MP+flags-of-two-sizes', 'LB', 'LB+atomic-thread',
  'IRIW', 'IRIW+atomic-loads', 'IRIW+atomic-stores', 'CoRR', 'CoRR+atomic-store', 'CoRR+atomic-loads', 'CoRW2', 'CoWR', '2+2W', '2+2W+atomic-thread',
  'S', 'WRC', 'WRC+atomic-flag', 'ISA2', 'add+store', 'tear-64', 'tear-view', 'tear-two-sizes', 'SB+atomic-bytes',
];

describe('the catalog', () => {
  it.each(CATALOG.map((test) => [test.name, test] as const))('%s is allowed by the models that are known to', (name, test) => {
    expect([includesAsked(test, allowedBy(test, 'sc')), includesAsked(test, allowedBy(test, 'tso')), includesAsked(test, allowedBy(test, 'js'))]).toEqual([false, TSO.includes(name), JS.includes(name)]);
  });

  it('names each test once, and asks about values that it has', () => {
    expect(new Set(CATALOG.map(({ name }) => name)).size).toBe(CATALOG.length);
    for (const test of CATALOG) {
      expect(test.threads.length).toBeLessThanOrEqual(MOST_THREADS);
      expect(labelsOf(test)).toEqual(expect.arrayContaining(Object.keys(test.asks)));
    }
  });

  it('asks for all named values at once', () => {
    const test = CATALOG.find(({ name }) => name === 'S')!;
    expect(formatAsked(test)).toBe('r0=1 x=2');
    expect([isAsked(test, ['r0', 'x'], [1, 2]), isAsked(test, ['r0', 'x'], [1, 1])]).toEqual([true, false]);
  });
});
