/** How the arena grows on each machine, and what the operating system may do to it. */
import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { PAGE_BYTES, PAGE_WORDS } from '../../src/memory/address.ts';
import type { MachineShape } from '../../src/memory/map.ts';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { loadWide } from '../../src/memory/wide.ts';
import { Span, spanOf, spanSlot } from '../../src/heap/span.ts';
import { refusedMemory } from '../../src/malloc/arena.ts';
import { free } from '../../src/malloc/free.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { ARENA_USED, MHEAP, MHeap } from '../../src/malloc/mheap.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { updatememstats } from '../../src/gc/stats.ts';
import { CHECKPOINT } from '../../src/gc/doorbell.ts';
import { verifyHeap } from '../../src/verify/verifier.ts';
import { bootCore, fatalOf } from '../support/core-machine.ts';

const at = MHeap.at;
/** Pages of 8 KB; the 32-bit machine reserves an eighth, 64 pages, at a time. */
const PAGES = 512;
const STEP = 64;
const SMALL: Partial<MachineShape> = { arenaPages: PAGES, chunkPages: 8, ptrWords: 1 };

function page(pages: number): number {
  return pages * PAGE_BYTES;
}

function arenaPages(m: Mem, ref: number): number {
  return (ref - m[CONFIG + Config.at.arenaStart]) / PAGE_WORDS;
}

/** Takes `n` objects of `pages` pages; the first page of each. */
function take(m: Mem, m0: number, n: number, pages: number): number[] {
  return Array.from({ length: n }, () => arenaPages(m, mallocgc(m, m0, pages * PAGE_BYTES, 0)));
}

function isRight(m: Mem, m0: number): void {
  updatememstats(m, m0);
  expect(verifyHeap(m, CHECKPOINT.swept).problems).toEqual([]);
}

describe('the arena', () => {
  it('of the 64-bit machine is reserved at once, and cannot grow beyond', () => {
    const { m, m0 } = bootCore({ ...SMALL, ptrWords: 2 });
    expect(m[MHEAP + at.arenaEnd]).toBe(m[CONFIG + Config.at.arenaEnd]);
    take(m, m0, PAGES / 8, 8);
    expect(m[ARENA_USED]).toBe(m[CONFIG + Config.at.arenaEnd]);
    expect(fatalOf(() => mallocgc(m, m0, 100_000, 0)).facts.refused).toBe('');
  });

  it('of the 32-bit machine begins with two eighths, and grows by one eighth each time', () => {
    const { m, m0 } = bootCore(SMALL);
    const ends = new Set<number>();
    for (let i = 0; i < PAGES / 8; i++) {
      take(m, m0, 1, 8);
      ends.add(arenaPages(m, m[MHEAP + at.arenaEnd]) / STEP);
    }
    expect([...ends]).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(arenaPages(m, m[ARENA_USED])).toBe(PAGES);
    expect([m[MHEAP + at.gapPages], m[MHEAP + at.slopWords]]).toEqual([0, 0]);
    isRight(m, m0);
  });

  it('begins with one eighth if two are not free', () => {
    const { m } = bootCore({ ...SMALL, osHoles: [{ offset: page(STEP), bytes: page(1) }] });
    expect(arenaPages(m, m[MHEAP + at.arenaEnd])).toBe(STEP);
  });

  it('needs one eighth, or the machine does not boot', () => {
    expect(fatalOf(() => bootCore({ ...SMALL, osHoles: [{ offset: page(8), bytes: page(1) }] })).code).toBe('ARENA_NOT_RESERVED');
  });
});

