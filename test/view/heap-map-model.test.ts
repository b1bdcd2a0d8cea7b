/** The layout of the heap map, and its sums. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAP_STATE } from '../../src/inspect/heap-map-form.ts';
import type { DecodedMap } from '../../src/report/heap-map-decode.ts';
import { factsOf, gridFor, modelOf, nearestWithBlocks, pageAt, sumsOf } from '../../src/view/heap-map-model.ts';

const classes = [{ bytes: 0, blocks: 1 }, { bytes: 16, blocks: 512 }];
const field = { pageBytes: 8192, classes };

const map: DecodedMap = {
  spans: {
    pages: Uint32Array.of(2, 1, 5, 1), state: Uint8Array.of(MAP_STATE.inUse, MAP_STATE.unswept, MAP_STATE.free, MAP_STATE.gap),
    sizeclass: Uint8Array.of(0, 1, 0, 0), allocated: Uint16Array.of(1, 128, 0, 0), marked: Uint16Array.of(1, 32, 0, 0),
  },
  blocks: { every: 1, allocated: new Uint8Array(64), marked: new Uint8Array(64) },
  firstByte: Int32Array.of(-1, 0, -1, -1),
};

describe('the grid of the heap map', () => {
  it('has every page, in rows of a power of two, within the width', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 600_000 }), fc.integer({ min: 200, max: 2560 }), (pages, width) => {
      const { columns, rows, cell } = gridFor(pages, width, 520);
      expect(Number.isInteger(Math.log2(columns))).toBe(true);
      expect(columns * rows).toBeGreaterThanOrEqual(pages);
      expect(columns * (rows - 1)).toBeLessThan(pages);
      expect(columns * cell).toBeLessThanOrEqual(width);
      expect(cell).toBeGreaterThanOrEqual(1);
    }));
  });

  it.each([[131_072, 1200, 2], [131_072, 328, 1], [1024, 1200, 18]])('has cells as large as fit: %i pages in %i pixels have %i', (pages, width, cell) => {
    expect(gridFor(pages, width, 520).cell).toBe(cell);
  });

  it('names the page at each point', () => {
    const grid = { columns: 4, rows: 3, cell: 10 };
    expect([pageAt(grid, 9, 0, 0), pageAt(grid, 9, 39, 9), pageAt(grid, 9, 5, 25), pageAt(grid, 9, 15, 25), pageAt(grid, 9, 40, 0), pageAt(grid, 9, -1, 0)]).toEqual([0, 3, 8, undefined, undefined, undefined]);
  });
});

describe('the model of a snapshot', () => {
  const model = modelOf(map);

  it('knows the span of each page', () => {
    expect([...model.rowOfPage]).toEqual([0, 0, 1, 2, 2, 2, 2, 2, 3]);
    expect(factsOf(model, field, 1)).toMatchObject({ firstPage: 2, pages: 1, bytes: 8192, sizeclass: 1, blockBytes: 16, blocks: 512, allocated: 128, marked: 32 });
    expect(factsOf(model, field, 2)).toMatchObject({ blocks: 0, blockBytes: 0 });
  });

  it('finds the nearest span whose blocks were recorded', () => {
    expect([0, 1, 3].map((row) => nearestWithBlocks(model, row))).toEqual([1, 1, 1]);
    expect(nearestWithBlocks(modelOf({ ...map, firstByte: new Int32Array(4).fill(-1) }), 2)).toBeUndefined();
  });

  it('adds up pages by state and blocks by class', () => {
    const { byState, byClass, used } = sumsOf(model, field);
    expect(byState.map(({ state, spans, pages }) => [state, spans, pages])).toEqual([[MAP_STATE.gap, 1, 1], [MAP_STATE.inUse, 1, 2], [MAP_STATE.free, 1, 5], [MAP_STATE.unswept, 1, 1]]);
    expect(byClass.map(({ sizeclass, allocated, blocks, allocatedBytes }) => [sizeclass, allocated, blocks, allocatedBytes])).toEqual([[0, 1, 1, 16_384], [1, 128, 512, 2048]]);
    expect([used.bytes, used.allocatedBytes]).toEqual([24_576, 18_432]);
  });
});
