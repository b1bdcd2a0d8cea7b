/**
 * MSpan: a run of pages, in use as one large object or as blocks of one class, or free.
 *
 * Law, of every swept span of a class: nalloc + |freelist| == nelems; |freebuf| of the nalloc
 * blocks are free as well, and only while a P caches the span.
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

/** `faulted`: freed under efence, never to be used again. */
export const SPAN_STATE = { dead: 0, inUse: 1, free: 2, stack: 3, faulted: 4 } as const;

const OWNER = ownedBy('span');
const HEAP = guardedBy('mheap.lock', { reads: 'free', note: 'constant while the span is in use' });
const SHAPE = guardedBy('mheap.lock', { reads: 'free', onStacks: false, note: 'constant while the span is in use' });

export const Span = struct('span', 32, {
  next: by(LIST_LOCK),
  prev: by(LIST_LOCK),
  /** Ref of the first word of its first page. */
  start: by(HEAP),
  npages: by(HEAP),
  /** First free block; each links to the next by its first word. */
  freelist: by(OWNER),
  /** Won by CAS from h-2 to h-1; stored h by the winner when all is done. */
  xsweepgen: atomic('any M'),
  /** Read racily by the sweepers, which look at sweepgen next. */
  state: by(guardedBy('mheap.lock', { reads: 'free', note: 'constant while the span is being swept, is cached, or has a live block' })),
  /** 0 for a large object. */
  sizeclass: by(HEAP),
  /** Bytes of a block. */
  elemsize: by(SHAPE),
  /** Blocks handed out, live or not yet swept; Go's `ref`. */
  nalloc: by(OWNER),
  /** Blocks in the span; 1 when large. */
  nelems: by(SHAPE),
  /** A P's MCache holds it. */
  incache: by(guardedBy('mcentral.lock', { reads: 'free', note: 'by the sweeper' })),
  /** Its memory may be dirty. */
  needzero: by(OWNER),
  /** Ref past the last usable word. */
  limit: by(protocol('the M that has just obtained the span; constant while the span is in use')),
  /** MTypes: how its blocks' types are kept, and where. */
  compression: by(OWNER),
  typedata: by(OWNER),
  /** Head of its specials, sorted by offset and kind. */
  specials: by(protocol('speciallock; while the span is being swept, the sweeper')),
  speciallock: lockField('span.speciallock'),
  /** Which list head it hangs on, 0 for none; only for checks. */
  list: by(LIST_LOCK),
  /** When it was freed, in ms of the machine's clock. */
  unusedsince: by(guardedBy('mheap.lock')),
  npreleased: by(guardedBy('mheap.lock')),
  /** Blocks freed explicitly while a P caches the span: linked, and counted in nalloc still. */
  freebuf: by(guardedBy('mcentral.lock')),
});

/** Record 0 is the empty span. */
inRegion(Span, 'spans', { label: 'span ', count: 'maxSpans', before: 1 });

const { start: START } = Span.at;
const SPANS = CONFIG + Config.at.spans;
const SPAN_MAP = CONFIG + Config.at.spanMap;
const ARENA = CONFIG + Config.at.arenaStart;

/** Span 0 stands for "no span cached": no blocks, an empty freelist. */
export function emptySpan(m: Mem): SpanRef {
  return m[SPANS];
}

/** allspans[index]: the `index`-th record ever made, from 0. */
export function spanAt(m: Mem, index: number): SpanRef {
  return m[SPANS] + (index + 1) * Span.words;
}

/** The slot of the span map for the page that holds `ref`, which lies in the arena. */
export function spanSlot(m: Mem, ref: Ref): Ref {
  return m[SPAN_MAP] + ((ref - m[ARENA]) >> PAGE_WORD_SHIFT);
}

/** The span whose pages hold `ref`, which lies in the used arena; 0 for none. */
export function spanOf(m: Mem, ref: Ref): SpanRef {
  return m[spanSlot(m, ref)];
}

/** Number of the span's first page in the arena. */
export function firstPage(m: Mem, s: SpanRef): number {
  return (m[s + START] - m[ARENA]) >> PAGE_WORD_SHIFT;
}
