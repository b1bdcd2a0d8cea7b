/** The compiled mark loops leave every word of the memory as the JavaScript loops do. */
import v8 from 'node:v8';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { seeds } from '../support/nightly.ts';
import { xorshift32 } from '../../src/base/random.ts';
import { compilableMemory, compiledFunctions } from '../../src/compiled/instance.ts';
import { COMPILED_LARGE, compiledModule } from '../../src/compiled/load.ts';
import { useCompiled, type Compiled } from '../../src/gc/compiled.ts';
import { beginMark, markSome } from '../../src/gc/collector.ts';
import { PROGRESS } from '../../src/gc/collectors/descriptor.ts';
import { COLLECTOR } from '../../src/gc/collectors/registry.ts';
import { markWithOthers } from '../../src/gc/helper.ts';
import { POLICY, prepareMark } from '../../src/gc/policy.ts';
import { clearpools, rootCount } from '../../src/gc/roots.ts';
import { NPROC, XNDONE, XNWAIT } from '../../src/gc/work.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { CONFIG, Config, DEBUG, DIRECTION, MARK_BY, ORDER, TYPES, ptrWords } from '../../src/memory/config.ts';
import { LARGE_SHIFT } from '../../src/memory/address.ts';
import type { MachineShape } from '../../src/memory/map.ts';
import { writeAddress } from '../../src/heap/write-pointer.ts';
import { boot, planMemory } from '../../src/runtime/boot.ts';
import { setGlobal } from '../../src/runtime/mutator.ts';
import { MARKFOR, parforsetup } from '../../src/sync/parfor.ts';
import { nameWord } from '../../src/inspect/name-word.ts';
import type { MRef } from '../../src/machine/m.ts';
import type { Mem } from '../../src/memory/struct.ts';
import { typeTable, typeTableWords, type TypeTable } from '../../src/heap/type-table.ts';
import { bytesOf } from '../support/go-layout.ts';
import { MOST_OF_A_TYPE, RandomHeap } from '../support/random-heap.ts';
import { randomTypes } from '../support/random-types.ts';
import { coreShape } from '../support/core-shape.ts';

afterEach(() => useCompiled(null));

// Node 20 has 64-bit memories of up to 4 GB behind this flag; later ones don't need it.
v8.setFlagsFromString('--experimental-wasm-memory64');

const MODULES = { small: compiledModule(), large: compiledModule(COMPILED_LARGE) };
const SIZES = [8, 16, 24, 32, 48, 64, 112, 416, 1024, 2304, 6144, 33_000, 200_000];

interface Marking {
  readonly memory: WebAssembly.Memory;
  readonly m: Mem;
  readonly m0: MRef;
}

/** Returns a machine that `fill` gives a heap, ready to mark on `nproc` Ms. Only one of them marks. */
function machine(nproc: number, changes: Partial<MachineShape>, fill: (m: Mem, m0: MRef) => void, types?: TypeTable): Marking {
  const typeWords = typeTableWords(types, changes.ptrWords ?? 2);
  const map = planMemory(coreShape({ arenaPages: 2048, maxWorkbufs: 4096, procs: 2, typeWords, ...changes }));
  const memory = compilableMemory(map.words, map.ptrShift === LARGE_SHIFT);
  const m = new Int32Array(memory.buffer, 0, map.words);
  const m0 = boot(m, map, -1, types);
  fill(m, m0);
  clearpools(m, m0);
  Atomics.store(m, XNWAIT, 0);
  Atomics.store(m, XNDONE, 0);
  m[NPROC] = nproc;
  parforsetup(m, MARKFOR, 1, rootCount(m), false);
  prepareMark(m);
  return { memory, m, m0 };
}

/** Returns a function that fills a heap with random blocks of no type. */
function untyped(seed: number) {
  return (m: Mem, m0: MRef): void => {
    const pw = ptrWords(m);
    let x = seed;
    const draw = (n: number) => (x = xorshift32(x)) % n;
    const blocks: { ref: number; slots: number; words: number }[] = [];
    for (let i = 0; i < 1000; i++) {
      const size = SIZES[draw(draw(8) === 0 ? SIZES.length : 8)];
      const noscan = size >= 16 && draw(4) === 0;
      const ref = mallocgc(m, m0, size, noscan ? FLAG_NOSCAN : 0);
      blocks.push({ ref, slots: noscan ? 0 : size / (4 * pw), words: size / 4 });
    }
    for (const { ref, slots } of blocks) {
      for (let k = 0; k < Math.min(slots, 4); k++) {
        const target = blocks[draw(blocks.length)];
        // One pointer in eight points into a block, one in sixteen at no block.
        const inside = draw(8) === 0 ? draw(target.words) : 0;
        if (draw(3) !== 0) writeAddress(m, ref + pw * draw(slots), 4 * (draw(16) === 0 ? draw(1 << 20) : target.ref + inside) + draw(4));
      }
    }
    setGlobal(m, 0, blocks[0].ref);
    setGlobal(m, 1, blocks[7].ref);
  };
}

function differences(a: Int32Array, b: Int32Array): number[] {
  const found: number[] = [];
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) found.push(i);
  return found;
}

describe('the compiled mark loops', () => {
  it('are refused if they were not compiled', () => {
    expect(() => compiledModule('/nowhere/core.wasm')).toThrow(/^the mark loops are not compiled yet: npm run build/);
  });
});

