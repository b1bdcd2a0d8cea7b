/** The map of the heap against the machine: at each checkpoint of running machines, and on damaged memory. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { PAGE_BYTES } from '../../src/memory/address.ts';
import type { Mem } from '../../src/memory/struct.ts';
import { loadWide } from '../../src/memory/wide.ts';
import { classToBlocks, classToSize } from '../../src/heap/size-classes.ts';
import { Span, spanOf } from '../../src/heap/span.ts';
import { ARENA_USED, SWEEPGEN } from '../../src/malloc/mheap.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { CHECKPOINT } from '../../src/gc/doorbell.ts';
import { readHeapMap, type HeapMap } from '../../src/inspect/heap-map.ts';
import { MAP_STATE, bytesOfBlocks } from '../../src/inspect/heap-map-form.ts';
import { churn } from '../../src/workloads/churn.ts';
import { runOnOneP, type MachineOptions } from '../support/machine.ts';
import { hook } from '../support/verify-hook.ts';

vi.mock('../../src/gc/doorbell.ts', async (original) => (await import('../support/verify-hook.ts')).answered(await original()));

afterEach(() => {
  hook.at = hook.stopped = () => {};
});

function pagesIn({ spans }: HeapMap, ...states: number[]): number {
  return spans.pages.reduce((sum, pages, row) => sum + (states.includes(spans.state[row]) ? pages : 0), 0);
}

/** Whether the block at `ref` has its mark, by the drawing in heap/bitmap.ts. */
function isMarked(m: Mem, ref: number): boolean {
  const ptrWords = m[CONFIG + Config.at.ptrWords];
  const arena = m[CONFIG + Config.at.arenaStart];
  const word = (ref - arena) / ptrWords;
  const high = m[arena - 2 * Math.floor(word / 16) - 1];
  return ((high >>> (8 * Math.floor((word % 16) / 4) + (word % 4))) & 1) === 1;
}

/** The blocks on a freelist. */
function freeBlocks(m: Mem, s: number): Set<number> {
  const free = new Set<number>();
  for (let p = m[s + Span.at.freelist]; p !== 0; p = m[p]) free.add(p);
  return free;
}

/** Compares each row, and each bit, with the machine. @returns the rows whose bits the map has */
function compare(m: Mem, map: HeapMap): number {
  const { spans, blocks } = map;
  const arena = m[CONFIG + Config.at.arenaStart];
  let page = 0;
  let small = 0;
  let at = 0;
  let compared = 0;
  spans.pages.forEach((pages, row) => {
    const start = arena + (page * PAGE_BYTES) / 4;
    page += pages;
    const s = spanOf(m, start);
    const state = spans.state[row];
    if (state === MAP_STATE.gap) return expect(s).toBe(0);
    expect([m[s + Span.at.start], m[s + Span.at.npages]]).toEqual([start, pages]);
    if (state !== MAP_STATE.inUse && state !== MAP_STATE.unswept) return undefined;
    expect(state === MAP_STATE.unswept).toBe(m[s + Span.at.xsweepgen] !== m[SWEEPGEN]);
    expect(spans.allocated[row]).toBe(m[s + Span.at.nalloc]);
    expect(spans.sizeclass[row]).toBe(m[s + Span.at.sizeclass]);
    const c = spans.sizeclass[row];
    const starts = Array.from({ length: c === 0 ? 1 : classToBlocks[c] }, (_, i) => start + (i * classToSize[c]) / 4);
    expect(spans.marked[row]).toBe(starts.filter((ref) => isMarked(m, ref)).length);
    if (c === 0 || small++ % blocks.every !== 0) return undefined;
    const free = freeBlocks(m, s);
    const bit = (set: Uint8Array, i: number) => (set[at + (i >> 3)] >> (i & 7)) & 1;
    expect(starts.map((_, i) => bit(blocks.allocated, i))).toEqual(starts.map((ref) => Number(!free.has(ref))));
    expect(starts.map((_, i) => bit(blocks.marked, i))).toEqual(starts.map((ref) => Number(isMarked(m, ref))));
    at += bytesOfBlocks(starts.length);
    compared++;
    return undefined;
  });
  expect([blocks.allocated.length, blocks.marked.length]).toEqual([at, at]);
  expect(page * PAGE_BYTES).toBe((m[ARENA_USED] - arena) * 4);
  return compared;
}

