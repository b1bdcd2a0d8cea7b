/** What a snapshot of the heap map says: which span a page is of, and sums by state and by size class. */
import { MAP_STATE, MAP_STATES } from '../inspect/heap-map-form.ts';
import type { DecodedMap } from '../report/heap-map-decode.ts';
import type { HeapMapField } from '../report/heap-map.ts';

/** A span or gap, with its figures. */
export interface SpanFacts {
  readonly row: number;
  readonly firstPage: number;
  readonly pages: number;
  readonly bytes: number;
  /** One of MAP_STATE. */
  readonly state: number;
  /** Size class; 0 for a large object, or without blocks. */
  readonly sizeclass: number;
  /** Bytes of a block; 0 without blocks. */
  readonly blockBytes: number;
  /** Blocks, of which some are allocated and some have a mark. */
  readonly blocks: number;
  readonly allocated: number;
  readonly marked: number;
}

export interface MapModel {
  readonly map: DecodedMap;
  /** By page: the row of its span. */
  readonly rowOfPage: Uint32Array;
  /** By row: the first page. */
  readonly firstPage: Uint32Array;
}

/** Indexes a snapshot by page. */
export function modelOf(map: DecodedMap): MapModel {
  const { pages } = map.spans;
  const firstPage = new Uint32Array(pages.length);
  let page = 0;
  pages.forEach((n, row) => {
    firstPage[row] = page;
    page += n;
  });
  const rowOfPage = new Uint32Array(page);
  pages.forEach((n, row) => rowOfPage.fill(row, firstPage[row], firstPage[row] + n));
  return { map, rowOfPage, firstPage };
}

type Sizes = Pick<HeapMapField, 'pageBytes' | 'classes'>;

/** Whether a span of that state has blocks. */
export function hasBlocks(state: number): boolean {
  return state === MAP_STATE.inUse || state === MAP_STATE.unswept;
}

/** Returns the figures of a row. */
export function factsOf({ map: { spans }, firstPage }: MapModel, { pageBytes, classes }: Sizes, row: number): SpanFacts {
  const pages = spans.pages[row];
  const state = spans.state[row];
  const sizeclass = spans.sizeclass[row];
  const bytes = pages * pageBytes;
  const blocks = hasBlocks(state) ? (sizeclass === 0 ? 1 : classes[sizeclass].blocks) : 0;
  return {
    row, firstPage: firstPage[row], pages, bytes, state, sizeclass, blocks,
    blockBytes: blocks === 0 ? 0 : sizeclass === 0 ? bytes : classes[sizeclass].bytes,
    allocated: spans.allocated[row],
    marked: spans.marked[row],
  };
}

/** Returns the row nearest to `row` whose blocks were recorded; undefined if there is none. */
export function nearestWithBlocks({ map: { firstByte } }: MapModel, row: number): number | undefined {
  for (let distance = 0; distance < firstByte.length; distance++) {
    for (const near of [row - distance, row + distance]) if ((firstByte[near] ?? -1) >= 0) return near;
  }
  return undefined;
}

/** Sums over spans. */
export interface Sum {
  spans: number;
  pages: number;
  bytes: number;
  blocks: number;
  allocated: number;
  marked: number;
  /** Bytes of the allocated blocks. */
  allocatedBytes: number;
}

function addTo(sum: Sum | undefined, { pages, bytes, blocks, blockBytes, allocated, marked }: SpanFacts): Sum {
  const into = sum ?? { spans: 0, pages: 0, bytes: 0, blocks: 0, allocated: 0, marked: 0, allocatedBytes: 0 };
  into.spans++;
  into.pages += pages;
  into.bytes += bytes;
  into.blocks += blocks;
  into.allocated += allocated;
  into.marked += marked;
  into.allocatedBytes += allocated * blockBytes;
  return into;
}

export interface Sums {
  /** By state, for the states that occur, in the order of MAP_STATES. */
  readonly byState: readonly (Sum & { readonly state: number })[];
  /** By size class, for the classes that occur; class 0 holds the large objects. */
  readonly byClass: readonly (Sum & { readonly sizeclass: number })[];
  /** All spans with blocks. */
  readonly used: Sum;
}

export function sumsOf(model: MapModel, sizes: Sizes): Sums {
  const states: Sum[] = [];
  const classes: Sum[] = [];
  let used: Sum | undefined;
  for (let row = 0; row < model.firstPage.length; row++) {
    const facts = factsOf(model, sizes, row);
    states[facts.state] = addTo(states[facts.state], facts);
    if (!hasBlocks(facts.state)) continue;
    classes[facts.sizeclass] = addTo(classes[facts.sizeclass], facts);
    used = addTo(used, facts);
  }
  return {
    byState: MAP_STATES.flatMap((_, state) => (states[state] === undefined ? [] : [{ state, ...states[state] }])),
    byClass: classes.flatMap((sum, sizeclass) => [{ sizeclass, ...sum }]),
    used: used ?? { spans: 0, pages: 0, bytes: 0, blocks: 0, allocated: 0, marked: 0, allocatedBytes: 0 },
  };
}

/** How the pages are laid out: rows of a power of two of pages, in the order of addresses. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** Width and height of a page, CSS pixels. */
  readonly cell: number;
}

const LARGEST_CELL = 18;
const MOST_COLUMNS = 4096;

/**
 * Returns the grid of the largest cells that fits into `width` × `height`; at one pixel a page it may become higher. A row holds
 * a power of two of pages, so that a column is an alignment and a row is a round number of bytes.
 */
export function gridFor(pages: number, width: number, height: number): Grid {
  let best: Grid = { columns: 1, rows: pages, cell: 0 };
  for (let columns = 8; columns <= MOST_COLUMNS; columns *= 2) {
    const rows = Math.max(1, Math.ceil(pages / columns));
    const cell = Math.min(LARGEST_CELL, Math.floor(width / columns), Math.floor(height / rows));
    if (cell >= Math.max(1, best.cell)) best = { columns, rows, cell };
  }
  if (best.cell > 0) return best;
  const columns = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, width))));
  return { columns, rows: Math.ceil(pages / columns), cell: 1 };
}

/** Returns the page at a point of the grid; undefined outside of the pages. */
export function pageAt({ columns, cell }: Grid, pages: number, x: number, y: number): number | undefined {
  const column = Math.floor(x / cell);
  const page = Math.floor(y / cell) * columns + column;
  return column >= 0 && column < columns && y >= 0 && page < pages ? page : undefined;
}
