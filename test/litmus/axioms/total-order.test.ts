import { describe, expect, it } from 'vitest';
import { totalOrderResults } from '../../../src/litmus/axioms/total-order.ts';
import { atomicLoad, atomicStore, exchange, load, store, type Access } from '../../../src/litmus/program.ts';

function allows(model: 'sc' | 'tso', key: string, ...threads: readonly (readonly Access[])[]): boolean {
  return totalOrderResults({ threads, finals: [] }, model).has(key);
}

describe('tso', () => {
  it('lets a load overtake a plain store, and sc does not', () => {
    const threads = [[store('x', 1), load('y')], [store('y', 1), load('x')]];
    expect([allows('tso', '0 0', ...threads), allows('sc', '0 0', ...threads)]).toEqual([true, false]);
  });

  it('lets an atomic load overtake a plain store, and no load an atomic store or an exchange', () => {
    expect(allows('tso', '0 0', [store('x', 1), atomicLoad('y')], [store('y', 1), atomicLoad('x')])).toBe(true);
    expect(allows('tso', '0 0', [atomicStore('x', 1), load('y')], [atomicStore('y', 1), load('x')])).toBe(false);
    expect(allows('tso', '0 0 0 0', [store('x', 1), exchange('z', 1), load('y')], [store('y', 1), exchange('w', 1), load('x')])).toBe(false);
  });

  it('gives a thread its own store first', () => {
    expect(allows('tso', '0 0', [store('x', 1), load('x')], [load('x')])).toBe(false);
    expect(allows('tso', '1 0 1 0', [store('x', 1), load('x'), load('y')], [store('y', 1), load('y'), load('x')])).toBe(true);
  });

  it('gives a thread its own byte, and the rest of the word from memory', () => {
    expect(allows('tso', '1 256', [store('x', 1, { bytes: 1 }), load('x')], [store('x', 1, { bytes: 1, offset: 1 }), load('x')])).toBe(true);
  });

  it('keeps stores in order, and loads', () => {
    expect(allows('tso', '1 0', [store('x', 1), store('y', 1)], [load('y'), load('x')])).toBe(false);
    expect(allows('tso', '1 1', [load('x'), store('y', 1)], [load('y'), store('x', 1)])).toBe(false);
  });
});
