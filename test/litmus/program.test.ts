import { describe, expect, it } from 'vitest';
import { add, atomicStore, compareExchange, final, formatProgram, formatResult, keyOf, labelsOf, load, mayTear, resultOf, store, type Program } from '../../src/litmus/program.ts';

const PROGRAM: Program = {
  threads: [[store('x', 1), add('y', 2), load('x', { bytes: 2, offset: 2 })], [compareExchange('z', 0, 17), load('w', { bytes: 8 }), store('x', 1, { dataView: true, offset: 1 })]],
  finals: [final('x'), final('z', { bytes: 1 })],
};

describe('a program', () => {
  it('is shown as a line of JavaScript for each thread', () => {
    expect(formatProgram(PROGRAM)).toEqual([
      '0: x = 1; r0 = Atomics.add(y, 2); r1 = x+2:16',
      '1: r2 = Atomics.compareExchange(z, 0, 0x11); r3 = w:64; view.set(x+1, 1)',
    ]);
  });

  it('labels reads in order, then memory at the end', () => {
    expect(labelsOf(PROGRAM)).toEqual(['r0', 'r1', 'r2', 'r3', 'x', 'z:8']);
    expect(formatResult(PROGRAM, [1, 2, 3, 2n ** 60n, 17, 0])).toBe('r0=1 r1=2 r2=3 r3=0x1000000000000000 x=0x11 z:8=0');
  });
});

describe('a key', () => {
  it('gives its result', () => {
    for (const result of [[], [0], [1, 2n ** 60n, 3]]) expect(resultOf(keyOf(result))).toEqual(result);
  });
});

describe('mayTear', () => {
  it('is so for plain accesses of 64 bits and through a DataView', () => {
    expect([load('x'), load('x', { bytes: 8 }), store('x', 1, { dataView: true }), atomicStore('x', 1, { bytes: 8 })].map(mayTear)).toEqual([false, true, true, false]);
  });
});
