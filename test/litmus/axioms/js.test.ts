import { describe, expect, it } from 'vitest';
import { jsResults } from '../../../src/litmus/axioms/js.ts';
import { totalOrderResults } from '../../../src/litmus/axioms/total-order.ts';
import { add, atomicLoad, atomicStore, compareExchange, exchange, final, load, store, type Access, type Final } from '../../../src/litmus/program.ts';
import { randomProgram } from '../../../src/litmus/random-program.ts';

function results(threads: readonly (readonly Access[])[], finals: readonly Final[] = []): string[] {
  return [...jsResults({ threads, finals })].toSorted();
}

describe('jsResults', () => {
  it('lets atomic accesses of one size be in one order', () => {
    expect(results([[atomicStore('x', 1), atomicLoad('y')], [atomicStore('y', 1), atomicLoad('x')]])).toEqual(['0 1', '1 0', '1 1']);
  });

  it('orders nothing by atomic accesses of two sizes', () => {
    expect(results([[store('y', 1), atomicStore('x', 1, { bytes: 2 })], [atomicLoad('x'), load('y')]])).toContain('1 0');
  });

  it('makes read-modify-writes of one word atomic, also in what they read', () => {
    expect(results([[add('x', 1)], [add('x', 1)], [add('x', 1)]], [final('x')])).toEqual(['0 1 2 3', '0 2 1 3', '1 0 2 3', '1 2 0 3', '2 0 1 3', '2 1 0 3']);
    expect(results([[exchange('x', 1)], [exchange('x', 2)]])).toEqual(['0 1', '2 0']);
    expect(results([[compareExchange('x', 0, 1)], [compareExchange('x', 0, 2)]])).toEqual(['0 1', '2 0']);
  });

  it('orders a plain store and an add only as far as one reads the other', () => {
    expect(results([[add('x', 1)], [store('x', 4)]], [final('x')])).toEqual(['0 1', '0 4', '4 4', '4 5']);
  });

  it('takes no value out of thin air', () => {
    // Each add would have to read the other's result.
    expect(results([[add('x', 1), atomicStore('y', 1, { bytes: 1 })], [add('x', 1)]]).every((key) => key.split(' ').every((value) => Number(value) < 3))).toBe(true);
  });

  it('has in-order executions without load buffering and with one memory at the end', () => {
    const buffering = { threads: [[load('x'), store('y', 1)], [load('y'), store('x', 1)]], finals: [] };
    expect([jsResults(buffering).has('1 1'), jsResults(buffering, 'in-order').has('1 1')]).toEqual([true, false]);
    const both = { threads: [[store('x', 1), store('y', 2)], [store('y', 1), store('x', 2)]], finals: [final('x'), final('y')] };
    expect([jsResults(both).has('1 1'), jsResults(both, 'in-order').has('1 1')]).toEqual([true, false]);
  });

  it.each([false, true])('allows all that x86 allows, which allows all interleavings: mixed sizes %s', (isMixed) => {
    for (let seed = 1; seed <= 40; seed++) {
      const program = randomProgram(seed, { threads: isMixed ? 2 : 3, accesses: isMixed ? 2 : 3, locations: 2, isMixed, hasFinals: !isMixed });
      const tso = totalOrderResults(program, 'tso');
      const inOrder = jsResults(program, 'in-order');
      const all = jsResults(program);
      for (const key of totalOrderResults(program, 'sc')) expect([seed, key, tso.has(key)]).toEqual([seed, key, true]);
      for (const key of tso) expect([seed, key, inOrder.has(key)]).toEqual([seed, key, true]);
      for (const key of inOrder) expect([seed, key, all.has(key)]).toEqual([seed, key, true]);
    }
  });
});
