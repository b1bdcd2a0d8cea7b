import { describe, expect, it } from 'vitest';
import { LARGE_SHIFT, SMALL_SHIFT, PAGE_WORDS } from '../../src/memory/address.ts';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { SEGMENT_WORDS } from '../../src/memory/segment.ts';
import { MemoryTooLarge, type MachineShape } from '../../src/memory/map.ts';
import { planMemory } from '../../src/runtime/boot.ts';
import { bootCore } from '../support/core-machine.ts';
import { coreShape } from '../support/core-shape.ts';

const SHAPES: Partial<MachineShape>[] = [
  {},
  { ptrWords: 1 },
  { procs: 64, maxGs: 5000, stackWords: 256 },
  { arenaPages: 1, maxGs: 3, stackWords: 16, dataWords: 2, bssWords: 2, persistentWords: 64, cycleLogCap: 1, maxWorkbufs: 1, workbufCap: 1 },
  { arenaPages: 7, workbufCap: 5, maxWorkbufs: 3, dataWords: 7, bssWords: 13 },
  { arenaPages: 400_000 },
];

describe('the memory map', () => {
  it.each(SHAPES)('has regions without overlap, and the arena on a page boundary: %o', (changes) => {
    const map = planMemory(coreShape(changes));
    let end = SEGMENT_WORDS;
    for (const region of map.regions) {
      expect(region.start).toBeGreaterThanOrEqual(end);
      end = region.start + region.words;
    }
    expect(map.words).toBe(end);
    const arena = map.regions.at(-1)!;
    expect([arena.name, arena.start % PAGE_WORDS, arena.words]).toEqual(['arena', 0, map.shape.arenaPages * PAGE_WORDS]);
  });

  it.each(SHAPES)('ends the bitmap where the arena begins, with four bits for each word of the arena: %o', (changes) => {
    const map = planMemory(coreShape(changes));
    const [bitmap, arena] = map.regions.slice(-2);
    expect(bitmap.start + bitmap.words).toBe(arena.start);
    expect(bitmap.words * 32).toBe((arena.words / map.shape.ptrWords) * 4);
  });

  it('gives each region room for the records of its shape', () => {
    const map = planMemory(coreShape({ procs: 3, maxGs: 77, arenaPages: 50, maxWorkbufs: 9 }));
    const records = Object.fromEntries(map.regions.filter(({ recordWords }) => recordWords > 0).map(({ name, words, recordWords }) => [name, words / recordWords]));
    expect(records).toMatchObject({ gs: 77, ms: 3, ps: 3, spanMap: 50, workbufs: 9, arena: 50 });
    // One for each page, beside the empty span.
    expect(records.spans).toBeGreaterThanOrEqual(51);
  });

  it('refuses an arena past what pointers reach', () => {
    const of32 = { ptrWords: 1, arenaPages: 2 ** 19 } as const;
    expect(() => planMemory(coreShape(of32))).toThrow(MemoryTooLarge);
    expect(() => planMemory(coreShape(of32))).toThrow(/^a machine with an arena of 4096 MB takes \d+ MB of memory; at most 4096 MB are possible$/);
    expect(() => planMemory(coreShape({ arenaPages: 2 ** 20 }))).toThrow(/^a machine with an arena of 8192 MB takes \d+ MB of memory; at most 8176 MB are possible$/);
    expect(() => planMemory(coreShape({ arenaPages: 6500 * 128 }))).not.toThrow();
  });

  it.each([[3000, SMALL_SHIFT], [4096, LARGE_SHIFT]])('with an arena of %i MB has pointers of that size', (megabytes, shift) => {
    expect(planMemory(coreShape({ arenaPages: megabytes * 128 })).ptrShift).toBe(shift);
  });

  it('has the regions where the machine finds them', () => {
    const { m, map } = bootCore();
    const start = Object.fromEntries(map.regions.map((region) => [region.name, region.start]));
    for (const name of ['gs', 'ms', 'ps', 'data', 'bss', 'cycleLog', 'workbufs', 'spans', 'spanMap', 'hints'] as const) {
      expect([name, m[CONFIG + Config.at[name]]]).toEqual([name, start[name]]);
    }
    expect(m[CONFIG + Config.at.arenaStart]).toBe(start.arena);
    expect(m[CONFIG + Config.at.arenaEnd]).toBe(map.words);
  });

  it.each([0, 1, 3, 16])('leaves the bits that %i bits of push count do not use for the number of the node', (abaBits) => {
    const { m } = bootCore({ abaBits });
    expect([m[CONFIG + Config.at.lfstackIdBits], m[CONFIG + Config.at.lfstackCountMask]]).toEqual([32 - abaBits, 2 ** abaBits - 1]);
  });
});
