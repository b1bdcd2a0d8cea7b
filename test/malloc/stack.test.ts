/** Where goroutines get their stacks from. */
import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { PAGE_BYTES, PAGE_WORDS } from '../../src/memory/address.ts';
import { loadWide } from '../../src/memory/wide.ts';
import { M, mAt } from '../../src/machine/m.ts';
import { pAt } from '../../src/machine/p.ts';
import { SPAN_STATE, Span, spanOf } from '../../src/heap/span.ts';
import { MCache, mcacheOf } from '../../src/malloc/mcache-record.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { stackSize, stackalloc, stackcacheClear, stackfree } from '../../src/malloc/stack.ts';
import { bootCore, fatalOf } from '../support/core-machine.ts';

const KB = 256;

function inuse(m: Mem): number {
  return loadWide(m, MSTATS + MStats.at.stacksInuse);
}

function kept(m: Mem, p: number, order: number): number {
  return m[mcacheOf(pAt(m, p)) + MCache.at.stackWords + order] / KB;
}

describe('stacks', () => {
  it('double in size from 2 KB', () => {
    const { m } = bootCore();
    expect([1, 512, 513, 1024, 5000, 40_000].map((words) => stackSize(m, words))).toEqual([512, 512, 1024, 1024, 8192, 65536]);
  });
});

describe.each([2, 4, 8, 16])('stacks of %d KB', (kilobytes) => {
  const words = kilobytes * KB;
  const order = Math.log2(kilobytes / 2);

  it('are cut from spans of 32 KB, and cached half a span at a time', () => {
    const { m, m0 } = bootCore();
    const perSpan = 32 / kilobytes;
    const stacks = Array.from({ length: perSpan }, () => stackalloc(m, m0, words));
    const s = spanOf(m, stacks[0]);
    expect(new Set(stacks.map((x) => spanOf(m, x)))).toEqual(new Set([s]));
    expect(stacks.toSorted((a, b) => a - b)).toEqual(stacks.map((_, i) => m[s + Span.at.start] + i * words));
    expect([m[s + Span.at.state], m[s + Span.at.npages], m[s + Span.at.nalloc], m[s + Span.at.nelems]]).toEqual([SPAN_STATE.stack, 4, perSpan, perSpan]);
    expect([inuse(m), kept(m, 0, order)]).toEqual([4 * PAGE_BYTES, 0]);
    stackalloc(m, m0, words);
    expect([inuse(m), kept(m, 0, order)]).toEqual([8 * PAGE_BYTES, 16 - kilobytes]);
  });

  it('stay with the P that freed them, up to 32 KB and one stack', () => {
    const { m, m0 } = bootCore({ procs: 2 });
    const stacks = Array.from({ length: 128 / kilobytes }, () => stackalloc(m, m0, words));
    for (const x of stacks) stackfree(m, mAt(m, 1), x, words);
    expect(kept(m, 0, order)).toBe(0);
    // At 32 KB it gives half back.
    expect(kept(m, 1, order)).toBe(32);
    expect(stackalloc(m, mAt(m, 1), words)).toBe(stacks.at(-1));
    stackfree(m, m0, stacks.at(-1)!, words);
    for (const i of [0, 1]) stackcacheClear(m, m0, mcacheOf(pAt(m, i)));
    expect([kept(m, 0, order), kept(m, 1, order), inuse(m), loadWide(m, MSTATS + MStats.at.heapInuse)]).toEqual([0, 0, 0, 0]);
  });

  it('are not cached when the collecting M frees them', () => {
    const { m, m0 } = bootCore();
    m[m0 + M.at.gcing] = 1;
    expect(stackalloc(m, m0, words)).toBeGreaterThan(0);
    expect([inuse(m), kept(m, 0, order)]).toEqual([4 * PAGE_BYTES, 0]);
  });
});

describe('stacks', () => {
  it('of more than 16 KB are spans of their own, and go back to the heap at once', () => {
    const { m, m0 } = bootCore();
    const x = stackalloc(m, m0, 64 * KB);
    const s = spanOf(m, x);
    expect([m[s + Span.at.start], m[s + Span.at.npages], m[s + Span.at.state], inuse(m)]).toEqual([x, 8, SPAN_STATE.stack, 64 << 10]);
    m.fill(1, x, x + 64 * KB);
    stackfree(m, m0, x, 64 * KB);
    expect([inuse(m), m[s + Span.at.needzero]]).toEqual([0, 1]);
  });

  it('run out with the arena', () => {
    const { m, m0 } = bootCore({ arenaPages: 5, chunkPages: 1 });
    const stacks = Array.from({ length: 16 }, () => stackalloc(m, m0, 512));
    expect([stackalloc(m, m0, 512), stackalloc(m, m0, 32 * KB)]).toEqual([0, 0]);
    stackfree(m, m0, stacks[3], 512);
    expect(stackalloc(m, m0, 512)).toBe(stacks[3]);
  });

  it('are the only memory that stackfree accepts', () => {
    const { m, m0 } = bootCore();
    const x = stackalloc(m, m0, 64 * KB);
    expect(fatalOf(() => stackfree(m, m0, x + PAGE_WORDS, 64 * KB)).code).toBe('STACKFREE_BAD_SPAN');
  });
});
