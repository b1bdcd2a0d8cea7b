/** The parts of a machine's memory beside the heap, by what their size depends on. */
import type { MemoryMap } from './map.ts';

/** Reserved bytes. Invariant: they add up to the whole memory, less the gaps that align regions. */
export interface Metadata {
  readonly heap: number;
  readonly bitmap: number;
  /** Span records, and the map from pages to spans. */
  readonly spans: number;
  /** The other regions that grow with the heap: hints of the tuned mark loop, pointer bits, the collector's data. */
  readonly beside: number;
  /** Work buffers, specials and profiles: the system touches a page of them on first use. */
  readonly room: number;
  /** The same for a heap of any size. */
  readonly fixed: number;
}

/** By region, its part; a region that is not listed is fixed. */
const PART_OF: Readonly<Record<string, keyof Metadata>> = {
  arena: 'heap', bitmap: 'bitmap', spans: 'spans', spanMap: 'spans',
  hints: 'beside', pageStates: 'beside', ptrBits: 'beside', collectorData: 'beside',
  workbufs: 'room', persistent: 'room',
};

/** Returns the part of the memory that `region` belongs to. */
export function metadataKind(region: string): keyof Metadata {
  return PART_OF[region] ?? 'fixed';
}

/** Returns the bytes of each part of the memory. */
export function metadataOf({ regions }: MemoryMap): Metadata {
  const bytes = { heap: 0, bitmap: 0, spans: 0, beside: 0, room: 0, fixed: 0 };
  for (const { name, words } of regions) bytes[metadataKind(name)] += words * 4;
  return bytes;
}
