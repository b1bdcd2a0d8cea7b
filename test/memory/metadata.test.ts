/** What is kept about a heap: at most 1 % of it beside bitmap and spans. */
import { describe, expect, it } from 'vitest';
import { metadataOf } from '../../src/memory/metadata.ts';
import type { MemoryMap } from '../../src/memory/map.ts';
import { planMemory } from '../../src/runtime/boot.ts';
import { shapeFor, type ShapeOptions } from '../../src/run/shape.ts';
import { describeMemoryUse, readMemoryUse } from '../../src/report/memory-use.ts';
import { tree } from '../../src/workloads/graphs/tree.ts';
import { runOnOneP } from '../support/machine.ts';

const MB = 1 << 20;
const NEEDS = { arenaBytes: 0, globals: 16, goroutines: 64 };
const machine = (options: ShapeOptions): MemoryMap => planMemory(shapeFor(options, NEEDS));

const SHAPES: readonly (readonly [string, ShapeOptions])[] = [
  ['128 MB', { procs: 2, arena: 128 * MB }],
  ['128 MB, tuned', { procs: 2, arena: 128 * MB, policy: 'tuned' }],
  ['128 MB, 64 Ms', { procs: 64, arena: 128 * MB, policy: 'tuned' }],
  ['1 GB, tuned', { procs: 2, arena: 1024 * MB, policy: 'tuned' }],
  ['2 GB, every block sampled', { procs: 2, arena: 2048 * MB, memprofileRate: 1 }],
  ['128 MB of pointers of 32 bits', { procs: 2, arena: 128 * MB, goarch: '386' }],
];

describe.each(SHAPES)('a machine of %s', (_, options) => {
  const map = machine(options);
  const { heap, bitmap, spans, beside, room, fixed } = metadataOf(map);

  it('keeps at most 1 % of its heap outside bitmap and spans', () => {
    expect(heap).toBe(options.arena);
    expect(beside).toBeLessThanOrEqual(heap / 100);
    expect(beside).toBe(options.policy === 'tuned' ? heap / 128 : 0);
  });

  it('has half a bit for each byte of pointers in its bitmap, and a span for each page', () => {
    expect(bitmap).toBe(heap / (options.goarch === '386' ? 8 : 16));
    expect(spans).toBe((heap / 8192 + 2) * 128 + (heap / 8192) * 4);
  });

  it('accounts for all its memory except the alignment of regions', () => {
    // The static segment lies in front of the first region; before the arena a page may be lost.
    const unaligned = map.words * 4 - map.regions[0].start * 4 - (heap + bitmap + spans + beside + room + fixed);
    expect(unaligned).toBeGreaterThanOrEqual(0);
    expect(unaligned).toBeLessThan(2 * 8192);
  });

  it('has a size of its own that does not depend on the heap', () => {
    const smaller = metadataOf(machine({ ...options, arena: 64 * MB }));
    expect(smaller.fixed).toBe(fixed);
  });
});

describe('the memory in use', () => {
  it('is below 3 MB for a machine of 64 Ms without a heap', () => {
    expect(metadataOf(machine({ procs: 64, arena: 128 * MB })).fixed).toBeLessThan(3 * MB);
  });

  it('is at most 1 % of a tree of 64 MB, outside bitmap and spans', () => {
    const { m } = runOnOneP(tree, { depth: 21, runs: 1 }, { arenaMB: 72 });
    const use = readMemoryUse(m);
    expect(use.heap).toBeGreaterThanOrEqual(64 * MB);
    expect(use.bitmap).toBe(use.heap / 16);
    expect(use.spans / use.heap).toBeGreaterThan(0.015);
    expect(use.spans / use.heap).toBeLessThan(0.018);
    expect(use.beside).toBeGreaterThan(0);
    expect(use.beside).toBeLessThanOrEqual(use.heap / 100);
    // One path from the root, and its siblings.
    expect(use.workBuffers).toBeLessThan(MB);
    expect(describeMemoryUse(use)).toEqual([expect.stringMatching(/^metadata 7\.9 % of the heap for bitmap and spans, 0\.\d % for the rest; work buffers of \d+(\.\d+)? KB$/)]);
  });

  it('is not described if there is no heap', () => {
    expect(describeMemoryUse({ heap: 0, bitmap: 0, spans: 0, beside: 0, workBuffers: 0 })).toEqual([]);
  });
});
