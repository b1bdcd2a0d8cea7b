/**
 * The static segment: the runtime's global records, at the start of the shared memory, in
 * this order. Word 0 stays unused, because ref 0 is nil.
 */
import { CACHE_LINE, type Struct } from './struct.ts';
import { placeRecord } from './places.ts';
import type { Ref } from './address.ts';

const SEGMENT = layOut({
  nil: 16,
  config: 80,
  trap: 16,
  doorbell: 16,
  mstats: 1408,
  sched: 96,
  work: 112,
  parfor: 16 + 128 * 16,
  sweep: 48,
  fin: 48,
  mheap: 640,
  sys: 64,
  stackpool: 16,
  mcentral: 67 * 32,
  persistent: 32,
  mprof: 16,
  cycles: 64,
  bitmapwork: 16,
  trace: 48,
  clock: 16,
  scavengelog: 48 + 32 * 16,
  concurrent: 80,
  markers: 96,
  pacer: 112,
  begin: 32,
  switches: 16,
});

/** Words from the start of the memory to the first region. */
export const SEGMENT_WORDS = SEGMENT.end;

export type SegmentName = keyof typeof SEGMENT.at;

/** Every slot of the segment, in order. */
export const segmentSlots: readonly { name: string; at: Ref; words: number }[] = SEGMENT.slots;

/**
 * Places `count` records of shape `record` in `slot`, `offset` words from its start.
 * @returns the ref of the first
 * @throws Error at load if they don't fit the slot
 */
export function globalRecord(slot: SegmentName, record: Struct, count = 1, offset = 0): Ref {
  if (offset + record.words * count > SEGMENT.sizes[slot]) {
    throw new Error(`${slot}: ${count} x ${record.words} words don't fit in ${SEGMENT.sizes[slot] - offset}`);
  }
  const at = SEGMENT.at[slot] + offset;
  placeRecord({ kind: 'segment', record, slot, at, count });
  return at;
}

function layOut<Name extends string>(sizes: Readonly<Record<Name, number>>) {
  const at = {} as Record<Name, Ref>;
  const slots: { name: string; at: Ref; words: number }[] = [];
  let end = 0;
  for (const name of Object.keys(sizes) as Name[]) {
    const words = sizes[name];
    if (words % CACHE_LINE !== 0) throw new Error(`${name}: ${words} words are not whole cache lines`);
    at[name] = end;
    slots.push({ name, at: end, words });
    end += words;
  }
  return { at, sizes, slots, end };
}
