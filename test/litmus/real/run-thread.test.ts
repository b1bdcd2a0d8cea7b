import { describe, expect, it } from 'vitest';
import { add, final, load, store, type Program } from '../../../src/litmus/program.ts';
import { BATCH } from '../../../src/litmus/real/layout.ts';
import { makeSharedTest, runThread } from '../../../src/litmus/real/run-thread.ts';

function alone(program: Program, batches: number): ReadonlyMap<string, number> {
  return runThread({ program, thread: 0, shared: makeSharedTest(program), batches, seed: 1, meetsOften: true });
}

describe('a thread alone', () => {
  it('counts each instance of each batch, on memory that was cleared', () => {
    expect(alone({ threads: [[add('x', 1), store('y', 20, { bytes: 1 }), load('x')]], finals: [final('x'), final('y', { bytes: 1 })] }, 5)).toEqual(new Map([['0 1 1 20', 5 * BATCH]]));
  });

  it('keeps values of 64 bits', () => {
    expect(alone({ threads: [[store('z', 2 ** 40 + 1, { bytes: 8 }), load('z', { bytes: 8 })]], finals: [final('z', { bytes: 8 }), final('z', { bytes: 2, offset: 4 })] }, 2)).toEqual(new Map([[`${2 ** 40 + 1} ${2 ** 40 + 1} 256`, 2 * BATCH]]));
  });
});
