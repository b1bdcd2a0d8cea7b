/** The heap of pages: free runs, growth, and the sweeps before an allocation. */
import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { PAGE_BYTES, PAGE_WORDS } from '../../src/memory/address.ts';
import { loadWide } from '../../src/memory/wide.ts';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { xorshift32 } from '../../src/base/random.ts';
import type { MRef } from '../../src/machine/m.ts';
import { lock, unlock } from '../../src/sync/lock.ts';
import { SPAN_STATE, Span, spanAt, spanOf, type SpanRef } from '../../src/heap/span.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { ARENA_USED, MAX_MHEAP_LIST, MHEAP_LOCK, SWEEPGEN, XSWEEPDONE, busyList, freeList, mheapAlloc, mheapAllocLocked, mheapFree, nspan, zeroSpan } from '../../src/malloc/mheap.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { claimSweep } from '../../src/malloc/sweep.ts';
import { bootCore, fatalOf } from '../support/core-machine.ts';
import { fullSpans, mark, spansOf, startGeneration } from '../support/heap-steps.ts';
import { sampled } from '../support/nightly.ts';

/** As mheapAlloc for a large object, but nothing is "allocated" in the span, so that it can be freed. */
function take(m: Mem, mp: MRef, npages: number): SpanRef {
  lock(m, mp, MHEAP_LOCK);
  const s = mheapAllocLocked(m, mp, npages, 0);
  unlock(m, mp, MHEAP_LOCK);
  return s;
}

function give(m: Mem, mp: MRef, s: SpanRef): void {
  mheapFree(m, mp, s, true);
}

function pageOf(m: Mem, s: SpanRef): number {
  return (m[s + Span.at.start] - m[CONFIG + Config.at.arenaStart]) / PAGE_WORDS;
}

interface Run {
  readonly page: number;
  readonly pages: number;
}

/** Free runs by address, after the checks every heap must pass. */
function freeRuns(m: Mem): Run[] {
  const spans = Array.from({ length: nspan(m) }, (_, i) => spanAt(m, i)).filter((s) => m[s + Span.at.state] !== SPAN_STATE.dead);
  spans.sort((a, b) => m[a + Span.at.start] - m[b + Span.at.start]);
  let at = m[CONFIG + Config.at.arenaStart];
  let before = -1;
  let idle = 0;
  for (const s of spans) {
    const pages = m[s + Span.at.npages];
    expect(m[s + Span.at.start]).toBe(at);
    expect([spanOf(m, at), spanOf(m, at + (pages - 1) * PAGE_WORDS)]).toEqual([s, s]);
    at += pages * PAGE_WORDS;
    const state = m[s + Span.at.state];
    // Free neighbours are one run.
    if (state === SPAN_STATE.free) {
      expect(before).not.toBe(SPAN_STATE.free);
      expect(m[s + Span.at.list]).toBe(freeList(pages));
      idle += pages * PAGE_BYTES;
    }
    before = state;
  }
  expect(at).toBe(m[ARENA_USED]);
  expect(loadWide(m, MSTATS + MStats.at.heapIdle)).toBe(idle);
  expect(idle + loadWide(m, MSTATS + MStats.at.heapInuse)).toBe(loadWide(m, MSTATS + MStats.at.heapSys));
  return spans.filter((s) => m[s + Span.at.state] === SPAN_STATE.free).map((s) => ({ page: pageOf(m, s), pages: m[s + Span.at.npages] }));
}