describe('the map of the heap', () => {
  const machines: readonly (MachineOptions & { readonly name: string })[] = [{ name: 'amd64' }, { name: '386', ptrWords: 1 }, { name: 'collector bitmap', collector: 'bitmap' }];

  it.each(machines)('has every span and block as the machine has them, at each checkpoint: $name', (options) => {
    const seen = { stopped: 0, swept: 0, marked: 0, unswept: 0, marks: 0 };
    hook.stopped = (m) => {
      const map = readHeapMap(m);
      compare(m, map);
      seen.stopped++;
      seen.unswept += pagesIn(map, MAP_STATE.unswept);
    };
    hook.at = (m, point) => {
      const map = readHeapMap(m);
      compare(m, map);
      expect(pagesIn(map, MAP_STATE.unswept)).toBe(0);
      const marks = map.spans.marked.reduce((sum, n) => sum + n, 0);
      if (point === CHECKPOINT.marked) seen.marks += marks;
      else expect(marks).toBe(0);
      seen[point === CHECKPOINT.marked ? 'marked' : 'swept']++;
    };
    runOnOneP(churn, { count: 10_000, ring: 1500, threads: 2 }, { ...options, gcEvery: 1 });
    expect(seen.stopped).toBeGreaterThan(1);
    expect([seen.swept, seen.marked]).toEqual([seen.stopped, seen.stopped]);
    expect(seen.marks).toBeGreaterThan(0);
    // The older collectors sweep in the pause.
    if (options.collector === undefined) expect(seen.unswept).toBeGreaterThan(0);
  });

  it('has the marks of the collector of 2010, which are in its reference words', () => {
    let marks = 0;
    let most = 0;
    hook.at = (m, point) => {
      if (point !== CHECKPOINT.marked) return;
      const { spans } = readHeapMap(m);
      marks += spans.marked.reduce((sum, n) => sum + n, 0);
      most += spans.allocated.reduce((sum, n) => sum + n, 0);
    };
    runOnOneP(churn, { count: 10_000, ring: 1500 }, { collector: 'refword', gcEvery: 1 });
    expect(marks).toBeGreaterThan(0);
    expect(marks).toBeLessThan(most);
  });

  it('adds up to the statistics of the machine', () => {
    const { m, memstats } = runOnOneP(churn, { count: 20_000 });
    const map = readHeapMap(m);
    expect(pagesIn(map, MAP_STATE.stack) * PAGE_BYTES).toBe(memstats.StackInuse);
    expect(pagesIn(map, MAP_STATE.inUse, MAP_STATE.unswept) * PAGE_BYTES).toBe(memstats.HeapInuse);
    expect(pagesIn(map, MAP_STATE.free) * PAGE_BYTES).toBe(memstats.HeapIdle);
    const { pages, sizeclass, allocated } = map.spans;
    const bytes = allocated.reduce((sum, n, row) => sum + n * (sizeclass[row] === 0 ? pages[row] * PAGE_BYTES : classToSize[sizeclass[row]]), 0);
    expect(bytes).toBe(memstats.HeapAlloc);
    expect(loadWide(m, MSTATS + MStats.at.heapInuse)).toBe(pagesIn(map, MAP_STATE.inUse, MAP_STATE.stack) * PAGE_BYTES);
  });

  it('has the blocks of every second, fourth … span if those of all are too many', () => {
    const { m } = runOnOneP(churn, { count: 20_000 });
    const all = readHeapMap(m);
    expect(all.blocks.every).toBe(1);
    const some = readHeapMap(m, all.blocks.allocated.length / 3);
    expect(some.blocks.every).toBeGreaterThanOrEqual(4);
    expect(compare(m, some)).toBeGreaterThan(0);
    expect(some.spans).toEqual(all.spans);
  });

  it('can be read of any memory', () => {
    const { m } = runOnOneP(churn, { count: 5000 }, { arenaMB: 2 });
    const s = spanOf(m, m[CONFIG + Config.at.arenaStart]);
    for (const [field, value] of [['freelist', 12], ['freelist', m[s + Span.at.start]], ['npages', -1], ['npages', 1 << 30], ['npages', 0], ['start', 7], ['sizeclass', -3], ['sizeclass', 9999], ['state', 77]] as const) {
      const damaged = m.slice();
      damaged[s + Span.at[field]] = value;
      if (field === 'freelist') damaged[value] = value;
      const { spans } = readHeapMap(damaged);
      expect(spans.pages.reduce((sum, pages) => sum + pages, 0)).toBe((m[ARENA_USED] - m[CONFIG + Config.at.arenaStart]) / 2048);
    }
    const wild = m.map((word) => Math.imul(word, 0x9e3779b1));
    wild.set(m.subarray(CONFIG, CONFIG + Config.words), CONFIG);
    expect(() => readHeapMap(wild)).not.toThrow();
  });
});