/** Returns `functions` such that each call of one adds 1 to `count`. */
function counted(functions: Compiled, count: { calls: number }): Compiled {
  const entries = Object.entries(functions) as [string, (...args: unknown[]) => unknown][];
  return Object.fromEntries(entries.map(([name, fn]) => [name, (...args: unknown[]) => (count.calls++, fn(...args))])) as unknown as Compiled;
}

/** Marks with the JavaScript, then from the same state with what was compiled, and compares all words. */
function marksAlike({ memory, m, m0 }: Marking, mark = markWithOthers): void {
  // The other of two Ms counts as waiting for work.
  if (m[NPROC] === 2) Atomics.store(m, XNWAIT, 1);
  const before = m.slice();
  mark(m, m0);
  const plain = m.slice();
  m.set(before);
  const count = { calls: 0 };
  useCompiled(counted(compiledFunctions(m[CONFIG + Config.at.ptrShift] === LARGE_SHIFT ? MODULES.large : MODULES.small, memory, m), count));
  mark(m, m0);
  useCompiled(null);
  expect(count.calls).toBeGreaterThan(0);
  expect(differences(plain, before).length).toBeGreaterThan(10);
  // Times differ.
  expect(differences(plain, m).map((i) => nameWord(m, i)).filter((name) => !/Ns\[\d\]$/.test(name))).toEqual([]);
}

const MARKINGS = [
  ['one M', 1, 512],
  ['one M, buffers that overflow', 1, 70],
  ['one M of two', 2, 512],
] as const;

const LOOPS: readonly (readonly [name: string, shape: Partial<MachineShape>])[] = [
  ['go1.3', { policy: POLICY['go1.3'] }],
  ['go1.3 on the 32-bit machine', { policy: POLICY['go1.3'], ptrWords: 1 }],
  ['go1.3 that counts its work', { policy: POLICY['go1.3'], debug: DEBUG.collectstats }],
  ['go1.3 with a buffer of 3 pointers', { policy: POLICY['go1.3'], ptrBufCap: 3 }],
  ['tuned', { policy: POLICY.tuned }],
  ['spans', { policy: POLICY.spans }],
  ['spans with a buffer of 3 pointers', { policy: POLICY.spans, ptrBufCap: 3 }],
  ['lab', { policy: POLICY.lab }],
  ['lab, all choices changed', { policy: POLICY.lab, labMark: MARK_BY.byte, labOrder: ORDER.fifo, labDirection: DIRECTION.backwards, labSplit: 20, labPrefetch: 5 }],
];

const ON_LARGE_MEMORY = LOOPS.filter(([, { ptrWords: pw }]) => pw !== 1).map(([name, shape]) => [`${name}, for a large memory`, { ...shape, hasLargePointers: true }] as const);

describe.each([...LOOPS, ...ON_LARGE_MEMORY])('marking with what was compiled: %s', (_, shape) => {
  it.each(shape.hasLargePointers === true ? MARKINGS.slice(0, seeds(1, MARKINGS.length)) : MARKINGS)('%s', (__, nproc, workbufCap) => {
    for (let seed = 1; seed <= seeds(1, 3); seed++) marksAlike(machine(nproc, { ...shape, workbufCap }, untyped(seed * 77_777)));
  });
});

/** Marks concurrently with a program that does nothing, a piece at a time. */
function markBeside(m: Mem, m0: MRef): void {
  beginMark(m, m0);
  while (markSome(m, m0, 300) === PROGRESS.some);
}

describe.each<readonly [string, Partial<MachineShape>]>([
  ['on the 64-bit machine', {}],
  ['on the 32-bit machine', { ptrWords: 1 }],
  ['for a large memory', { hasLargePointers: true }],
])('marking concurrently with the program with what was compiled, %s', (_, shape) => {
  it.each(MARKINGS)('%s', (__, nproc, workbufCap) => {
    for (let seed = 1; seed <= seeds(2, 20); seed++) {
      marksAlike(machine(nproc, { ...shape, workbufCap, collector: COLLECTOR.concurrent }, untyped(seed * 55_555)), markBeside);
    }
  });
});

describe.each(['mtypes', 'heapbits'] as const)('marking random types with what was compiled: %s', (mode) => {
  const shapes: readonly Partial<MachineShape>[] = [{}, { ptrWords: 1 }, { debug: DEBUG.collectstats | DEBUG.checkptr }, { ptrBufCap: 3 }, { hasLargePointers: true }];
  it.each(MARKINGS)('%s', (_, nproc, workbufCap) => {
    for (let seed = 1; seed <= seeds(5, 100); seed++) {
      const types = fc.sample(randomTypes([0, 1, 2, 5, 40, 140]), { seed, numRuns: 1 })[0];
      if (types.some((type) => bytesOf(type, 2) >= MOST_OF_A_TYPE)) continue;
      const table = typeTable(...types);
      const shape = { ...shapes[seed % shapes.length], types: TYPES[mode], workbufCap };
      marksAlike(machine(nproc, { arenaPages: 512, ...shape }, (m, m0) => {
        const heap = new RandomHeap(m, m0, ptrWords(m), table, seed);
        heap.allocate();
        heap.link();
      }, table));
    }
  });
});
