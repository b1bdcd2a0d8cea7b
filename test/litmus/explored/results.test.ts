/** Exploration and the axioms, which share no code, have the same results. */
import { describe, expect, it } from 'vitest';
import { jsResults } from '../../../src/litmus/axioms/js.ts';
import { totalOrderResults } from '../../../src/litmus/axioms/total-order.ts';
import { CATALOG } from '../../../src/litmus/catalog.ts';
import { loadLitmusScenario } from '../../../src/litmus/explored/load.ts';
import { exploreResults } from '../../../src/litmus/explored/results.ts';
import { formatProgram, load, store, type Program } from '../../../src/litmus/program.ts';
import { randomProgram } from '../../../src/litmus/random-program.ts';
import { MEMORIES, type Memory } from '../../../src/explore/weak/memory.ts';
import { seeds } from '../../support/nightly.ts';

const SCENARIO = await loadLitmusScenario();
const PROGRAMS = seeds(60, 3000);

/** Results that only one side has. */
function difference(program: Program, memory: Memory): unknown {
  const { results, isComplete } = exploreResults(SCENARIO, program, memory);
  const expected = memory === 'js' ? jsResults(program, 'in-order') : totalOrderResults(program, memory);
  const only = { explored: [...results].filter((key) => !expected.has(key)), axioms: [...expected].filter((key) => !results.has(key)) };
  return isComplete && only.explored.length === 0 && only.axioms.length === 0 ? undefined : { program: formatProgram(program), isComplete, ...only };
}

describe.each(MEMORIES)('under %s, exploration', (memory) => {
  it('reaches exactly the results of each test of the catalog that an order of its accesses gives', () => {
    for (const test of CATALOG) expect([test.name, difference(test, memory)]).toEqual([test.name, undefined]);
  });

  // Some of the first seeds show that a load must not go back behind what the thread has loaded with an empty buffer.
  it.each([['1', 1], ['600', 600]])('reaches exactly the results of random programs of words, from seed %s on', (_, from) => {
    for (let seed = from; seed < from + PROGRAMS; seed++) expect([seed, difference(randomProgram(seed, { threads: 2, accesses: 3, locations: 2, isMixed: false, hasFinals: true }), memory)]).toEqual([seed, undefined]);
  });

  it('reaches exactly the results of random programs of three threads', () => {
    for (let seed = 1; seed < 1 + PROGRAMS / 3; seed++) expect([seed, difference(randomProgram(seed, { threads: 3, accesses: 2, locations: 2, isMixed: false, hasFinals: true }), memory)]).toEqual([seed, undefined]);
  });

  // Seeds from 1334 on show that an atomic load of mixed sizes must not take a byte that its partner's past hides.
  it.each([1, 1334, 1445, 1541])('reaches exactly the results of random programs of mixed sizes, from seed %i on', (from) => {
    for (let seed = from; seed < from + PROGRAMS / 12; seed++) expect([seed, difference(randomProgram(seed, { threads: 2, accesses: 2, locations: 2, isMixed: true, hasFinals: false }), memory)]).toEqual([seed, undefined]);
  });
});

describe('a search', () => {
  it('that its limit or the caller ends is not complete', () => {
    const program = { threads: [[store('x', 1), load('y')], [store('y', 1), load('x')]], finals: [] };
    expect(exploreResults(SCENARIO, program, 'sc', { most: 2 })).toMatchObject({ executions: 2, isComplete: false });
    expect(exploreResults(SCENARIO, program, 'sc', { isStopped: () => true })).toMatchObject({ executions: 0, isComplete: false });
  });
});
