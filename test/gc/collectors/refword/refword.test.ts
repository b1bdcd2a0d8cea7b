import { describe, expect, it } from 'vitest';
import { CONFIG, Config } from '../../../../src/memory/config.ts';
import { COLLECTOR } from '../../../../src/gc/collectors/registry.ts';
import type { Mem } from '../../../../src/memory/struct.ts';
import type { Ref } from '../../../../src/memory/address.ts';
import { REF, REFWORD_SLOT, REF_HAS_FINALIZER, REF_NO_POINTERS, blockIndex, refwordsOf } from '../../../../src/gc/collectors/refword/refword.ts';
import { classToSize } from '../../../../src/heap/size-classes.ts';
import { Span, spanOf } from '../../../../src/heap/span.ts';
import { addfinalizer, removefinalizer } from '../../../../src/malloc/specials.ts';
import { FLAG_NOSCAN } from '../../../../src/malloc/flags.ts';
import { mallocTiny, mallocgc } from '../../../../src/malloc/malloc.ts';
import { bootCore } from '../../../support/core-machine.ts';

const REFWORDS = CONFIG + Config.at.collectorData;

function wordOf(m: Mem, p: Ref): Ref {
  const s = spanOf(m, p);
  return refwordsOf(m, s) + blockIndex(m, s, p);
}

describe('reference words', () => {
  it('are distinct for blocks of all sizes, within the slots of their pages', () => {
    const { m, m0 } = bootCore({ collector: COLLECTOR.refword, arenaPages: 64 * 128 });
    const words = new Map<Ref, Ref>();
    for (const size of [...classToSize.slice(1), 33_000, 100_000]) {
      for (let i = 0; i < 40; i++) {
        const p = mallocgc(m, m0, size, 0);
        const word = wordOf(m, p);
        const page = (p - m[CONFIG + Config.at.arenaStart]) >> 11;
        if (words.has(word) || word < m[REFWORDS] || word - m[REFWORDS] >= (page + 1) * REFWORD_SLOT) expect({ size, i, word }).toBe('distinct and within its slot');
        words.set(word, p);
      }
    }
  });

  it('are RefFree until malloc, then RefNone, with a flag for pointer-free blocks', () => {
    const { m, m0 } = bootCore({ collector: COLLECTOR.refword });
    for (const size of [8, 48, 1000, 40_000]) {
      expect(m[wordOf(m, mallocgc(m, m0, size, 0))]).toBe(REF.none);
      expect(m[wordOf(m, mallocgc(m, m0, Math.max(size, 16), FLAG_NOSCAN))]).toBe(REF.none | REF_NO_POINTERS);
      const p = mallocgc(m, m0, size, 0);
      const next = m[spanOf(m, p) + Span.at.freelist];
      if (next !== 0) expect(m[wordOf(m, next)]).toBe(REF.free);
    }
  });

  it('are flagged as long as a byte of the block has a finalizer', () => {
    const { m, m0 } = bootCore({ collector: COLLECTOR.refword });
    const first = mallocTiny(m, m0, 1);
    const second = mallocTiny(m, m0, 1);
    const word = wordOf(m, first >>> 2);
    expect(second).toBe(first + 1);
    const flagged = REF.none | REF_NO_POINTERS | REF_HAS_FINALIZER;
    addfinalizer(m, m0, first, 1, 0);
    addfinalizer(m, m0, second, 1, 0);
    expect(m[word]).toBe(flagged);
    removefinalizer(m, m0, first);
    expect(m[word]).toBe(flagged);
    removefinalizer(m, m0, second);
    expect(m[word]).toBe(REF.none | REF_NO_POINTERS);
  });

  it('are absent with the other collectors', () => {
    const { m, m0, map } = bootCore({ collector: COLLECTOR.bitmap });
    const region = map.regions.find(({ name }) => name === 'collectorData')!;
    expect(region.words).toBe(0);
    const p = mallocgc(m, m0, 48, 0);
    const before = m[m[REFWORDS]];
    addfinalizer(m, m0, p * 4, 1, 0);
    expect(m[m[REFWORDS]]).toBe(before);
  });
});
