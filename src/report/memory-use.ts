/** What a machine's memory is in use for: the heap, and what is kept about it. */
import { PAGE_WORDS } from '../memory/address.ts';
import { CONFIG, Config, ptrWords } from '../memory/config.ts';
import type { Mem } from '../memory/struct.ts';
import { loadWide } from '../memory/wide.ts';
import { ARENA_USED } from '../malloc/mheap-record.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { POLICY } from '../gc/policy.ts';
import { WORK, Work } from '../gc/work.ts';
import { formatBytes } from '../base/units.ts';

/** Bytes in use, not merely reserved. */
export interface MemoryUse {
  /** Of the arena: spans in use and free ones. */
  readonly heap: number;
  readonly bitmap: number;
  /** Records of spans, and the map from pages to them. */
  readonly spans: number;
  /** What else is kept about the heap: hints, specials, profiles, caches. */
  readonly beside: number;
  /** The most that was ever waiting to be scanned; it depends on the graph, not on the heap's size. */
  readonly workBuffers: number;
}

const { mspanSys, mcacheSys, buckhashSys, otherSys } = MStats.at;

/** Of a machine that stands still. */
export function readMemoryUse(m: Mem): MemoryUse {
  const at = (field: keyof typeof Config.at) => m[CONFIG + Config.at[field]];
  const words = m[ARENA_USED] - at('arenaStart');
  const sys = (...fields: readonly number[]) => fields.reduce((sum, field) => sum + loadWide(m, MSTATS + field), 0);
  const hints = at('policy') === POLICY['go1.3'] ? 0 : words / 128;
  return {
    heap: words * 4,
    bitmap: (words / (8 * ptrWords(m))) * 4,
    spans: sys(mspanSys) + (words / PAGE_WORDS) * 4,
    beside: hints * 4 + sys(mcacheSys, buckhashSys, otherSys),
    workBuffers: m[WORK + Work.at.nbufs] * at('workbufWords') * 4,
  };
}

/** "metadata 7.8 % of the heap for bitmap and spans, 0.8 % for the rest; work buffers of 12.0 MB"; nothing of no heap. */
export function describeMemoryUse({ heap, bitmap, spans, beside, workBuffers }: MemoryUse): string[] {
  if (heap === 0) return [];
  const share = (bytes: number) => `${((100 * bytes) / heap).toFixed(1)} %`;
  return [`metadata ${share(bitmap + spans)} of the heap for bitmap and spans, ${share(beside)} for the rest; work buffers of ${formatBytes(workBuffers)}`];
}
