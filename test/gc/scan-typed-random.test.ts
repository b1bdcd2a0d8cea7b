/** Random types with randomly linked values: an object survives if and only if the type declarations make it reachable. */
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { MachineShape } from '../../src/memory/map.ts';
import { typeName, type TypeDecl } from '../../src/heap/type-decl.ts';
import { typeTable } from '../../src/heap/type-table.ts';
import { collect } from '../../src/runtime/mutator.ts';
import { Verifier } from '../../src/verify/verifier.ts';
import { isAllocated } from '../support/core-machine.ts';
import { bytesOf } from '../support/go-layout.ts';
import { MOST_OF_A_TYPE, RandomHeap } from '../support/random-heap.ts';
import { randomTypes } from '../support/random-types.ts';
import { runTyped, type Mode } from '../support/typed-machine.ts';
import { hook } from '../support/verify-hook.ts';

vi.mock('../../src/gc/doorbell.ts', async (original) => (await import('../support/verify-hook.ts')).answered(await original()));

afterEach(() => {
  hook.at = () => {};
});

/** Runs two rounds. In the second, some objects have survived the first collection, and new ones reuse the memory of the others. */
function compare(types: readonly TypeDecl[], seed: number, mode: Mode, shape: Partial<MachineShape> & { ptrWords: 1 | 2 }): void {
  const table = typeTable(...types);
  let verifier: Verifier | undefined;
  const said: string[] = [];
  hook.at = (m, point) => {
    verifier ??= new Verifier(m);
    said.push(...verifier.check(point).problems.map(({ message }) => message));
  };
  runTyped(mode, table, { ...shape, verify: true }, (m, mp) => {
    const heap = new RandomHeap(m, mp, shape.ptrWords, table, seed);
    for (let round = 0; round < 2; round++) {
      heap.allocate();
      heap.link();
      const reached = heap.reachable(mode);
      const expected = heap.blocks.map((block) => reached.has(block));
      collect(m, mp, true);
      const tell = (lives: boolean, i: number) => `${i} ${heap.blocks[i].kind} ${heap.blocks[i].type === undefined ? '' : typeName(heap.blocks[i].type!)} ${lives ? 'lives' : 'is freed'}`;
      expect(heap.blocks.map(({ ref }) => isAllocated(m, ref)).map(tell)).toEqual(expected.map(tell));
      heap.blocks = heap.blocks.filter((block) => reached.has(block));
    }
  });
  expect(said).toEqual([]);
  expect(verifier).toBeDefined();
}

const SHAPES: readonly { name: string; shape: Partial<MachineShape> & { ptrWords: 1 | 2 } }[] = [
  { name: '64 bits', shape: { ptrWords: 2, workbufCap: 3, ptrBufCap: 3, maxWorkbufs: 8192 } },
  { name: '64 bits with buffers as large as in Go', shape: { ptrWords: 2 } },
  { name: '386', shape: { ptrWords: 1 } },
];

describe.each(SHAPES)('random values, $name', ({ shape }) => {
  it.each(['mtypes', 'heapbits', 'none'] as const)('%s: exactly what their types reach survives, and the oracle agrees', (mode) => {
    fc.assert(
      fc.property(randomTypes([0, 1, 2, 5, 40, 140]), fc.integer({ min: 1, max: 2 ** 31 - 1 }), (types, seed) => {
        // Nested arrays can exceed the largest size of a type.
        fc.pre(types.every((type) => bytesOf(type, 2) < MOST_OF_A_TYPE));
        compare(types, seed, mode, shape);
      }),
      { numRuns: 60 },
    );
  });
});
