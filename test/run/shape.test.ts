import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/fatal.ts';
import { largestArena, planMachine, shapeFor, type ShapeOptions } from '../../src/run/shape.ts';
import { MOST_SMALL_WORDS, MOST_WORDS } from '../../src/memory/map.ts';

const NEEDS = { arenaBytes: 1 << 20, globals: 100, goroutines: 1 };

describe('the shape', () => {
  it('has pointers of one word on the 32-bit machine, with stacks and globals to match', () => {
    const wide = shapeFor({ procs: 1 }, NEEDS);
    const narrow = shapeFor({ procs: 1, goarch: '386' }, NEEDS);
    expect([wide.ptrWords, narrow.ptrWords]).toEqual([2, 1]);
    expect(narrow.stackWords * 2).toBe(wide.stackWords);
    expect([wide.bssWords, narrow.bssWords]).toEqual([200, 100]);
  });

  it('refuses the tuned mark loop on the 32-bit machine', () => {
    expect(() => shapeFor({ procs: 1, goarch: '386', policy: 'tuned' }, NEEDS)).toThrow(UsageError);
    expect(() => shapeFor({ procs: 1, goarch: 'amd64', policy: 'tuned' }, NEEDS)).not.toThrow();
  });

  it("holds the chosen mark parameters and Go 1.3's other values", () => {
    const normal = shapeFor({ procs: 1 }, NEEDS);
    expect(normal).toMatchObject({ workbufCap: 1364, ptrBufCap: 64, handoffThreshold: 4, waitSpins: 10, waitYields: 10, waitSleepUs: 100 });
    expect(shapeFor({ procs: 1, tuning: { handoff: 9, spins: 0, sleep: 5 } }, NEEDS)).toEqual({ ...normal, handoffThreshold: 9, waitSpins: 0, waitSleepUs: 5 });
    // The same room for objects to scan, and a pointer buffer that fits into a workbuf.
    const small = shapeFor({ procs: 1, tuning: { workbuf: 32 } }, NEEDS);
    expect([small.workbufCap, small.ptrBufCap]).toEqual([32, 32]);
    expect(small.maxWorkbufs * 32).toBeGreaterThanOrEqual((normal.maxWorkbufs - 64) * 1364);
  });

  it('refuses invalid options and combinations', () => {
    expect(() => shapeFor({ tuning: { workbuf: 32, ptrbuf: 64 } }, NEEDS)).toThrow("a work buffer of 32 objects can't take the 64 pointers of --ptrbuf");
    expect(() => shapeFor({ tuning: { sleep: 0 } }, NEEDS)).toThrow('sleep must be a whole number from 1 to 1000000, not 0');
  });
});

describe('an arena that is too large', () => {
  const MACHINES: readonly ShapeOptions[] = [
    { procs: 1 }, { procs: 64, policy: 'tuned' }, { procs: 2, goarch: '386' }, { procs: 1, types: 'heapbits', verify: true },
    { procs: 1, collector: 'refword', memprofileRate: 1, debug: ['allocfreetrace'] }, { procs: 1, tuning: { workbuf: 2 } },
  ];

  it.each(MACHINES)('is refused with the largest that works: %j', (options) => {
    const ask = (arena: number) => planMachine({ ...options, arena }, NEEDS);
    const message = messageOf(() => ask(2 ** 33 - 1));
    const [, advised] = /; give --arena (\d+)M or less$/.exec(message) ?? [];
    expect(Number(advised) * 2 ** 20).toBe(largestArena(options, NEEDS));
    expect(ask(Number(advised) * 2 ** 20).words).toBeLessThanOrEqual(options.goarch === '386' ? MOST_SMALL_WORDS : MOST_WORDS);
    expect(() => ask((Number(advised) + 1) * 2 ** 20)).toThrow(UsageError);
  });

  it('is refused without advice if the heap itself is too large, or no size fits', () => {
    expect(messageOf(() => planMachine({ procs: 1 }, { ...NEEDS, arenaBytes: 1e14 }))).toMatch(/^an arena of 95367432 MB can't be had: the largest that this machine can have is \d+ MB$/);
    expect(messageOf(() => planMachine({ procs: 1, arena: 2 ** 31 }, { ...NEEDS, globals: 2 ** 31 }))).toMatch(/is 0 MB$/);
  });

  it('has room for the heap to grow as GOGC lets it', () => {
    const pages = (gogc: number | 'off') => shapeFor({ procs: 1, gogc }, { ...NEEDS, arenaBytes: 64 << 20 }).arenaPages;
    expect(pages(50)).toBe(pages(100));
    expect(pages('off')).toBe(pages(100));
    expect(pages(300) - pages(100)).toBe((2 * (64 << 20)) / 8192);
    expect(pages(1_000_000) - pages(100)).toBe((7 * (64 << 20)) / 8192);
  });
});

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}
