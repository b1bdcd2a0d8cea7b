/**
 * MSpan: a run of pages, free, or in use as one large object, as blocks of one size class, or
 * as stacks.
 *
 * Invariant, for every swept span of a class: nalloc + |freelist| == nelems. The blocks on
 * freebuf are free too, but counted in nalloc; only a cached span has any.
 *
 * sweepgen, with h for mheap.sweepgen, which grows by 2 at each collection:
 *
 *     h-2   the span needs sweeping
 *     h-1   the span is being swept
 *     h     the span is swept and ready to use
 */
import { LIST_LOCK, guardedBy, ownedBy, protocol } from '../memory/guardian.ts';
import { inRegion } from '../memory/regions.ts';
import { atomic, by, lockField, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PAGE_WORD_SHIFT, type Ref } from '../memory/address.ts';

export type SpanRef = Ref;

/** States of a span. `faulted`: freed under efence, never used again. `dead`: the record is free. */
export const SPAN_STATE = { dead: 0, inUse: 1, free: 2, stack: 3, faulted: 4 } as const;

const OWNER = ownedBy('span');
const HEAP = guardedBy('mheap.lock', { reads: 'free', note: 'constant while the span is in use' });
const SHAPE = guardedBy('mheap.lock', { reads: 'free', onStacks: false, note: 'constant while the span is in use' });

export const Span = struct('span', 32, {
  next: by(LIST_LOCK),
  prev: by(LIST_LOCK),
  /** Ref of the first word of the first page. */
  start: by(HEAP),
  /** Length in pages. */
  npages: by(HEAP),
  /** First free block; the first word of each free block links to the next. */
  freelist: by(OWNER),
  /** Claimed for sweeping by CAS from h-2 to h-1; set to h by the sweeper when the span is swept. */
  xsweepgen: atomic('any M'),
  /** Read racily by the sweepers, which look at sweepgen next. */
  state: by(guardedBy('mheap.lock', { reads: 'free', note: 'constant while the span is being swept, is cached, or has a live block' })),
  /** Size class; 0 for a large object. */
  sizeclass: by(HEAP),
  /** Bytes of a block, unsigned. */
  elemsize: by(SHAPE),
  /** Allocated blocks, live or not yet swept; Go's `ref`. */
  nalloc: by(OWNER),
  /** Blocks in the span; 1 when large. */
  nelems: by(SHAPE),
  /** 1 if an MCache holds the span. */
  incache: by(guardedBy('mcentral.lock', { reads: 'free', note: 'by the sweeper' })),
  /** 1 if its memory may be dirty. */
  needzero: by(OWNER),
  /** Ref past the last usable word. */
  limit: by(protocol('the M that has just obtained the span; constant while the span is in use')),
  /** Form of its record of types, one of MTYPES. */
  compression: by(OWNER),
  /** Ref of that record, or the type itself of a large object. */
  typedata: by(OWNER),
  /** First special, sorted by offset, then kind. */
  specials: by(protocol('speciallock; while the span is being swept, the sweeper')),
  speciallock: lockField('span.speciallock'),
  /** Ref of the list that the span is on, 0 for none; for checks. */
  list: by(LIST_LOCK),
  /** Time at which the span was freed, in ms of the machine's clock. */
  unusedsince: by(guardedBy('mheap.lock')),
  /** Pages of a free span that were released to the operating system. */
  npreleased: by(guardedBy('mheap.lock')),
  /** Blocks freed explicitly by other Ps while an MCache holds the span: linked, and still counted in nalloc. */
  freebuf: by(guardedBy('mcentral.lock')),
});

/** Record 0 is the empty span. */
inRegion(Span, 'spans', { label: 'span ', count: 'maxSpans', before: 1 });

const { start: START } = Span.at;
const SPANS = CONFIG + Config.at.spans;
const SPAN_MAP = CONFIG + Config.at.spanMap;
const ARENA = CONFIG + Config.at.arenaStart;

/** Returns span 0, which an MCache holds in place of no span: no blocks, an empty freelist. */
export function emptySpan(m: Mem): SpanRef {
  return m[SPANS];
}

/** Returns the `index`-th span record ever made, from 0; Go's allspans[index]. */
export function spanAt(m: Mem, index: number): SpanRef {
  return m[SPANS] + (index + 1) * Span.words;
}

/** Returns the ref of the span map's entry for the page of `ref`, which is in the arena. */
export function spanSlot(m: Mem, ref: Ref): Ref {
  return m[SPAN_MAP] + ((ref - m[ARENA]) >> PAGE_WORD_SHIFT);
}

/** Returns the span whose pages contain `ref`, which is in the used arena; 0 for none. */
export function spanOf(m: Mem, ref: Ref): SpanRef {
  return m[spanSlot(m, ref)];
}

/** Returns the number, in the arena, of the span's first page. */
export function firstPage(m: Mem, s: SpanRef): number {
  return (m[s + START] - m[ARENA]) >> PAGE_WORD_SHIFT;
}