describe('the heap of pages', () => {
  it('grows by chunks of 1 MB, and by 64 KB steps past that', () => {
    const { m, m0 } = bootCore({ arenaPages: 1024 });
    take(m, m0, 1);
    expect(freeRuns(m)).toEqual([{ page: 1, pages: 127 }]);
    take(m, m0, 129);
    // The new chunk of 136 pages joins what was left of the first.
    expect(freeRuns(m)).toEqual([{ page: 130, pages: 134 }]);
  });

  it('gives the last pages of a full arena, then nothing', () => {
    const { m, m0 } = bootCore({ arenaPages: 130 });
    take(m, m0, 128);
    expect(pageOf(m, take(m, m0, 2))).toBe(128);
    expect(take(m, m0, 1)).toBe(0);
    expect(freeRuns(m)).toEqual([]);
  });

  it.each([
    { order: 'ascending', freed: [0, 1, 2] },
    { order: 'descending', freed: [2, 1, 0] },
    { order: 'the middle last', freed: [0, 2, 1] },
    { order: 'the middle first', freed: [1, 0, 2] },
  ])('joins freed neighbours: $order', ({ freed }) => {
    const { m, m0 } = bootCore({ arenaPages: 128 });
    const spans = [3, 5, 7].map((npages) => take(m, m0, npages));
    take(m, m0, 113);
    freed.forEach((i) => give(m, m0, spans[i]));
    expect(freeRuns(m)).toEqual([{ page: 0, pages: 15 }]);
  });

  it('joins no run across pages in use', () => {
    const { m, m0 } = bootCore({ arenaPages: 128 });
    const [a, , c] = [3, 5, 7].map((npages) => take(m, m0, npages));
    give(m, m0, a);
    give(m, m0, c);
    expect(freeRuns(m)).toEqual([{ page: 0, pages: 3 }, { page: 8, pages: 120 }]);
  });

  it('takes the shortest run that fits, whatever was freed first', () => {
    const { m, m0 } = bootCore({ arenaPages: 1024 });
    const free = [40, 3, 20, 9].map((npages) => {
      const s = take(m, m0, npages);
      take(m, m0, 1);
      return s;
    });
    take(m, m0, 1024 - 76);
    const at = free.map((s) => pageOf(m, s));
    free.forEach((s) => give(m, m0, s));
    expect([pageOf(m, take(m, m0, 5)), pageOf(m, take(m, m0, 10)), pageOf(m, take(m, m0, 3)), pageOf(m, take(m, m0, 21))]).toEqual([at[3], at[2], at[1], at[0]]);
  });

  it('takes the best fit of the long runs, and of equal ones the first by address', () => {
    const { m, m0 } = bootCore({ arenaPages: 2048 });
    const free = [400, 200, 300, 200].map((npages) => {
      const s = take(m, m0, npages);
      take(m, m0, 1);
      return s;
    });
    take(m, m0, 2048 - 1104);
    const at = free.map((s) => pageOf(m, s));
    free.forEach((s) => give(m, m0, s));
    expect([pageOf(m, take(m, m0, 150)), pageOf(m, take(m, m0, 200)), pageOf(m, take(m, m0, 201)), pageOf(m, take(m, m0, 301))]).toEqual([at[1], at[3], at[2], at[0]]);
  });

  it('keeps runs of 128 pages and more in one list, shorter ones in a list for each length', () => {
    const lists = new Set(Array.from({ length: MAX_MHEAP_LIST }, (_, n) => freeList(n)));
    expect(lists.size).toBe(128);
    expect([freeList(128), lists.has(freeList(128))]).toEqual([freeList(5000), false]);
  });

  it('marks a freed span as dirty, and the remainder of a clean one as clean', () => {
    const { m, m0 } = bootCore({ arenaPages: 128 });
    const a = take(m, m0, 4);
    m.fill(-1, m[a + Span.at.start], m[a + Span.at.start] + 4 * PAGE_WORDS);
    m[a + Span.at.needzero] = 1;
    give(m, m0, a);
    // Joined with the clean rest of the chunk: all of it may be dirty.
    const b = mheapAlloc(m, m0, 6, 0, true);
    expect(m.subarray(m[b + Span.at.start], m[b + Span.at.start] + 6 * PAGE_WORDS).every((word) => word === 0)).toBe(true);
    const c = take(m, m0, 1);
    expect(m[c + Span.at.needzero]).toBe(1);
    zeroSpan(m, c);
    expect(m[c + Span.at.needzero]).toBe(0);
  });

  it.each([
    { side: 'before', dirty: 0 },
    { side: 'after', dirty: 1 },
  ])('marks a clean run that joins a dirty one $side it as dirty', ({ dirty }) => {
    const { m, m0 } = bootCore({ arenaPages: 128 });
    const pair = [take(m, m0, 4), take(m, m0, 4)];
    take(m, m0, 120);
    m[pair[dirty] + Span.at.needzero] = 1;
    give(m, m0, pair[dirty]);
    give(m, m0, pair[1 - dirty]);
    expect(m[take(m, m0, 8) + Span.at.needzero]).toBe(1);
  });

  it('refuses to free a span that holds an object, or a span twice', () => {
    const { m, m0 } = bootCore({ arenaPages: 128 });
    const s = take(m, m0, 4);
    take(m, m0, 1);
    m[s + Span.at.nalloc] = 1;
    expect(fatalOf(() => give(m, m0, s)).code).toBe('MHEAP_FREE_OF_USED_SPAN');
    const { m: n, m0: n0 } = bootCore({ arenaPages: 128 });
    const t = take(n, n0, 4);
    take(n, n0, 1);
    give(n, n0, t);
    expect(fatalOf(() => give(n, n0, t)).code).toBe('MHEAP_FREE_OF_USED_SPAN');
  });

  it.each(sampled([1, 2, 3, 4, 5], 3))('stays consistent after any sequence of allocations and frees (seed %i)', (seed) => {
    const { m, m0 } = bootCore({ arenaPages: 1500 });
    let x = seed * 0x9e3779b9;
    const held: SpanRef[] = [];
    for (let i = 0; i < 1500; i++) {
      x = xorshift32(x);
      if (held.length > 0 && x % 100 < 48) give(m, m0, held.splice((x >>> 8) % held.length, 1)[0]);
      else {
        const s = take(m, m0, 1 + ((x >>> 8) % ((x >>> 20) % 16 === 0 ? 300 : 12)));
        if (s !== 0) held.push(s);
      }
      if (i % 25 === 0) freeRuns(m);
    }
    held.forEach((s) => give(m, m0, s));
    expect(freeRuns(m).length).toBe(1);
    expect(loadWide(m, MSTATS + MStats.at.heapInuse)).toBe(0);
    expect(m[MSTATS + MStats.at.heapAllocQ]).toBe(0);
  });
});

