import { describe, expect, it } from 'vitest';
import { storePointer } from '../../src/memory/pointer.ts';
import type { Mem } from '../../src/memory/struct.ts';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { classToBlocks, classToPages, classToSize } from '../../src/heap/size-classes.ts';
import { Span, spanOf } from '../../src/heap/span.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { NO_BLOCK, findBlock } from '../../src/gc/block.ts';
import { collect, globalAt, newObject, setGlobal, setSlot } from '../../src/runtime/mutator.ts';
import { bootCore, isAllocated, runCore } from '../support/core-machine.ts';
import { COLLECTORS } from '../support/core-shape.ts';

const CLASSES = [...classToSize.keys()].slice(1).map((c) => ({ c, size: classToSize[c] }));

/** Allocates until a span of the class is full and returns where it starts. */
function fillSpan(m: Mem, m0: number, c: number): number {
  const first = mallocgc(m, m0, classToSize[c], 0);
  for (let i = 1; i < classToBlocks[c]; i++) mallocgc(m, m0, classToSize[c], 0);
  return m[spanOf(m, first) + Span.at.start];
}

describe.each([{ ptrWords: 2 as const }, { ptrWords: 1 as const }])('with pointers of $ptrWords words', ({ ptrWords }) => {
  it('finds the start of a block of every class from each of its words', () => {
    const { m, m0 } = bootCore({ ptrWords });
    const arena = m[CONFIG + Config.at.arenaStart];
    for (const { c, size } of CLASSES) {
      const start = fillSpan(m, m0, c) - arena;
      const words = size / 4;
      for (let block = 0; block < classToBlocks[c]; block++) {
        const at = start + block * words;
        for (let off = at + ptrWords; off < at + words; off += ptrWords) {
          if (findBlock(m, off) !== at) expect({ size, off: off - start, found: findBlock(m, off) - start }).toBe(at - start);
        }
      }
    }
  });

  it('finds no block in the rest of a span past its last block', () => {
    const { m, m0 } = bootCore({ ptrWords });
    const arena = m[CONFIG + Config.at.arenaStart];
    for (const { c, size } of CLASSES) {
      const start = fillSpan(m, m0, c) - arena;
      const boundary = start + (classToBlocks[c] * size) / 4;
      for (let off = boundary + ptrWords; off < start + classToPages[c] * 2048; off += ptrWords) {
        // The boundary is marked like a block, so the search within a bitmap word stops there.
        const found = findBlock(m, off);
        if (found !== NO_BLOCK && found !== boundary) expect({ size, off: off - start, found: found - start }).toBe('no block');
      }
    }
  });

  it.each([32_769, 40_960, 100_001, 1 << 20])('finds the start of a large object of %i bytes from each of its words, and nothing past its end', (size) => {
    const { m, m0 } = bootCore({ ptrWords });
    const arena = m[CONFIG + Config.at.arenaStart];
    const p = mallocgc(m, m0, size, 0);
    const s = spanOf(m, p);
    const end = m[s + Span.at.limit] - arena;
    expect(end - (p - arena)).toBe(Math.ceil(size / 8) * 2);
    for (let off = p - arena + ptrWords; off < p - arena + m[s + Span.at.npages] * 2048; off += ptrWords) {
      const expected = off < end ? p - arena : NO_BLOCK;
      if (findBlock(m, off) !== expected) expect([off, findBlock(m, off)]).toEqual([off, expected]);
    }
  });

  it('finds no block in freed pages', () => {
    runCore({ ptrWords }, -1, (m, mp, gp) => {
      const arena = m[CONFIG + Config.at.arenaStart];
      const blocks = [48, 4096, 100_000].map((size) => newObject(m, mp, gp, 0, size, 0) - arena);
      setSlot(m, gp, 0, 0);
      collect(m, mp, true);
      for (const at of blocks) {
        for (let off = at + ptrWords; off < at + 12; off += ptrWords) expect(findBlock(m, off)).toBe(NO_BLOCK);
      }
    });
  });
});

