/** What of a machine's memory is not heap, and what it grows with. */
import type { MemoryMap } from './map.ts';

/** Bytes reserved. Law: they add up to the whole memory, but for what aligns regions. */
export interface Metadata {
  readonly heap: number;
  readonly bitmap: number;
  /** Records of spans, and the map from pages to them. */
  readonly spans: number;
  /** What else grows with the heap: hints of the tuned mark loop, pointer bits, the collector's data. */
  readonly beside: number;
  /** Room for work buffers, specials and profiles, of which a page is touched when it is needed. */
  readonly room: number;
  /** The same for a heap of any size. */
  readonly fixed: number;
}

/** Of each region that is not fixed; the others are the machine's own. */
const KIND: Readonly<Record<string, keyof Metadata>> = {
  arena: 'heap', bitmap: 'bitmap', spans: 'spans', spanMap: 'spans',
  hints: 'beside', ptrBits: 'beside', collectorData: 'beside',
  workbufs: 'room', persistent: 'room',
};

export function metadataKind(region: string): keyof Metadata {
  return KIND[region] ?? 'fixed';
}

export function metadataOf({ regions }: MemoryMap): Metadata {
  const bytes = { heap: 0, bitmap: 0, spans: 0, beside: 0, room: 0, fixed: 0 };
  for (const { name, words } of regions) bytes[metadataKind(name)] += words * 4;
  return bytes;
}
