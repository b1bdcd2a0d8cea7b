/** The compiled functions of malloc leave every word of the memory as the JavaScript does. */
import { afterEach, describe, expect, it } from 'vitest';
import { seeds } from '../support/nightly.ts';
import { xorshift32 } from '../../src/base/random.ts';
import { compilableMemory, mallocFunctions } from '../../src/compiled/instance.ts';
import { COMPILED_MALLOC, compiledModule } from '../../src/compiled/load.ts';
import { classToSize } from '../../src/heap/size-classes.ts';
import { Span, spanOf } from '../../src/heap/span.ts';
import { DEBUG, TYPES } from '../../src/memory/config.ts';
import type { MachineShape } from '../../src/memory/map.ts';
import type { Mem } from '../../src/memory/struct.ts';
import type { MRef } from '../../src/machine/m.ts';
import { mallocSmall, refillOrDie, sweepone, useCompiledMalloc, type CompiledMalloc } from '../../src/malloc/compiled.ts';
import { FLAG_NOSCAN, FLAG_NOZERO } from '../../src/malloc/flags.ts';
import { free } from '../../src/malloc/free.ts';
import { mallocTiny, mallocgc } from '../../src/malloc/malloc.ts';
import { MCache } from '../../src/malloc/mcache-record.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { NOTHING_TO_SWEEP } from '../../src/malloc/sweep.ts';
import { addfinalizer } from '../../src/malloc/specials.ts';
import { storeWide } from '../../src/memory/wide.ts';
import { M } from '../../src/machine/m.ts';
import { nameWord } from '../../src/inspect/name-word.ts';
import { boot, planMemory } from '../../src/runtime/boot.ts';
import { fatalOf } from '../support/core-machine.ts';
import { coreShape } from '../support/core-shape.ts';
import { brokenInvariants, mark, startGeneration } from '../support/heap-steps.ts';

afterEach(() => useCompiledMalloc(null));

const module = compiledModule(COMPILED_MALLOC);
const SIZES = [8, 16, 24, 32, 48, 64, 112, 416, 1024, 2304, 6144, 20_000, 33_000, 200_000];
const STEPS = 6000;

interface Machine {
  readonly memory: WebAssembly.Memory;
  readonly m: Mem;
  readonly m0: MRef;
}

function machine(changes: Partial<MachineShape>): Machine {
  const map = planMemory(coreShape(changes));
  const memory = compilableMemory(map.words);
  const m = new Int32Array(memory.buffer, 0, map.words);
  const m0 = boot(m, map, 100);
  // The counters of pages pass the limit of 32 bits in between, in both directions.
  for (const counter of ['heapInuse', 'heapIdle', 'tinyallocs'] as const) storeWide(m, MSTATS + MStats.at[counter], 2 ** 32 - 50_000);
  return { memory, m, m0 };
}

/** Allocates, frees, sweeps and begins generations at random. */
function work(m: Mem, m0: MRef, seed: number, steps: number): void {
  let x = seed;
  const draw = (n: number) => (x = xorshift32(x)) % n;
  let kept: number[] = [];
  for (let i = 0; i < steps; i++) {
    const step = draw(400);
    if (step === 0) {
      // A third of the blocks survives, or none.
      const all = draw(6) === 0 ? 0 : 3;
      kept = kept.filter(() => all !== 0 && draw(all) === 0);
      while (sweepone(m, m0) !== NOTHING_TO_SWEEP);
      startGeneration(m);
      kept.forEach((p) => mark(m, p));
    } else if (step < 20) {
      sweepone(m, m0);
    } else if (step < 60) {
      const p = kept.pop();
      // The smallest blocks have no room for what free writes.
      if (p !== undefined && m[spanOf(m, p) + Span.at.elemsize] > 8) free(m, m0, p);
    } else {
      const size = SIZES[draw(draw(20) === 0 ? SIZES.length : 11)];
      const p = mallocgc(m, m0, size, draw(3) === 0 && size >= 16 ? FLAG_NOSCAN | (draw(2) === 0 ? FLAG_NOZERO : 0) : 0);
      kept.push(p);
      if (draw(200) === 0) {
        addfinalizer(m, m0, p << 2, 1, 0);
        // It is dropped by no free, only by a sweep.
        kept.pop();
      }
    }
  }
}

/** Returns `functions` such that each call of one is counted under its name. */
function counted(functions: CompiledMalloc, calls: { mallocSmall: number; sweepone: number }): CompiledMalloc {
  return {
    ...functions,
    mallocSmall: (...args) => (calls.mallocSmall++, functions.mallocSmall(...args)),
    sweepone: (...args) => (calls.sweepone++, functions.sweepone(...args)),
  };
}

