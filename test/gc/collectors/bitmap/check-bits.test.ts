import { describe, expect, it } from 'vitest';
import { COLLECTOR } from '../../../../src/gc/collectors/registry.ts';
import type { Mem } from '../../../../src/memory/struct.ts';
import type { Ref } from '../../../../src/memory/address.ts';
import { BIT_ALLOCATED, BIT_MARKED, BIT_SCAN, bitsShift, bitsWord, markShift } from '../../../../src/heap/bitmap.ts';
import { checkallocated, checkfreed } from '../../../../src/gc/collectors/bitmap/check-bits.ts';
import { Span, spanOf } from '../../../../src/heap/span.ts';
import { FLAG_NOSCAN } from '../../../../src/malloc/flags.ts';
import { mallocgc } from '../../../../src/malloc/malloc.ts';
import { bootCore, fatalOf } from '../../../support/core-machine.ts';

function flip(m: Mem, p: Ref, bit: number): void {
  m[bitsWord(m, p)] ^= bit << bitsShift(m, p);
}

function flipMark(m: Mem, p: Ref): void {
  m[bitsWord(m, p) + 1] ^= BIT_MARKED << markShift(bitsShift(m, p));
}

describe('the checks of blocks', () => {
  it('require an allocated bit and no mark of a new block', () => {
    const { m, m0 } = bootCore();
    for (const flags of [0, FLAG_NOSCAN]) {
      const p = mallocgc(m, m0, 48, flags);
      checkallocated(m, p);
      flipMark(m, p);
      expect(fatalOf(() => checkallocated(m, p)).code).toBe('BLOCK_NOT_ALLOCATED');
      flipMark(m, p);
      flip(m, p, BIT_ALLOCATED);
      expect(fatalOf(() => checkallocated(m, p)).code).toBe('BLOCK_NOT_ALLOCATED');
    }
  });

  it('require an allocated bit, no scan bit and no mark of a free block', () => {
    const { m, m0 } = bootCore();
    const free = m[spanOf(m, mallocgc(m, m0, 48, 0)) + Span.at.freelist];
    checkfreed(m, free);
    for (const bit of [BIT_ALLOCATED, BIT_SCAN]) {
      flip(m, free, bit);
      expect(fatalOf(() => checkfreed(m, free)).code).toBe('BLOCK_NOT_FREED');
      flip(m, free, bit);
    }
    flipMark(m, free);
    expect(fatalOf(() => checkfreed(m, free)).code).toBe('BLOCK_NOT_FREED');
  });

  it('run at each malloc with the collector of 2011 and --verify', () => {
    for (const [collector, verify, checks] of [[COLLECTOR.bitmap, true, true], [COLLECTOR.bitmap, false, false], [COLLECTOR.parallel, true, false]] as const) {
      const { m, m0 } = bootCore({ collector, verify });
      const next = m[spanOf(m, mallocgc(m, m0, 48, 0)) + Span.at.freelist];
      flipMark(m, next);
      if (checks) expect(fatalOf(() => mallocgc(m, m0, 48, 0)).code).toBe('BLOCK_NOT_ALLOCATED');
      else expect(mallocgc(m, m0, 48, 0)).toBe(next);
    }
  });
});
