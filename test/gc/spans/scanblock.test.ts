/** Span-based marking scans neighbours together, marks what other loops mark, and leaves large objects to work buffers. */
import { describe, expect, it } from 'vitest';
import { drainCycles } from '../../../src/gc/cycle-log.ts';
import { POLICY } from '../../../src/gc/policy.ts';
import { collect, getSlot, newObject, loadWord, setSlot, storeWord } from '../../../src/runtime/mutator.ts';
import { runCore } from '../../support/core-machine.ts';

/** Collects a list of `length` objects of `bytes` that one large object points to. Returns the figures of the collection. */
function collectMany(length: number, bytes: number, workbufCap = 512) {
  const { m } = runCore({ policy: POLICY.spans, gctrace: true, arenaPages: 4096, workbufCap, ptrBufCap: 4, maxWorkbufs: 16_384 }, -1, (m, mp, gp) => {
    newObject(m, mp, gp, 0, 8 * length, 0);
    for (let i = 0; i < length; i++) {
      const element = newObject(m, mp, gp, 1, bytes, 0);
      storeWord(m, element, 0, element);
      storeWord(m, getSlot(m, gp, 0), i, element);
    }
    setSlot(m, gp, 1, 0);
    collect(m, mp, true);
  });
  return { cycle: drainCycles(m)[0] };
}

/** Collects a binary tree of 2^depth - 1 objects of 32 bytes. Returns the figures of the collection. */
function collectTree(depth: number, parentsFirst: boolean) {
  const size = 2 ** depth - 1;
  const { m } = runCore({ policy: POLICY.spans, gctrace: true, arenaPages: 64 }, -1, (m, mp, gp) => {
    newObject(m, mp, gp, 0, 8 * size, 0);
    const nodes = getSlot(m, gp, 0);
    // By its number in the order of allocation; the children of node i are 2i + 1 and 2i + 2.
    for (let i = 0; i < size; i++) storeWord(m, nodes, parentsFirst ? i : size - 1 - i, newObject(m, mp, gp, 1, 32, 0));
    for (let i = 0; 2 * i + 2 < size; i++) {
      storeWord(m, loadWord(m, nodes, i), 0, loadWord(m, nodes, 2 * i + 1));
      storeWord(m, loadWord(m, nodes, i), 1, loadWord(m, nodes, 2 * i + 2));
    }
    setSlot(m, gp, 1, loadWord(m, nodes, 0));
    setSlot(m, gp, 0, 0);
    collect(m, mp, true);
  });
  return drainCycles(m)[0];
}

describe('span-based marking', () => {
  it('visits each page of small objects once, if all pointers to them lie together', () => {
    const { cycle } = collectMany(5000, 32);
    expect(cycle.spanObjects).toBe(5000);
    // 256 objects of 32 bytes fill a page.
    expect(cycle.spanVisits).toBeLessThanOrEqual(Math.ceil(5000 / 256) + 1);
  });

  it('scans a page once for a tree allocated parents first, and goes back for one allocated children first', () => {
    for (const parentsFirst of [true, false]) {
      const cycle = collectTree(8, parentsFirst);
      expect(cycle.spanObjects).toBeGreaterThanOrEqual(255);
      expect(cycle.spanVisits).toBeLessThan(10);
    }
  });

  it('marks objects of more than 512 bytes one by one', () => {
    const { cycle } = collectMany(300, 1024);
    expect(cycle.objectsMarked).toBeGreaterThan(300);
    expect(cycle.spanObjects).toBeLessThan(50);
  });

  it.each([4, 16])('spills from a queue of %d spans', (workbufCap) => {
    const { cycle } = collectMany(20_000, 128, workbufCap);
    expect(cycle.objectsMarked).toBeGreaterThan(20_000);
  });
});