function worksAlike({ memory, m, m0 }: Machine, seed: number, steps = STEPS): void {
  const before = m.slice();
  work(m, m0, seed, steps);
  const plain = m.slice();
  m.set(before);
  const calls = { mallocSmall: 0, sweepone: 0 };
  useCompiledMalloc(counted(mallocFunctions(module, memory, m), calls));
  work(m, m0, seed, steps);
  useCompiledMalloc(null);
  expect(calls.mallocSmall).toBeGreaterThan(steps / 6);
  expect(calls.sweepone).toBeGreaterThan(steps / 60);
  const different: number[] = [];
  for (let i = 0; i < m.length && different.length < 20; i++) if (m[i] !== plain[i]) different.push(i);
  expect(different.map((i) => nameWord(m, i))).toEqual([]);
  expect(brokenInvariants(m)).toEqual([]);
}

describe('the compiled functions of malloc', () => {
  it.each<readonly [string, Partial<MachineShape>]>([
    ['64-bit machine', {}],
    ['32-bit machine', { ptrWords: 1 }],
    ['types of spans', { types: TYPES.mtypes }],
    ['growth in small chunks', { chunkPages: 8 }],
  ])('leaves the memory as the JavaScript does: %s', (_, shape) => {
    for (let seed = 1; seed <= seeds(2, 20); seed++) worksAlike(machine({ arenaPages: 2048, ...shape }), seed * 77_777);
  });

  it('has the tables of size classes', () => {
    const { memory, m, m0 } = machine({ arenaPages: 4096 });
    useCompiledMalloc(mallocFunctions(module, memory, m));
    for (let sizeclass = 1; sizeclass < classToSize.length; sizeclass++) {
      expect(m[spanOf(m, mallocgc(m, m0, classToSize[sizeclass], 0)) + Span.at.elemsize]).toBe(classToSize[sizeclass]);
    }
  });

  it('throws the same failure, with its facts', () => {
    const { memory, m, m0 } = machine({});
    const c = m[m0 + M.at.mcache];
    const p = mallocgc(m, m0, 64, 0);
    const sizeclass = m[spanOf(m, p) + Span.at.sizeclass];
    const plain = fatalOf(() => refillOrDie(m, m0, c, sizeclass, 64));
    m[m0 + M.at.mallocing] = 0;
    useCompiledMalloc(mallocFunctions(module, memory, m));
    const compiled = fatalOf(() => refillOrDie(m, m0, c, sizeclass, 64));
    expect(plain.code).toBe('REFILL_OF_NONEMPTY_SPAN');
    expect([compiled.code, compiled.facts]).toEqual([plain.code, plain.facts]);
    expect(m[c + MCache.at.alloc + m[spanOf(m, p) + Span.at.sizeclass]]).toBe(spanOf(m, p));
  });

  it.each([0, FLAG_NOSCAN, FLAG_NOZERO, FLAG_NOSCAN | FLAG_NOZERO])('refuses to allocate inside malloc, with flags %i', (flags) => {
    const failures = [false, true].map((isCompiled) => {
      const { memory, m, m0 } = machine({});
      if (isCompiled) useCompiledMalloc(mallocFunctions(module, memory, m));
      m[m0 + M.at.mallocing] = 1;
      return fatalOf(() => mallocSmall(m, m0, 64, 5, flags));
    });
    expect(failures[1]).toEqual(failures[0]);
    expect(failures[0].code).toBe('MALLOC_DEADLOCK');
  });

  it('refills the spans of tiny objects as the JavaScript does', () => {
    const [plain, compiled] = [false, true].map((isCompiled) => {
      const { memory, m, m0 } = machine({});
      const functions = mallocFunctions(module, memory, m);
      let refills = 0;
      if (isCompiled) useCompiledMalloc({ ...functions, refillOrDie: (...args) => (refills++, functions.refillOrDie(...args)) });
      for (let i = 0; i < 5000; i++) mallocTiny(m, m0, 1 + (i % 15));
      expect(refills > 0).toBe(isCompiled);
      return m;
    });
    expect(compiled.every((word, i) => word === plain[i])).toBe(true);
  });

  it('notices the same blocks', () => {
    worksAlike(machine({ arenaPages: 2048, debug: DEBUG.allocfreetrace }), 4711);
    // Under efence no page is used again.
    worksAlike(machine({ arenaPages: 8192, debug: DEBUG.efence }), 4711, STEPS / 10);
    for (const memprofileRate of [1, 4096]) worksAlike(machine({ arenaPages: 2048, memprofileRate }), 4711);
  });

  it('reports a full arena as the JavaScript does', () => {
    const failures = [false, true].map((isCompiled) => {
      const { memory, m, m0 } = machine({ arenaPages: 64 });
      if (isCompiled) useCompiledMalloc(mallocFunctions(module, memory, m));
      return fatalOf(() => { for (;;) mallocgc(m, m0, 1024, 0); });
    });
    expect(failures[1]).toEqual(failures[0]);
    expect(failures[0].code).toBe('OUT_OF_MEMORY');
  });
});
