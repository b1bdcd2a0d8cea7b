/** Lookup: the span and the block that hold an address. Go's mlookup. */
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

/** Lookups that an MCache counts before it flushes the count to MStats. */
const MAX_NLOOKUP = 1 << 30;

/**
 * Returns the span in use that holds the word at `p`, 0 for none, and counts the lookup.
 * Precondition: the caller holds a reference to the object, so that no collection frees it.
 */
export function mlookup(m: Mem, mp: MRef, p: Ref): SpanRef {
  const c = m[mp + M.at.mcache];
  m[c + LOCAL_NLOOKUP]++;
  if (m[c + LOCAL_NLOOKUP] >= MAX_NLOOKUP) purgeCachedStats(m, mp, c);
  // Racy: the arena only grows, and it contained the object when that was allocated, which happened before the
  // caller got its reference. An older value from before that is hidden. The load orders
  // nothing, and the reads of the span need no order: the span map's entry and the span's bounds were stored before the
  // caller got its reference, and stay as they are while the object lives. For a word of no object, either answer is right.
  if (p < m[ARENA] || p >= racyLoad(m, ARENA_USED)) return 0;
  const s = spanOf(m, p);
  // Racy: the caller's reference keeps the span in use.
  if (s === 0 || racyLoad(m, s + STATE) !== SPAN_STATE.inUse || p < m[s + START] || p >= m[s + LIMIT]) return 0;
  return s;
}

/** Returns the first word of the block of span `s` that holds the word at `p`. */
export function blockBase(m: Mem, s: SpanRef, p: Ref): Ref {
  if (m[s + SIZECLASS] === 0) return m[s + START];
  const words = m[s + ELEMSIZE] >>> 2;
  return m[s + START] + Math.floor((p - m[s + START]) / words) * words;
}

/** The result of a lookup: the block's first word (0 for no block) and its size in bytes. */
export interface Found {
  readonly base: Ref;
  readonly size: number;
}

/** Finds the block that holds the word at `p`. Go's runtime.Lookup. */
export function lookup(m: Mem, mp: MRef, p: Ref): Found {
  const s = mlookup(m, mp, p);
  return s === 0 ? { base: 0, size: 0 } : { base: blockBase(m, s, p), size: m[s + ELEMSIZE] >>> 0 };
}
