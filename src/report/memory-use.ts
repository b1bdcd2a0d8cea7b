/** The memory of a machine by use: the heap and its metadata. */
import { PAGE_WORDS } from '../memory/address.ts';
import { CONFIG, Config, ptrWords } from '../memory/config.ts';
import type { Mem } from '../memory/struct.ts';
import { loadWide } from '../memory/wide.ts';
import { ARENA_USED } from '../malloc/mheap-record.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { POLICY } from '../gc/policy.ts';
import { PageState } from '../gc/spans/state.ts';
import { WORK, Work } from '../gc/work.ts';
import { formatBytes } from '../base/units.ts';

/** Bytes in use, without reserved ones. */
export interface MemoryUse {
  /** The used part of the arena: spans in use and free spans. */
  readonly heap: number;
  readonly bitmap: number;
  /** Span records and the map from pages to spans. */
  readonly spans: number;
  /** Other metadata: hints, specials, profiles, caches. */
  readonly beside: number;
  /** Work buffers. Their number is that of the fullest moment: it depends on the graph, not on the size of the heap. */
  readonly workBuffers: number;
}

const { mspanSys, mcacheSys, buckhashSys, otherSys } = MStats.at;

/** Reads the memory use of a stopped machine. */
export function readMemoryUse(m: Mem): MemoryUse {
  const at = (field: keyof typeof Config.at) => m[CONFIG + Config.at[field]];
  const words = m[ARENA_USED] - at('arenaStart');
  const sys = (...fields: readonly number[]) => fields.reduce((sum, field) => sum + loadWide(m, MSTATS + field), 0);
  const ofLoop = words * markLoopShare(at('policy'));
  return {
    heap: words * 4,
    bitmap: (words / (8 * ptrWords(m))) * 4,
    spans: sys(mspanSys) + (words / PAGE_WORDS) * 4,
    beside: ofLoop * 4 + sys(mcacheSys, buckhashSys, otherSys),
    workBuffers: m[WORK + Work.at.nbufs] * at('workbufWords') * 4,
  };
}

/** Words that mark loop number `policy` keeps for each word of the heap. */
function markLoopShare(policy: number): number {
  if (policy === POLICY['go1.3']) return 0;
  return policy === POLICY.spans ? PageState.words / PAGE_WORDS : 1 / 128;
}

/** Returns "metadata 7.8 % of the heap for bitmap and spans, 0.8 % for the rest; …"; nothing for an empty heap. */
export function describeMemoryUse({ heap, bitmap, spans, beside, workBuffers }: MemoryUse): string[] {
  if (heap === 0) return [];
  const share = (bytes: number) => `${((100 * bytes) / heap).toFixed(1)} %`;
  return [`metadata ${share(bitmap + spans)} of the heap for bitmap and spans, ${share(beside)} for the rest; work buffers of ${formatBytes(workBuffers)}`];
}
