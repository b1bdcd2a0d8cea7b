/** Partial-order reduction over views of all widths: accesses that share only some bytes, or cross into the next word. */
import { beforeAll, describe, expect, it } from 'vitest';
import { loadLitmusScenario, type LitmusScenario } from '../../../../src/litmus/explored/load.ts';
import { exploreResults } from '../../../../src/litmus/explored/results.ts';
import { randomProgram } from '../../../../src/litmus/random-program.ts';
import type { Access, Program } from '../../../../src/litmus/program.ts';

let scenario: LitmusScenario;
beforeAll(async () => {
  scenario = await loadLitmusScenario();
});

function access(kind: Access['kind'], at: number, bytes: Access['bytes'], value: number, dataView = false): Access {
  return { kind, atomic: false, at, bytes, dataView, value, expected: 0 };
}

/** All bytes of the first two words, at the end. */
const FINALS = [{ at: 0, bytes: 8 }, { at: 8, bytes: 8 }] as const;

function found(program: Program, strategy: string, memory: 'sc' | 'tso' | 'js') {
  const { results, executions, isComplete } = exploreResults(scenario, program, memory, { strategy });
  return { results: [...results].toSorted(), executions, isComplete };
}

describe('partial-order reduction over views of several widths', () => {
  // Under js each byte of a load is a choice.
  it.each([['sc', 60, 3], ['tso', 30, 3], ['js', 15, 2]] as const)('finds under %s every result of %i random programs of up to %i accesses', (memory, programs, accesses) => {
    let fewer = 0;
    for (let seed = 1; seed <= programs; seed++) {
      const program = { ...randomProgram(seed, { threads: 2, accesses, locations: 1, isMixed: true, hasFinals: false }), finals: FINALS };
      const every = found(program, 'dfs:64', memory);
      const reduced = found(program, 'dpor', memory);
      expect({ seed, results: reduced.results, isComplete: reduced.isComplete }).toEqual({ seed, results: every.results, isComplete: true });
      fewer += Number(reduced.executions < every.executions);
    }
    // Under a weak model stores depend on all accesses, so there is little to leave out.
    if (memory === 'sc') expect(fewer).toBeGreaterThan(programs / 2);
  });

  it.each<[string, Access, Access, number]>([
    ['the second word of 64 bits, and that word', access('store', 0, 8, 2 ** 32 + 1), access('store', 4, 4, 7), 2],
    ['64 bits, and the word after them', access('store', 0, 8, 2 ** 32 + 1), access('store', 8, 4, 7), 1],
    ['a DataView across two words, and the second', access('store', 2, 4, 0x10001, true), access('store', 4, 4, 7), 2],
    ['a DataView across two words, and the first', access('store', 2, 4, 0x10001, true), access('store', 0, 4, 7), 2],
    ['a DataView of 64 bits across three words, and the third', access('store', 4, 8, 2 ** 32 + 1, true), access('store', 8, 4, 7), 2],
    ['loads of overlapping bytes', access('load', 0, 8, 0), access('load', 4, 4, 0), 1],
  ])('runs both orders of accesses that overlap, and one of others: %s', (_, one, other, orders) => {
    const program = { threads: [[one], [other]], finals: FINALS };
    expect(found(program, 'dpor', 'sc')).toMatchObject({ executions: orders, results: found(program, 'dfs:64', 'sc').results });
  });
});
