/**
 * Snapshots of the spans at the checkpoints of some collections: evenly spaced over the run, of whose length nothing is
 * known before.
 *
 * 1. At first each collection is wanted.
 * 2. When there are MOST_CYCLES of them, every second one goes, and from then on only every second one is wanted; and so on.
 * 3. Reading a heap of a gigabyte takes tenths of a second. All reading may take FREE_NS, and after that at most SHARE of the time.
 */
import { deflateSync } from 'node:zlib';
import type { HeapMap } from '../inspect/heap-map.ts';

/** The most collections that are kept. */
const MOST_CYCLES = 16;
const FREE_NS = 1e9;
const SHARE = 0.2;

/** The moments of a cycle at which the world is stopped, and the end of the run. */
export const MOMENTS = ['stopped', 'swept', 'marked', 'end'] as const;
export type Moment = (typeof MOMENTS)[number];

/** When a map was read. */
export interface At {
  /** The number of the collection; at the end, of the last one. */
  readonly cycle: number;
  readonly moment: Moment;
  /** From the start of the run. */
  readonly atNs: number;
}

/** The map of the heap at one moment. */
export interface HeapSnapshot extends At {
  /** Pages of the arena in use. */
  readonly usedPages: number;
  /** Spans and gaps. */
  readonly rows: number;
  /** The columns of SpanColumns and BlockBits, little-endian, each compressed with zlib. */
  readonly columns: Readonly<Record<'pages' | 'state' | 'sizeclass' | 'allocated' | 'marked' | 'allocatedBlocks' | 'markedBlocks', Uint8Array>>;
  /** See BlockBits. */
  readonly every: number;
}

export class HeapSnapshots {
  private snapshots: HeapSnapshot[] = [];
  private stride = 1;
  private nextCycle = 1;
  /** Time that reading has taken. */
  private spentNs = 0;

  get all(): readonly HeapSnapshot[] {
    return this.snapshots;
  }

  /** Only every so many collections are kept. */
  get everyCycles(): number {
    return this.stride;
  }

  /** Whether collection number `cycle` is wanted, if it starts at `atNs` of the run. */
  wants(cycle: number, atNs: number): boolean {
    return cycle >= this.nextCycle && this.spentNs <= FREE_NS + SHARE * atNs;
  }

  /** Compresses and keeps a map that was read at a checkpoint. The machine may run on meanwhile. */
  keep({ spans, blocks }: HeapMap, { cycle, moment, atNs }: At): void {
    this.snapshots.push({
      cycle,
      moment,
      atNs: Math.round(atNs),
      usedPages: spans.pages.reduce((sum, pages) => sum + pages, 0),
      rows: spans.pages.length,
      columns: {
        pages: packed(spans.pages), state: packed(spans.state), sizeclass: packed(spans.sizeclass), allocated: packed(spans.allocated), marked: packed(spans.marked),
        allocatedBlocks: packed(blocks.allocated), markedBlocks: packed(blocks.marked),
      },
      every: blocks.every,
    });
  }

  /** The last checkpoint of collection number `cycle` has passed; reading its maps took `readNs`. */
  completed(cycle: number, readNs: number): void {
    this.spentNs += readNs;
    const cycles = this.cycles();
    if (cycles.length >= MOST_CYCLES) {
      this.stride *= 2;
      const kept = new Set(cycles.filter((_, i) => i % 2 === 0));
      this.snapshots = this.snapshots.filter((snapshot) => kept.has(snapshot.cycle));
    }
    this.nextCycle = Math.max(cycle + 1, (this.snapshots.at(-1)?.cycle ?? cycle) + this.stride);
  }

  private cycles(): number[] {
    return [...new Set(this.snapshots.map(({ cycle }) => cycle))];
  }
}

function packed(column: Uint8Array | Uint16Array | Uint32Array): Uint8Array {
  return deflateSync(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
}
