import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/fatal.ts';
import { roomFor } from '../../src/run/heap-room.ts';
import { arenaFor, largestArena, shapeFor, type ShapeOptions } from '../../src/run/shape.ts';
import { planMemory } from '../../src/runtime/boot.ts';
import type { HeapImage } from '../../src/workloads/heaps/image.ts';
import { WHOLE } from '../../src/workloads/represent.ts';

const MB = 2 ** 20;
const GB = 2 ** 30;
const NEEDS = { arenaBytes: 4 * MB, globals: 0, goroutines: 1 };

/** Returns a heap whose root refers to all other objects. */
function heapOf(name: string, sizes: readonly number[]): HeapImage {
  const n = sizes.length;
  return {
    name, objects: n + 1, edges: n, bytes: sizes.reduce((sum, size) => sum + size, 8 * n),
    sizes: Uint32Array.from([8 * n, ...sizes], (size) => Math.min(size, 2 ** 32 - 1)),
    oversized: new Map(sizes.flatMap((size, i) => (size >= 2 ** 32 - 1 ? [[i + 1, size] as const] : []))),
    firstEdge: Uint32Array.from({ length: n + 2 }, (_, i) => (i === 0 ? 0 : n)),
    targets: Uint32Array.from(sizes, (_, i) => i + 1),
    roots: Uint32Array.of(0),
  };
}

function room(image: HeapImage, options: ShapeOptions = { procs: 2 }) {
  return roomFor(image, NEEDS, options, (arena) => shapeFor({ ...options, arena }, NEEDS));
}

describe('largestArena', () => {
  const machines: ShapeOptions[] = [
    { procs: 1 }, { procs: 64 }, { policy: 'tuned' }, { policy: 'lab' }, { types: 'heapbits' }, { types: 'mtypes' }, { collector: 'refword' }, { goarch: '386' },
    { goarch: '386', collector: 'refword', memprofileRate: 1, procs: 64, debug: ['allocfreetrace', 'collectstats'] },
  ];
  it.each(machines)('returns a size that can be planned, and 1 MB more can not: %o', (options) => {
    const largest = largestArena(options, NEEDS);
    expect(largest).toBeGreaterThan(1536 * MB);
    const shapeOf = (arena: number) => shapeFor({ ...options, arena }, NEEDS);
    expect(() => planMemory(shapeOf(largest))).not.toThrow();
    expect(() => planMemory(shapeOf(largest + MB))).toThrow(UsageError);
  });

  it('returns about the size in the help text for a machine without extras', () => {
    const largest = largestArena({ procs: 8 }, NEEDS);
    expect(largest / MB).toBeGreaterThan(6500);
    expect(largest / MB).toBeLessThan(7200);
    expect(largestArena({ procs: 8, goarch: '386' }, NEEDS) / MB).toBeGreaterThan(2900);
  });
});

describe('a loaded heap', () => {
  it('is loaded whole if it fits', () => {
    expect(room(heapOf('small', [100 * MB, 2 * GB])).limit).toBe(WHOLE);
  });

  it.each<[string, readonly number[], number]>([
    ['of a buffer of 3 GiB and one of 3.9 GiB', [3 * GB, 3.9 * GB], GB],
    ['of a buffer of 5 GiB, which no block can hold', [5 * GB], GB],
    ['of a buffer of 5 GiB and one of 1 GiB', [5 * GB, GB], GB],
    ['of 100 buffers of 100 MB', Array<number>(100).fill(100 * MB), 64 * MB],
    ['of 450,000 buffers of 20 KB', Array<number>(450_000).fill(20_000), 4096],
  ])('%s is loaded with its largest objects represented, and no others', (_, sizes, limit) => {
    const { needs, limit: found } = room(heapOf('large', sizes));
    expect(found).toEqual({ bytes: limit, withReferences: false });
    const options = { procs: 2 };
    expect(() => planMemory(shapeFor(options, needs))).not.toThrow();
    expect(arenaFor(options, needs)).toBeLessThan(8 * GB);
  });

  it('has objects with references represented only if that of others is not enough', () => {
    const image = heapOf('large', [40 * MB]);
    const sizes = Uint32Array.from(image.sizes);
    sizes[0] = 3.5 * GB;
    expect(room({ ...image, sizes, bytes: 3.5 * GB + 40 * MB }, { procs: 2, goarch: '386' }).limit).toEqual({ bytes: GB, withReferences: true });
  });

  it('is refused with the limit and without advice if it has too many references', () => {
    const n = 1_000_000_000;
    const image = { ...heapOf('\x1bhuge', [8]), firstEdge: Uint32Array.of(0, n, n), edges: n };
    expect(() => room(image)).toThrow(UsageError);
    expect(() => room(image)).toThrow(/^\\x1bhuge needs an arena of \d+\.\d+ GB for its objects and references alone, and the largest that this machine can have is 6\.\d+ GB$/);
  });

  it('is represented in an arena of the given size only if its blocks do not fit', () => {
    const image = heapOf('medium', [60 * MB, MB]);
    expect(room(image, { procs: 2, arena: 62 * MB }).limit).toBe(WHOLE);
    expect(room(image, { procs: 2, arena: 40 * MB }).limit).toEqual({ bytes: 16 * MB, withReferences: false });
    // Represented objects leave a quarter of the arena free.
    expect(room(heapOf('tight', [60 * MB, 11 * MB, 11 * MB, 11 * MB]), { procs: 2, arena: 40 * MB }).limit).toEqual({ bytes: 4 * MB, withReferences: false });
    // No limit helps: the machine runs out of memory.
    expect(room(heapOf('medium', Array<number>(100_000).fill(16)), { procs: 2, arena: 64 << 10 }).limit).toBe(WHOLE);
  });
});