describe('the arena behind a hole', () => {
  const hole = { offset: page(130) + 4096, bytes: page(3) };
  const holed = { ...SMALL, osHoles: [hole] };
  const firstBehind = Math.ceil((hole.offset + hole.bytes) / PAGE_BYTES);

  it('continues, and the pages between have no span', () => {
    const { m, m0 } = bootCore(holed);
    const pages = take(m, m0, 20, 8);
    // Two eighths are 128 pages: 16 objects.
    expect(pages.slice(15, 18)).toEqual([120, firstBehind, firstBehind + 8]);
    expect(m[MHEAP + at.gapPages]).toBe(firstBehind - 128);
    const start = m[CONFIG + Config.at.arenaStart];
    for (let gap = 128; gap < firstBehind; gap++) expect(m[spanSlot(m, start + gap * PAGE_WORDS)]).toBe(0);
    isRight(m, m0);
  });

  it('does not coalesce with the free span before the hole', () => {
    const { m, m0 } = bootCore(holed);
    const start = m[CONFIG + Config.at.arenaStart];
    for (const first of take(m, m0, 20, 8)) free(m, m0, start + first * PAGE_WORDS);
    const before = spanOf(m, start + 127 * PAGE_WORDS);
    const behind = spanOf(m, start + firstBehind * PAGE_WORDS);
    expect(before).not.toBe(behind);
    expect([m[before + Span.at.npages], m[behind + Span.at.start]]).toEqual([128, start + firstBehind * PAGE_WORDS]);
    isRight(m, m0);
  });

  it('takes smaller pieces wherever the system has them, if no eighth fits', () => {
    // Whole eighths fit up to page 448, from where on there are only pieces.
    const holes = [{ offset: page(450), bytes: page(20) }, { offset: page(490), bytes: 4096 }];
    const { m, m0 } = bootCore({ ...SMALL, osHoles: holes });
    const pages = take(m, m0, 56, 8);
    expect(pages.at(-1)).toBe(440);
    // [448, 450) is too small; [470, 490) has room for two with the page that Go asks for on top.
    expect(take(m, m0, 3, 8)).toEqual([470, 479, 491]);
    expect(m[MHEAP + at.slopWords]).toBe(3 * PAGE_WORDS);
    expect(m[MHEAP + at.gapPages]).toBe(22 + 1 + 4);
    expect(loadWide(m, MSTATS + MStats.at.heapSys)).toBe((59 * 8 + 3) * PAGE_BYTES);
    isRight(m, m0);
  });

  it('refuses memory beyond the bitmap in Go\'s words, and is full', () => {
    const { m, m0 } = bootCore({ ...SMALL, osHoles: [{ offset: page(200), bytes: page(PAGES - 200) }] });
    // The third eighth fits in front of the hole; then pieces do, one of 1 page and one of the slop.
    take(m, m0, 24, 8);
    expect(refusedMemory(m)).toBe('');
    const error = fatalOf(() => mallocgc(m, m0, 8 * PAGE_BYTES, 0));
    const from = m[CONFIG + Config.at.arenaStart] * 4;
    const to = m[CONFIG + Config.at.arenaEnd] * 4;
    expect(error).toMatchObject({ code: 'OUT_OF_MEMORY', exitCode: 3 });
    expect(error.facts.refused).toBe(`runtime: memory allocated by OS (0x${to.toString(16)}) not in usable range [0x${from.toString(16)},0x${to.toString(16)})`);
    isRight(m, m0);
  });
});

describe.each([{ ptrWords: 2 as const }, { ptrWords: 1 as const }])('the arena, with pointers of $ptrWords words', ({ ptrWords }) => {
  it('has bitmap and span map mapped as far as it is used', () => {
    const { m, m0 } = bootCore({ arenaPages: 8192, ptrWords });
    expect([m[MHEAP + at.bitmapMapped], m[MHEAP + at.spansMapped]]).toEqual([0, 0]);
    for (const megabytes of [1, 1, 6]) {
      mallocgc(m, m0, megabytes << 20, 0);
      const used = (m[ARENA_USED] - m[CONFIG + Config.at.arenaStart]) * 4;
      // Four bits for each word of the machine, in pieces of 8 KB; a word of 4 bytes a page, in pieces of 4 KB.
      expect(m[MHEAP + at.bitmapMapped]).toBe(Math.ceil(used / (8 * ptrWords) / 8192) * 8192);
      expect(m[MHEAP + at.spansMapped]).toBe(Math.ceil((used / 8192) * 4 / 4096) * 4096);
    }
    updatememstats(m, m0);
    expect(loadWide(m, MSTATS + MStats.at.gcSys)).toBe(m[MHEAP + at.bitmapMapped]);
    expect(verifyHeap(m, CHECKPOINT.swept).problems).toEqual([]);
  });
});
