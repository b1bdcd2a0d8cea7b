/** Go's mlookup: what the memory at an address belongs to. */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { racyLoad } from '../sync/racy.ts';
import { M, type MRef } from '../machine/m.ts';
import { SPAN_STATE, Span, spanOf, type SpanRef } from '../heap/span.ts';
import { MCache } from './mcache-record.ts';
import { purgeCachedStats } from './mcache.ts';
import { ARENA_USED } from './mheap-record.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const { start: START, limit: LIMIT, state: STATE, sizeclass: SIZECLASS, elemsize: ELEMSIZE } = Span.at;
const LOCAL_NLOOKUP = MCache.at.localNlookup;

/** Lookups that an MCache counts before it must report them. */
const MAX_NLOOKUP = 1 << 30;

/**
 * The span in use that holds the word at `p`, and counts the question; 0 for none. Who asks
 * holds the object `p` is in, or a collection could come between.
 */
export function mlookup(m: Mem, mp: MRef, p: Ref): SpanRef {
  const c = m[mp + M.at.mcache];
  m[c + LOCAL_NLOOKUP]++;
  if (m[c + LOCAL_NLOOKUP] >= MAX_NLOOKUP) purgeCachedStats(m, mp, c);
  // Racy: the arena only grows, and has grown over every object long since.
  if (p < m[ARENA] || p >= racyLoad(m, ARENA_USED)) return 0;
  const s = spanOf(m, p);
  // Racy: the span of an object that the caller holds stays as it is.
  if (s === 0 || racyLoad(m, s + STATE) !== SPAN_STATE.inUse || p < m[s + START] || p >= m[s + LIMIT]) return 0;
  return s;
}

/** The first word of the block of span `s` that holds the word at `p`. */
export function blockBase(m: Mem, s: SpanRef, p: Ref): Ref {
  if (m[s + SIZECLASS] === 0) return m[s + START];
  const words = m[s + ELEMSIZE] >>> 2;
  return m[s + START] + Math.floor((p - m[s + START]) / words) * words;
}

/** What runtime.Lookup says of an address: the block's first word, 0 for none, and its bytes. */
export interface Found {
  readonly base: Ref;
  readonly size: number;
}

/** Go's Lookup: the block that holds the word at `p`. */
export function lookup(m: Mem, mp: MRef, p: Ref): Found {
  const s = mlookup(m, mp, p);
  return s === 0 ? { base: 0, size: 0 } : { base: blockBase(m, s, p), size: m[s + ELEMSIZE] >>> 0 };
}
