/** The checkmark phase: an object that the mark has missed is reported with the path to it. */
import { describe, expect, it } from 'vitest';
import { storePointer } from '../../../../src/memory/pointer.ts';
import { Fatal } from '../../../../src/base/fatal.ts';
import { BIT_MARKED, bitsShift, bitsWord, markShift } from '../../../../src/heap/bitmap.ts';
import { COLLECTOR } from '../../../../src/gc/collectors/registry.ts';
import { checkMarks, findMissed } from '../../../../src/gc/collectors/concurrent/checkmark.ts';
import { mallocgc } from '../../../../src/malloc/malloc.ts';
import { globalAt, storeWord } from '../../../../src/runtime/mutator.ts';
import { builtIn } from '../../../../src/workloads/built-ins.ts';
import { shapeFor } from '../../../../src/run/shape.ts';
import { bootCore, fatalOf } from '../../../support/core-machine.ts';
import { runOnOneP } from '../../../support/machine.ts';

/** A chain of three blocks behind a global, all of them marked but the last. */
function chain() {
  const { m, m0 } = bootCore({ collector: COLLECTOR.concurrent }, -1);
  const blocks = [0, 1, 2].map(() => mallocgc(m, m0, 64, 0));
  storePointer(m, globalAt(m, 0), blocks[0]);
  storeWord(m, blocks[0], 1, blocks[1]);
  storeWord(m, blocks[1], 2, blocks[2]);
  for (const p of blocks.slice(0, 2)) m[bitsWord(m, p) + 1] |= BIT_MARKED << markShift(bitsShift(m, p));
  return { m, m0, blocks };
}

describe('the checkmark phase', () => {
  it('finds the reachable block without a mark, and names the words that lead to it, the nearest first', () => {
    const { m, m0, blocks } = chain();
    expect(findMissed(m, m0)).toBe(blocks[2]);
    const error = fatalOf(() => checkMarks(m, m0));
    expect(error).toBeInstanceOf(Fatal);
    expect(error).toMatchObject({ code: 'CHECKMARK_MISSED', facts: { object: blocks[2], bytes: 64, path: `${blocks[1] + 4} < ${blocks[0] + 2} < ${globalAt(m, 0)}` } });
  });

  it('finds nothing in a complete mark, and ignores what is not reachable', () => {
    const { m, m0, blocks } = chain();
    storeWord(m, blocks[1], 2, 0);
    expect(findMissed(m, m0)).toBe(0);
    expect(() => checkMarks(m, m0)).not.toThrow();
  });

  it.each([
    ['links', { moves: 1000, nodes: 200 }],
    ['binary-trees', { depth: 8 }],
    ['strings', { count: 2000 }],
  ])('is content with all marks of %s', (workload, params) => {
    const { cycles } = runOnOneP(builtIn(workload)!, params, { collector: 'concurrent', concurrent: { checkmark: true }, gogc: 50, gcEvery: 20, timeslice: 50 });
    expect(cycles.length).toBeGreaterThan(1);
  });

  it('needs a mark that takes any word for a pointer', () => {
    const needs = { arenaBytes: 1 << 20, globals: 16, goroutines: 4 };
    expect(() => shapeFor({ collector: 'concurrent', checkmark: true, types: 'heapbits' }, needs)).toThrow('--checkmark takes any word for a pointer; leave --types heapbits out');
  });
});