describe('mheapAlloc, while spans are unswept', () => {
  const generation = (m: Mem, s: SpanRef) => m[s + Span.at.xsweepgen] - m[SWEEPGEN];

  /** Large objects of these sizes in pages, in a new sweep generation; those of `live` are marked. */
  function unswept(pages: readonly number[], live: readonly number[] = []) {
    const { m, m0 } = bootCore({ arenaPages: 256 });
    const blocks = pages.map((n) => mallocgc(m, m0, n * PAGE_BYTES, 0));
    startGeneration(m);
    live.forEach((i) => mark(m, blocks[i]));
    return { m, m0, spans: blocks.map((p) => spanOf(m, p)) };
  }

  it('sweeps one dead object that is large enough, and no more', () => {
    const { m, m0, spans } = unswept([4, 20, 20]);
    const used = m[ARENA_USED];
    expect(mheapAlloc(m, m0, 20, 0, false)).not.toBe(0);
    expect(spans.map((s) => generation(m, s)).toSorted()).toEqual([-2, -2, 0]);
    expect(generation(m, spans[0])).toBe(-2);
    expect(m[ARENA_USED]).toBe(used);
  });

  it('sweeps smaller dead objects until they add up', () => {
    const { m, m0, spans } = unswept([4, 4, 4, 4, 4]);
    expect(mheapAlloc(m, m0, 10, 0, false)).not.toBe(0);
    expect(spans.filter((s) => generation(m, s) === -2).length).toBe(2);
  });

  it('keeps live objects, swept, behind the unswept ones', () => {
    const { m, m0, spans } = unswept([8, 8, 8], [0, 1, 2]);
    expect(mheapAlloc(m, m0, 5, 0, false)).not.toBe(0);
    expect(spans.map((s) => [generation(m, s), m[s + Span.at.state]])).toEqual(spans.map(() => [0, SPAN_STATE.inUse]));
    expect(spansOf(m, busyList(8))).toEqual(spans);
  });

  it('sweeps spans of small blocks if large objects do not suffice', () => {
    const { m, m0 } = bootCore({ arenaPages: 256 });
    const spans = fullSpans(m, m0, 1024, 6).map(([p]) => spanOf(m, p));
    startGeneration(m);
    expect(mheapAlloc(m, m0, 4, 0, false)).not.toBe(0);
    expect(spans.filter((s) => generation(m, s) === -2).length).toBe(2);
  });

  it('skips an object that another M is sweeping', () => {
    const { m, m0, spans: [a, b] } = unswept([8, 8]);
    expect(claimSweep(m, a, m[SWEEPGEN])).toBe(true);
    expect(mheapAlloc(m, m0, 8, 0, false)).not.toBe(0);
    expect([generation(m, a), generation(m, b)]).toEqual([-1, 0]);
  });

  it('sweeps nothing once sweeping is done', () => {
    const { m, m0, spans: [a] } = unswept([8]);
    m[XSWEEPDONE] = 1;
    mheapAlloc(m, m0, 8, 0, false);
    expect(generation(m, a)).toBe(-2);
  });
});
