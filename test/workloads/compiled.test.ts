/** The compiled loops of workloads leave every word of the memory as the JavaScript does, collections included. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { compilableMemory, programFunctions } from '../../src/compiled/instance.ts';
import { COMPILED_PROGRAMS, compiledModule } from '../../src/compiled/load.ts';
import { nameWord } from '../../src/inspect/name-word.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import type { Mem } from '../../src/memory/struct.ts';
import { binaryTrees } from '../../src/workloads/binary-trees.ts';
import { churn } from '../../src/workloads/churn.ts';
import { useCompiledPrograms, type CompiledPrograms } from '../../src/workloads/compiled.ts';
import type { Params, Workload } from '../../src/workloads/workload.ts';
import { runOnOneP, type MachineOptions } from '../support/machine.ts';

/** Times are in the memory too: each reading of the clock is a microsecond later. */
const clock = vi.hoisted(() => ({ ns: 0 }));
vi.mock('../../src/base/clock.ts', () => ({ nanotime: () => (clock.ns += 1000), unixtime: () => 0 }));

afterEach(() => useCompiledPrograms(null));

const module = compiledModule(COMPILED_PROGRAMS);

function run(workload: Workload, params: Params, options: MachineOptions): Mem {
  clock.ns = 0;
  return runOnOneP(workload, params, options).m;
}

/** Runs the program with the compiled loops. Returns the memory, and how often each loop was called. */
function runCompiled(workload: Workload, params: Params, options: MachineOptions): { readonly m: Mem; readonly calls: Record<string, number> } {
  const calls: Record<string, number> = {};
  const memory = (words: number): Mem => {
    const shared = compilableMemory(words);
    const m = new Int32Array(shared.buffer, 0, words);
    useCompiledPrograms(counted(programFunctions(module, shared, m), calls));
    return m;
  };
  const m = run(workload, params, { ...options, memory });
  useCompiledPrograms(null);
  return { m, calls };
}

/** Returns `functions` such that each call of one is counted under its name. */
function counted(functions: CompiledPrograms, calls: Record<string, number>): CompiledPrograms {
  return Object.fromEntries(
    Object.entries(functions).map(([name, fn]) => [name, (...args: number[]) => {
      calls[name] = (calls[name] ?? 0) + 1;
      return (fn as (...args: number[]) => unknown)(...args);
    }]),
  ) as unknown as CompiledPrograms;
}

const MACHINES: readonly (readonly [string, MachineOptions])[] = [
  ['parallel', { gogc: 20 }],
  ['32 bits', { gogc: 20, ptrWords: 1 }],
  ['types of spans', { gogc: 20, types: 'mtypes' }],
  ['heap bits', { gogc: 20, types: 'heapbits' }],
  ['a profile of every few objects', { gogc: 20, memprofileRate: 100 }],
  ['barriers and assists', { gogc: 20, collector: 'concurrent' }],
  ['barriers that record', { gogc: 20, collector: 'concurrent', concurrent: { barrier: 'hybrid', stacks: 'once', barrierBuffer: 8 } }],
  ['the bitmap collector', { gogc: 20, collector: 'bitmap' }],
];

describe.each(MACHINES)('the compiled loops on a machine with %s', (_, options) => {
  it.each<readonly [Workload, Params, readonly string[]]>([
    [binaryTrees, { depth: 12 }, ['countChunk', 'growChunk']],
    [churn, { count: 40_000, ring: 2000, threads: 2 }, ['fillRing']],
  ])('leave the memory as the JavaScript does', (workload, params, loops) => {
    const plain = run(workload, params, options);
    const { m, calls } = runCompiled(workload, params, options);
    expect(Object.keys(calls).sort()).toEqual(loops);
    expect(m[MSTATS + MStats.at.numgc]).toBeGreaterThan(2);
    const different: number[] = [];
    for (let i = 0; i < m.length && different.length < 20; i++) if (m[i] !== plain[i]) different.push(i);
    expect(different.map((i) => nameWord(m, i))).toEqual([]);
  });
});

describe('a compiled loop', () => {
  it('ends with the failure of the JavaScript', () => {
    expect(() => runCompiled(binaryTrees, { depth: 14 }, { arenaMB: 1 })).toThrow(expect.objectContaining({ code: 'OUT_OF_MEMORY' }));
  });
});
