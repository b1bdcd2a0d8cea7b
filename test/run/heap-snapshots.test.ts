/** Snapshots are bounded, and evenly spaced however long a run becomes. */
import { describe, expect, it } from 'vitest';
import { HeapSnapshots } from '../../src/run/heap-snapshots.ts';
import type { HeapMap } from '../../src/inspect/heap-map.ts';

const MAP: HeapMap = {
  spans: { pages: Uint32Array.of(1), state: Uint8Array.of(1), sizeclass: Uint8Array.of(1), allocated: Uint16Array.of(1), marked: Uint16Array.of(0) },
  blocks: { every: 1, allocated: new Uint8Array(128), marked: new Uint8Array(128) },
};

describe('snapshots of the heap', () => {
  /** Takes what is wanted of `cycles` collections, one each millisecond. */
  function take(cycles: number, readNs = 0): HeapSnapshots {
    const snapshots = new HeapSnapshots();
    for (let cycle = 1; cycle <= cycles; cycle++) {
      const atNs = cycle * 1e6;
      if (!snapshots.wants(cycle, atNs)) continue;
      for (const moment of ['stopped', 'swept', 'marked'] as const) snapshots.keep(MAP, { cycle, moment, atNs });
      snapshots.completed(cycle, readNs);
    }
    return snapshots;
  }

  it('are of every collection of a short run', () => {
    expect(take(10).all.map(({ cycle, moment }) => `${cycle} ${moment}`).slice(0, 4)).toEqual(['1 stopped', '1 swept', '1 marked', '2 stopped']);
    expect(take(10).all).toHaveLength(30);
  });

  it.each([16, 17, 100, 1000, 12_345])('are of the first and of evenly spaced ones of %i collections', (cycles) => {
    const snapshots = take(cycles);
    const kept = [...new Set(snapshots.all.map(({ cycle }) => cycle))];
    expect(kept[0]).toBe(1);
    expect(kept.length).toBeGreaterThanOrEqual(Math.min(8, cycles));
    expect(kept.length).toBeLessThanOrEqual(16);
    expect(new Set(kept.slice(1).map((cycle, i) => cycle - kept[i]))).toEqual(new Set([snapshots.everyCycles]));
    expect(cycles - kept.at(-1)!).toBeLessThan(2 * snapshots.everyCycles);
  });

  it('are fewer if reading them is slow: a second of reading, and a fifth of the time', () => {
    const cycles = new Set(take(3000, 300e6).all.map(({ cycle }) => cycle));
    // 1.2 s are read after 4 collections, 1.5 s after 5 and so on.
    expect([...cycles]).toEqual([1, 2, 3, 4, 1000, 2500]);
  });
});
