/** The untyped mark loop marks exactly what is reachable, whatever form the objects have: chains, four slots, or any other. */
import { describe, expect, it } from 'vitest';
import { xorshift32 } from '../../src/base/random.ts';
import { DEBUG } from '../../src/memory/config.ts';
import type { Ref } from '../../src/memory/address.ts';
import type { Mem } from '../../src/memory/struct.ts';
import { loadWide } from '../../src/memory/wide.ts';
import { BIT_MARKED, bitsShift, bitsWord, markShift } from '../../src/heap/bitmap.ts';
import { GCStats, M } from '../../src/machine/m.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { writeAddress } from '../../src/heap/write-pointer.ts';
import { markWithOthers } from '../../src/gc/helper.ts';
import { prepareMark } from '../../src/gc/policy.ts';
import { clearpools, rootCount } from '../../src/gc/roots.ts';
import { ScanBuf, scanbufOf } from '../../src/gc/scanbuf.ts';
import { NPROC, XNWAIT } from '../../src/gc/work.ts';
import { setGlobal } from '../../src/runtime/mutator.ts';
import { MARKFOR, parforsetup } from '../../src/sync/parfor.ts';
import { bootCore } from '../support/core-machine.ts';

interface Block {
  readonly ref: Ref;
  readonly slots: number;
  readonly noscan: boolean;
  readonly targets: Map<number, Block>;
}

interface Marked {
  /** Places of the marked blocks in the list of all. */
  readonly marked: readonly number[];
  readonly count: number;
  readonly bytesScanned: number;
}

/** Marks a heap of `build` on one of `nproc` Ms, and checks the marks against a walk of its own from the first block. */
function mark(build: (draw: (n: number) => number, add: (slots: number, noscan?: boolean) => Block) => void, seed: number, nproc: number, shape: { debug?: number; ptrBufCap?: number } = {}): Marked {
  const { m, m0 } = bootCore({ arenaPages: 512, ...shape }, -1);
  const blocks: Block[] = [];
  let x = seed;
  build((n) => (x = xorshift32(x)) % n, (slots, noscan = false) => {
    const block = { ref: mallocgc(m, m0, slots * 8, noscan ? FLAG_NOSCAN : 0), slots, noscan, targets: new Map<number, Block>() };
    blocks.push(block);
    return block;
  });
  for (const { ref, targets } of blocks) for (const [slot, target] of targets) writeAddress(m, ref + 2 * slot, 4 * target.ref);
  setGlobal(m, 0, blocks[0].ref);
  clearpools(m, m0);
  m[NPROC] = nproc;
  // The other M counts as waiting for work, so this one ends when it has none.
  if (nproc === 2) Atomics.store(m, XNWAIT, 1);
  parforsetup(m, MARKFOR, 1, rootCount(m), false);
  prepareMark(m);
  markWithOthers(m, m0);
  const reached = new Set([blocks[0]]);
  for (const block of reached) if (!block.noscan) for (const target of block.targets.values()) reached.add(target);
  const marked = blocks.flatMap(({ ref }, i) => (isMarked(m, ref) ? [i] : []));
  expect(marked).toEqual(blocks.flatMap((block, i) => (reached.has(block) ? [i] : [])));
  return { marked, count: m[scanbufOf(m0) + ScanBuf.at.marked], bytesScanned: loadWide(m, m0 + M.at.gcstats + GCStats.at.bytesScanned) };
}

function isMarked(m: Mem, ref: Ref): boolean {
  return ((m[bitsWord(m, ref) + 1] >>> markShift(bitsShift(m, ref))) & BIT_MARKED) !== 0;
}

const CASES = [1, 2].flatMap((nproc) => [3, 64].map((ptrBufCap) => [nproc, ptrBufCap] as const));

describe.each(CASES)('scanObjects of one of %i Ms, with a buffer of %i pointers', (nproc, ptrBufCap) => {
  it('marks what is reachable in random heaps, each block once', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const { marked, count } = mark((draw, add) => {
        const blocks = Array.from({ length: 400 }, () => add([2, 4, 4, 4, 3, 6, 16, 40][draw(8)], draw(6) === 0));
        for (const { slots, targets } of blocks) for (let k = draw(4); k > 0; k--) targets.set(draw(Math.min(slots, 4)), blocks[draw(400)]);
        // The first block leads to many.
        for (let slot = 0; slot < blocks[0].slots; slot++) blocks[0].targets.set(slot, blocks[draw(400)]);
      }, seed * 7919, nproc, { ptrBufCap });
      expect(count).toBe(marked.length);
    }
  });

  it.each([2, 4])('follows a chain of objects of %i slots to its end, past one with a second pointer', (slots) => {
    const { marked } = mark((_, add) => {
      const chain = Array.from({ length: 300 }, () => add(slots));
      for (let i = 1; i < 300; i++) chain[i - 1].targets.set(0, chain[i]);
      const aside = add(slots);
      aside.targets.set(slots - 1, add(slots));
      chain[150].targets.set(1, aside);
      // It ends in a block without pointers, behind a larger one.
      const larger = add(6);
      chain[299].targets.set(0, larger);
      larger.targets.set(5, add(2, true));
    }, 1, nproc, { ptrBufCap });
    expect(marked).toHaveLength(304);
  });

  it('follows a circle once', () => {
    const { marked, count } = mark((_, add) => {
      const circle = Array.from({ length: 50 }, () => add(4));
      circle.forEach(({ targets }, i) => targets.set(0, circle[(i + 1) % 50]));
    }, 1, nproc, { ptrBufCap });
    expect([marked.length, count]).toEqual([50, 50]);
  });

  it.each([0, 1, 2, 3])('finds a pointer that is alone in slot %i of four', (slot) => {
    const { marked } = mark((_, add) => {
      const first = add(16);
      for (let i = 0; i < 16; i++) {
        const object = add(4);
        first.targets.set(i, object);
        object.targets.set(slot, add(4));
      }
    }, 1, nproc, { ptrBufCap });
    expect(marked).toHaveLength(33);
  });
});

describe('the bytes scanned', () => {
  it('are the same whether objects are counted one at a time or not', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const [plain, counted] = [0, DEBUG.collectstats].map((debug) => mark((draw, add) => {
        const blocks = Array.from({ length: 200 }, () => add([2, 4, 4, 4, 6, 16, 40][draw(7)]));
        blocks.forEach(({ targets }, i) => targets.set(0, blocks[(i + 1) % 200]));
        for (const { targets } of blocks) if (draw(3) === 0) targets.set(1, blocks[draw(200)]);
      }, seed, 1, { debug }));
      expect(counted).toEqual(plain);
    }
  });
});
