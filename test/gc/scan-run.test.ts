/** The compiled mark loop leaves every word of the memory as the JavaScript loop does. */
import { afterEach, describe, expect, it } from 'vitest';
import { seeds } from '../support/nightly.ts';
import { xorshift32 } from '../../src/base/random.ts';
import { compilableMemory, compiledScanRun } from '../../src/compiled/instance.ts';
import { compiledModule } from '../../src/compiled/load.ts';
import { useCompiled } from '../../src/gc/compiled.ts';
import { markWithOthers } from '../../src/gc/helper.ts';
import { POLICY, prepareMark } from '../../src/gc/policy.ts';
import { clearpools, rootCount } from '../../src/gc/roots.ts';
import { NPROC, XNDONE, XNWAIT } from '../../src/gc/work.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { storePointer } from '../../src/memory/address.ts';
import { boot, planMemory } from '../../src/runtime/boot.ts';
import { setGlobal } from '../../src/runtime/mutator.ts';
import { MARKFOR, parforsetup } from '../../src/sync/parfor.ts';
import { nameWord } from '../../src/inspect/name-word.ts';
import { coreShape } from '../support/core-shape.ts';

afterEach(() => useCompiled(null));

const SIZES = [8, 16, 24, 32, 48, 64, 112, 416, 1024, 2304, 6144, 33_000, 200_000];

/** Returns a machine with a random heap that is ready to mark on `nproc` Ms. Only one of them marks. */
function machine(seed: number, nproc: number, workbufCap: number) {
  const map = planMemory(coreShape({ policy: POLICY.tuned, arenaPages: 2048, workbufCap, maxWorkbufs: 60_000, procs: 2 }));
  const memory = compilableMemory(map.words);
  const m = new Int32Array(memory.buffer, 0, map.words);
  const m0 = boot(m, map, -1);
  let x = seed;
  const draw = (n: number) => (x = xorshift32(x)) % n;
  const blocks: { ref: number; slots: number; words: number }[] = [];
  for (let i = 0; i < 1000; i++) {
    const size = SIZES[draw(draw(8) === 0 ? SIZES.length : 8)];
    const noscan = size >= 16 && draw(4) === 0;
    const ref = mallocgc(m, m0, size, noscan ? FLAG_NOSCAN : 0);
    blocks.push({ ref, slots: noscan ? 0 : size / 8, words: size / 4 });
  }
  for (const { ref, slots } of blocks) {
    for (let k = 0; k < Math.min(slots, 4); k++) {
      const target = blocks[draw(blocks.length)];
      // One pointer in eight points into a block, one in sixteen at no block.
      const inside = draw(8) === 0 ? draw(target.words) : 0;
      if (draw(3) !== 0) storePointer(m, ref + 2 * draw(slots), draw(16) === 0 ? draw(1 << 20) : target.ref + inside);
    }
  }
  setGlobal(m, 0, blocks[0].ref);
  setGlobal(m, 1, blocks[7].ref);
  clearpools(m, m0);
  Atomics.store(m, XNWAIT, 0);
  Atomics.store(m, XNDONE, 0);
  m[NPROC] = nproc;
  parforsetup(m, MARKFOR, 1, rootCount(m), false);
  prepareMark(m);
  return { memory, m, m0 };
}

function differences(a: Int32Array, b: Int32Array): number[] {
  const found: number[] = [];
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) found.push(i);
  return found;
}

describe('the compiled mark loop', () => {
  it('is refused if it was not compiled', () => {
    expect(() => compiledModule('/nowhere/core.wasm')).toThrow(/^the tuned mark loop is not compiled yet: npm run build/);
  });
});

describe('marking with what was compiled', () => {
  it.each([
    ['one M', 1, 512],
    ['one M, buffers that overflow', 1, 70],
    ['one M of two', 2, 512],
  ])('%s', (_, nproc, workbufCap) => {
    for (let seed = 1; seed <= seeds(1, 3); seed++) {
      const { memory, m, m0 } = machine(seed * 77_777, nproc, workbufCap);
      // The other of two Ms counts as waiting for work.
      if (nproc === 2) Atomics.store(m, XNWAIT, 1);
      const before = m.slice();
      markWithOthers(m, m0);
      const plain = m.slice();
      m.set(before);
      let runs = 0;
      const compiled = compiledScanRun(compiledModule(), memory);
      useCompiled((...args) => {
        runs++;
        return compiled(...args);
      });
      markWithOthers(m, m0);
      useCompiled(null);
      expect(runs).toBeGreaterThan(3);
      expect(differences(plain, before).length).toBeGreaterThan(100);
      // Times differ.
      expect(differences(plain, m).map((i) => nameWord(m, i)).filter((name) => !/Ns\[\d\]$/.test(name))).toEqual([]);
    }
  });
});
