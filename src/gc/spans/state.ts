/**
 * What span-based marking (`--policy spans`) keeps beside the bitmap.
 *
 *   - Each page has a word: the size of the blocks of its span, and two bits that say whether the
 *     span is queued. The word is 0 if the span's blocks are marked one by one: a large object, a
 *     span of several pages, blocks of more than 512 bytes, and spans made since the mark began.
 *   - Each mark has a scan bit in its word, four bits higher, where the other mark loops leave the
 *     word 0 (heap/bitmap.ts). It says that the block is scanned, or about to be by the M that has set
 *     the bit. The marks without it are the blocks to scan. The sweep clears it with the marks.
 *   - Each M has a queue of spans.
 *
 * Source: mgcmark_greenteagc.go of Go 1.25. Go keeps marks and scan bits at the span's end.
 */
import { protocol, stoppedWorld } from '../../memory/guardian.ts';
import { inRegion } from '../../memory/regions.ts';
import { by, padding, struct, type Mem } from '../../memory/struct.ts';
import { CONFIG, Config } from '../../memory/config.ts';
import { PAGE_WORD_SHIFT, type Ref } from '../../memory/address.ts';
import { M, type MRef } from '../../machine/m.ts';
import { SPAN_STATE, Span, firstPage, spanAt } from '../../heap/span.ts';
import { ARENA_USED, nspan } from '../../malloc/mheap.ts';

const MARKERS = protocol('marking Ms, by Atomics if there are several');

/** Bits of a page's word, below the words of a block. `one`: one block was marked since the span was taken; `many`: perhaps several. */
export const QUEUED = { one: 1, many: 2 } as const;
export const QUEUED_MASK = QUEUED.one | QUEUED.many;
/** Shift of the words of a block in a page's word. */
export const BLOCK_SHIFT = 2;

/** Blocks of a larger size are marked one by one, as in Go: few of them share a page. */
const MOST_BYTES = 512;

export const PageState = struct('pagestate', 1, {
  /** Words of a block of the page's span, and bits of QUEUED; 0: its blocks are marked one by one. */
  state: by(MARKERS),
});
inRegion(PageState, 'pageStates', { label: 'page ', count: 'maxSpans' });

/** Places from a mark to its scan bit. */
export const SCANNED_SHIFT = 4;
/** The marks of a mark word, without the scan bits. */
export const MARKS = 0x0f0f0f0f;

/** Spans that a queue holds at most; a power of two. */
const QUEUE_CAP = 256;

/** The queue of one M: it adds spans at the tail; it and thieves take them at the head. Both count up and wrap. */
export const SpanQueue = struct('spanqueue', 32 + QUEUE_CAP, {
  head: by(protocol('the M and thieves by CAS; plainly if one M marks')),
  pad0: padding(15),
  tail: by(protocol('the M alone writes it, by Atomics if several mark; thieves load it by Atomics')),
  /** Its capacity, a power of two, less 1. */
  mask: by(stoppedWorld('the collecting M, before a mark')),
  pad1: padding(14),
  /** A block of each span in the queue: the one whose mark has put it there. */
  ring: by(protocol('the M writes, before it moves the tail; thieves read racily, before they move the head'), QUEUE_CAP),
});
inRegion(SpanQueue, 'spanQueues', { label: 'span queue ', count: 'nprocs' });

const ARENA = CONFIG + Config.at.arenaStart;
const NPROCS = CONFIG + Config.at.nprocs;
const WORKBUF_CAP = CONFIG + Config.at.workbufCap;
const PAGE_STATES = CONFIG + Config.at.pageStates;
const SPAN_QUEUES = CONFIG + Config.at.spanQueues;
const { id: ID } = M.at;
const { state: STATE, npages: NPAGES, sizeclass: SIZECLASS, elemsize: ELEMSIZE } = Span.at;
const { head: HEAD, tail: TAIL, mask: MASK } = SpanQueue.at;

/** Returns the queue of M number `index`. */
export function queueAt(m: Mem, index: number): Ref {
  return m[SPAN_QUEUES] + index * SpanQueue.words;
}

/** Returns the queue of `mp`. */
export function queueOf(m: Mem, mp: MRef): Ref {
  return m[SPAN_QUEUES] + m[mp + ID] * SpanQueue.words;
}

/**
 * Notes which spans are marked as a whole. No block is marked yet, so there is no scan bit. The world is stopped.
 * @param goesOn a mark that the program ran beside is completed: blocks are marked that have no scan bits, so every block
 *   is marked by itself
 */
export function prepareSpans(m: Mem, goesOn: boolean): void {
  const pages = (m[ARENA_USED] - m[ARENA]) >> PAGE_WORD_SHIFT;
  m.fill(0, m[PAGE_STATES], m[PAGE_STATES] + pages);
  const n = goesOn ? 0 : nspan(m);
  for (let i = 0; i < n; i++) {
    const s = spanAt(m, i);
    if (m[s + STATE] !== SPAN_STATE.inUse || m[s + NPAGES] !== 1 || m[s + SIZECLASS] === 0 || m[s + ELEMSIZE] > MOST_BYTES) continue;
    m[m[PAGE_STATES] + firstPage(m, s)] = (m[s + ELEMSIZE] >>> 2) << BLOCK_SHIFT;
  }
  emptyQueues(m);
}

/** Empties all queues. The world is stopped. */
function emptyQueues(m: Mem): void {
  // Half of a full queue must fit into a workbuf.
  let capacity = QUEUE_CAP;
  while (capacity > 2 && capacity > m[WORKBUF_CAP]) capacity >>= 1;
  for (let i = 0; i < m[NPROCS]; i++) {
    const q = queueAt(m, i);
    m[q + HEAD] = 0;
    m[q + TAIL] = 0;
    m[q + MASK] = capacity - 1;
  }
}
