import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { PAGE_WORDS, type Ref } from '../../src/memory/address.ts';
import { CONFIG, Config } from '../../src/memory/config.ts';
import {
  BIT_ALLOCATED, BIT_MARKED, BIT_SCAN, bitsShift, bitsWord, markFreed, markNoGC, markScan, markShift, markSpan, unmarkSpan,
} from '../../src/heap/bitmap.ts';
import { bootCore } from '../support/core-machine.ts';

type Bit = 'allocated' | 'scan' | 'mark';

/** Every bit set in the bitmap, as `<heap word from the arena's start> <bit>`, read by the layout in words of 64 bits. */
function allBits(m: Mem, pw: 1 | 2, pages: number): string[] {
  const arena = m[CONFIG + Config.at.arenaStart];
  const found: string[] = [];
  const groups = (pages * PAGE_WORDS) / (16 * pw);
  for (let group = 0; group < groups; group++) {
    const low = m[arena - 2 * group - 2];
    const high = m[arena - 2 * group - 1];
    for (let i = 0; i < 16; i++) {
      const word = group * 16 + i;
      if (((low >>> i) & 1) !== 0) found.push(`${word} allocated`);
      if (((low >>> (16 + i)) & 1) !== 0) found.push(`${word} scan`);
      // A byte for four heap words.
      if (((high >>> ((i >> 2) * 8 + (i & 3))) & 1) !== 0) found.push(`${word} mark`);
      if ((high & 0xf0f0f0f0) !== 0) found.push(`${word} outside the marks`);
    }
  }
  return found;
}

function bit(word: number, name: Bit): string {
  return `${word} ${name}`;
}

describe.each([{ pw: 2 as const }, { pw: 1 as const }])('the bitmap, with pointers of $pw words', ({ pw }) => {
  function machine(): { m: Mem; arena: Ref } {
    const { m } = bootCore({ ptrWords: pw, arenaPages: 16 });
    return { m, arena: m[CONFIG + Config.at.arenaStart] };
  }
  const word = pw * 4;

  it.each([8, 16, 32, 48, 80, 112, 416, 1024, 1152, 4096, 6144, 8192])('has a bit at each start, and no other, after markSpan of %i-byte blocks', (size) => {
    const { m, arena } = machine();
    const n = Math.floor(16384 / size);
    markSpan(m, arena + 2 * PAGE_WORDS, size, n, false);
    const starts = Array.from({ length: n }, (_, i) => bit((2 * 8192 + i * size) / word, 'allocated'));
    expect(allBits(m, pw, 16)).toEqual(starts);
  });

  it.each([48, 80, 112, 416, 1152, 6144])('has a bit at the boundary past the last of the %i-byte blocks with a leftover', (size) => {
    const { m, arena } = machine();
    const n = Math.floor(8192 / size);
    markSpan(m, arena, size, n, true);
    expect(allBits(m, pw, 16).at(-1)).toBe(bit((n * size) / word, 'allocated'));
    expect(allBits(m, pw, 16).length).toBe(n + 1);
  });

  it('is clear in the pages of unmarkSpan, and unchanged in their neighbours', () => {
    const { m, arena } = machine();
    markSpan(m, arena, 8, 4 * 1024, false);
    for (let p = arena; p < arena + 4 * PAGE_WORDS; p += 2) {
      markScan(m, p);
      m[bitsWord(m, p) + 1] |= BIT_MARKED << markShift(bitsShift(m, p));
    }
    const before = allBits(m, pw, 16);
    unmarkSpan(m, arena + PAGE_WORDS, 2 * 8192);
    const perPage = before.length / 4;
    expect(allBits(m, pw, 16)).toEqual([...before.slice(0, perPage), ...before.slice(3 * perPage)]);
  });

  it('has bits of its own for each word of a group, in two 32-bit words that go down with the address', () => {
    const { m, arena } = machine();
    const words = 16 * 3;
    for (let i = 0; i < words; i++) {
      const ref = arena + i * pw;
      expect([bitsWord(m, ref), bitsShift(m, ref)]).toEqual([arena - 2 - 2 * (i >> 4), i & 15]);
      markScan(m, ref);
      expect(allBits(m, pw, 16)).toEqual([bit(i, 'scan')]);
      m[bitsWord(m, ref)] &= ~(BIT_SCAN << bitsShift(m, ref));
    }
  });

  it('has a byte of marks for four adjacent words, and a bit for each', () => {
    const shifts = Array.from({ length: 16 }, (_, i) => markShift(i));
    expect(new Set(shifts).size).toBe(16);
    expect(shifts.map((shift) => shift >> 3)).toEqual(Array.from({ length: 16 }, (_, i) => i >> 2));
  });

  it('keeps the start of a block findable, but not allocated, after markNoGC', () => {
    const { m, arena } = machine();
    markSpan(m, arena, 64, 3, false);
    markNoGC(m, arena + 16);
    expect(allBits(m, pw, 16)).toEqual([bit(0, 'allocated'), bit(64 / word, 'scan'), bit(128 / word, 'allocated')]);
  });

  it('keeps a freed block allocated, without scan bit and mark, and its neighbours unchanged', () => {
    const { m, arena } = machine();
    markSpan(m, arena, 8, 3, false);
    for (const p of [arena, arena + 2, arena + 4]) {
      markScan(m, p);
      m[bitsWord(m, p) + 1] |= BIT_MARKED << markShift(bitsShift(m, p));
    }
    markFreed(m, arena + 2);
    const at = (i: number) => (i * 8) / word;
    expect(allBits(m, pw, 16).toSorted()).toEqual(
      [0, 2].flatMap((i) => [bit(at(i), 'allocated'), bit(at(i), 'scan'), bit(at(i), 'mark')]).concat(bit(at(1), 'allocated')).toSorted(),
    );
  });

  it('contains the bits of the first and the last word of the arena', () => {
    const { m, map } = bootCore({ ptrWords: pw, arenaPages: 16 });
    const bitmap = map.regions.find(({ name }) => name === 'bitmap')!;
    const arena = m[CONFIG + Config.at.arenaStart];
    const last = m[CONFIG + Config.at.arenaEnd] - pw;
    expect(bitsWord(m, arena) + 2).toBe(bitmap.start + bitmap.words);
    expect(bitsWord(m, last)).toBe(bitmap.start);
  });
});

describe('the constants of the bitmap', () => {
  it('are those that malloc and the mark loops write', () => {
    expect([BIT_ALLOCATED, BIT_SCAN, BIT_MARKED]).toEqual([1, 1 << 16, 1]);
  });
});