describe.each(COLLECTORS)('$name', ({ policy, collector }) => {
  it('keeps exactly the block that a pointer to any of its words refers to', () => {
    runCore({ policy, collector, arenaPages: 8192, gctrace: false, bssWords: 4096 }, -1, (m, mp, gp) => {
      for (const { c, size } of CLASSES) {
        const heapWords = size / 8;
        const rounds = Math.min(4, Math.ceil(heapWords / 8));
        for (let round = 0; round < rounds; round++) {
          // A pointer to a different word of each third block holds it.
          const n = Math.min(3 * classToBlocks[c], 600);
          const blocks: number[] = [];
          for (let i = 0; i < n; i++) {
            blocks.push(newObject(m, mp, gp, 0, size, 0));
            if (i % 3 !== 0) continue;
            const word = (round + (i / 3) * rounds) % heapWords;
            storePointer(m, globalAt(m, i), blocks[i] + 2 * (round === 0 && i === 0 ? heapWords - 1 : word));
          }
          setSlot(m, gp, 0, 0);
          collect(m, mp, true);
          const alive = blocks.map((p) => isAllocated(m, p));
          alive.forEach((is, i) => {
            if (is !== (i % 3 === 0)) expect({ size, round, block: i, alive: is }).toBe('as held');
          });
          for (let i = 0; i < n; i += 3) setGlobal(m, i, 0);
          collect(m, mp, true);
        }
      }
    });
  });

  it('keeps the block that a byte address inside it refers to', () => {
    runCore({ policy, collector }, -1, (m, mp, gp) => {
      for (const size of [16, 48, 1024, 40_000]) {
        for (const byte of [1, 2, 3, 5, 7, size - 1]) {
          const p = newObject(m, mp, gp, 0, size, 0);
          storePointer(m, globalAt(m, 0), p);
          m[globalAt(m, 0)] += byte;
          setSlot(m, gp, 0, 0);
          collect(m, mp, true);
          expect([size, byte, isAllocated(m, p)]).toEqual([size, byte, true]);
        }
      }
    });
  });

  it('keeps nothing for a pointer one past the last block of a span or past a large object', () => {
    runCore({ policy, collector }, -1, (m, mp, gp) => {
      // Classes whose blocks don't fill their span, and an object that ends inside its last page.
      const leftover = CLASSES.filter(({ c, size }) => classToBlocks[c] * size < classToPages[c] * 8192);
      for (const { c, size } of leftover) {
        const blocks = Array.from({ length: classToBlocks[c] }, () => newObject(m, mp, gp, 0, size, 0));
        setSlot(m, gp, 0, 0);
        const last = blocks.at(-1)!;
        setGlobal(m, 0, last + size / 4);
        collect(m, mp, true);
        expect([size, blocks.filter((p) => isAllocated(m, p))]).toEqual([size, []]);
      }
      const p = newObject(m, mp, gp, 0, 100_000, 0);
      setSlot(m, gp, 0, 0);
      setGlobal(m, 0, p + 25_000);
      collect(m, mp, true);
      expect(isAllocated(m, p)).toBe(false);
    });
  });

  it('keeps blocks while pointers to each and to one past each are held', () => {
    runCore({ policy, collector }, -1, (m, mp, gp) => {
      for (const { c, size } of CLASSES) {
        const n = Math.min(classToBlocks[c] * 2, 60);
        const blocks = Array.from({ length: n }, (_, i) => {
          const p = newObject(m, mp, gp, 0, size, 0);
          setGlobal(m, 2 * i, p);
          setGlobal(m, 2 * i + 1, p + size / 4);
          return p;
        });
        setSlot(m, gp, 0, 0);
        for (let round = 0; round < 2; round++) {
          collect(m, mp, true);
          expect([size, blocks.filter((p) => !isAllocated(m, p))]).toEqual([size, []]);
        }
        for (let i = 0; i < 2 * n; i++) setGlobal(m, i, 0);
        collect(m, mp, true);
        expect([size, blocks.filter((p) => isAllocated(m, p))]).toEqual([size, []]);
      }
    });
  });
});
