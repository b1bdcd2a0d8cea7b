/** The operating system under the machine keeps its books. */
import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { loadWide } from '../../src/memory/wide.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { FAULT_PATTERN, OS_PAGE_WORDS, SYS, Sys, sysAlloc, sysAllocHigh, sysFault, sysFree, sysMap, sysMove, sysReserve, sysUnreserve, sysUnused, sysUsed } from '../../src/malloc/sys.ts';
import { bootCore } from '../support/core-machine.ts';

const A = MSTATS + MStats.at.buckhashSys;
const B = MSTATS + MStats.at.stacksSys;
const STATISTICS = ['heapSys', 'stacksSys', 'mspanSys', 'mcacheSys', 'buckhashSys', 'gcSys', 'otherSys'] as const;

/** A 32-bit machine that has reserved little, with a hole after 100 and one after 200 of the system's pages. */
function machine() {
  const { m, m0, map } = bootCore({
    ptrWords: 1, arenaPages: 200,
    osHoles: [{ offset: 100 * 4096, bytes: 10 * 4096 }, { offset: 200 * 4096, bytes: 4096 }],
  });
  expect(m[SYS + Sys.at.high]).toBe(place(m, 100));
  return { m, m0, map };
}

function place(m: Mem, pages: number): number {
  return m[CONFIG + Config.at.arenaStart] + pages * OS_PAGE_WORDS;
}

function sum(m: Mem): number {
  return STATISTICS.reduce((total, name) => total + loadWide(m, MSTATS + MStats.at[name]), 0);
}

describe('the system', () => {
  it('keeps statistics that add up to the mapped bytes, under any mixture of calls', () => {
    const { m, m0 } = machine();
    const check = (a: number, b: number) => {
      expect([loadWide(m, A), loadWide(m, B)]).toEqual([a, b]);
      expect(sum(m)).toBe(loadWide(m, SYS + Sys.at.mapped));
    };
    const b0 = loadWide(m, B);
    sysAlloc(m, m0, 160, A);
    check(640, b0);
    sysMap(m, m0, place(m, 0), 1000, B);
    check(640, b0 + 4000);
    sysMove(m, m0, 60, A, B);
    check(400, b0 + 4240);
    const p = sysAllocHigh(m, m0, OS_PAGE_WORDS, A);
    check(400 + 4096, b0 + 4240);
    sysFree(m, m0, p, OS_PAGE_WORDS, A);
    check(400, b0 + 4240);
    sysReserve(m, m0, place(m, 120), 5000);
    check(400, b0 + 4240);
  });

  it('reserves the place asked for, unless another program holds it', () => {
    const { m, m0 } = machine();
    expect(sysReserve(m, m0, place(m, 100), OS_PAGE_WORDS)).toBe(place(m, 110));
    expect(sysReserve(m, m0, place(m, 111), 89 * OS_PAGE_WORDS)).toBe(place(m, 111));
    expect(sysReserve(m, m0, place(m, 200), 1)).toBe(place(m, 201));
    // Never twice, and the next begins on a page of the system's.
    expect(sysReserve(m, m0, place(m, 0), 1)).toBe(place(m, 202));
  });

  it('places memory behind a hole if it does not fit before it', () => {
    const { m, m0 } = machine();
    expect(sysReserve(m, m0, place(m, 100), 91 * OS_PAGE_WORDS)).toBe(place(m, 201));
  });

  it('reuses the last allocation once it is freed, and what it skipped', () => {
    const { m, m0 } = machine();
    const far = sysReserve(m, m0, place(m, 100), 91 * OS_PAGE_WORDS);
    sysUnreserve(m, m0, far, 91 * OS_PAGE_WORDS);
    expect(m[SYS + Sys.at.high]).toBe(place(m, 100));
    const p = sysReserve(m, m0, place(m, 110), OS_PAGE_WORDS);
    sysUnreserve(m, m0, p, OS_PAGE_WORDS);
    expect(sysAllocHigh(m, m0, OS_PAGE_WORDS, A)).toBe(p);
    sysFree(m, m0, p, OS_PAGE_WORDS, A);
    expect(sysReserve(m, m0, p, OS_PAGE_WORDS)).toBe(p);
  });

  it('makes unused memory read 0, and counts it until it is used', () => {
    const { m, m0 } = machine();
    const p = place(m, 0);
    m.fill(7, p, p + 2048);
    sysUnused(m, m0, p, 1024, 1024);
    expect([m[p], m[p + 1023], m[p + 1024], loadWide(m, SYS + Sys.at.unused)]).toEqual([0, 0, 7, 4096]);
    sysUsed(m, m0, 1024);
    expect(loadWide(m, SYS + Sys.at.unused)).toBe(0);
  });

  it('overwrites memory that faults', () => {
    const { m, m0 } = machine();
    const p = place(m, 0);
    m.fill(7, p, p + 2048);
    sysFault(m, m0, p, 1024);
    expect([m[p], m[p + 1023], m[p + 1024]]).toEqual([FAULT_PATTERN, FAULT_PATTERN, 7]);
    expect(loadWide(m, SYS + Sys.at.faulted)).toBe(4096);
  });
});
