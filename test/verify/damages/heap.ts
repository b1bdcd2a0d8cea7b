/** Damages to marks, the bitmap, spans, blocks, lists and caches. */
import { CONFIG, Config, TYPES } from '../../../src/memory/config.ts';
import { pAt } from '../../../src/machine/p.ts';
import { Span, spanSlot } from '../../../src/heap/span.ts';
import { spanListInsert, spanListRemove } from '../../../src/heap/span-list.ts';
import { MTYPES } from '../../../src/heap/type.ts';
import { FixAlloc } from '../../../src/malloc/fixalloc.ts';
import { MCache, mcacheOf } from '../../../src/malloc/mcache-record.ts';
import { MCentral, mcentralAt } from '../../../src/malloc/mcentral.ts';
import { ARENA_USED, SPANALLOC, freeList } from '../../../src/malloc/mheap.ts';
import { CHECKPOINT } from '../../../src/gc/doorbell.ts';
import type { Damage } from './damage.ts';
import { keptBlock, isSmall, findSpan, freeSpan, meetsOlder, blocks, freeBlocks, isFree, lowBits, isMarked, setMark, clearMark, release, isSingle, takeAway, markBit, inUse } from './memory.ts';

const { marked: MARKED, swept: SWEPT } = CHECKPOINT;
const PAGE_WORDS = 2048;
const { start: START, npages: NPAGES, freelist: FREELIST, sizeclass: SIZECLASS, elemsize: ELEMSIZE } = Span.at;
const { incache: INCACHE, needzero: NEEDZERO } = Span.at;
const C = CONFIG;

export const HEAP_DAMAGES: readonly Damage[] = [
  { code: 'FAULTED_WRITTEN', what: 'a write changes faulted memory', point: SWEPT, apply: (m) => void (m[m[takeAway(m) + START] + 7] = 0) },
  { code: 'LOST_OBJECT', what: 'a mark is cleared', point: MARKED, apply: (m) => clearMark(m, keptBlock) },
  {
    code: 'LEAKED_MARK', what: 'garbage is marked', point: MARKED,
    apply(m) {
      const s = findSpan(m, (x) => isSmall(m, x) && blocks(m, x).some((p) => !isMarked(m, p) && !isFree(m, x, p)));
      setMark(m, blocks(m, s).find((p) => !isMarked(m, p) && !isFree(m, s, p))!);
    },
  },
  {
    code: 'LEAKED_MARK', what: 'a mark is set inside a block', point: MARKED,
    apply: (m) => setMark(m, blocks(m, findSpan(m, (s) => isSmall(m, s) && m[s + ELEMSIZE] > 8))[0] + 2),
  },
  {
    code: 'FREED_LIVE_OBJECT', what: 'a reached block is freed', point: SWEPT, history: true,
    apply: (m) => release(m, m[spanSlot(m, keptBlock)], keptBlock),
  },
  {
    code: 'BITMAP_ALLOCATED', what: 'an allocated bit is cleared', point: SWEPT,
    apply(m) {
      const { word, shift } = lowBits(m, m[findSpan(m, (s) => isSmall(m, s) && m[s + FREELIST] !== 0) + FREELIST]);
      m[word] &= ~(1 << shift);
    },
  },
  {
    code: 'BITMAP_ALLOCATED', what: 'an allocated bit is set inside a free span', point: SWEPT,
    apply(m) {
      const { word, shift } = lowBits(m, m[freeSpan(m) + START] + 64);
      m[word] |= 1 << shift;
    },
  },
  {
    code: 'BITMAP_SCAN', what: 'a free block has a scan bit', point: SWEPT,
    apply(m) {
      const { word, shift } = lowBits(m, m[findSpan(m, (s) => isSmall(m, s) && m[s + FREELIST] !== 0) + FREELIST]);
      m[word] |= 1 << (shift + 16);
    },
  },
  { code: 'LEAKED_MARK', what: 'a mark word has a stray bit', point: MARKED, apply: (m) => (m[markBit(keptBlock, m).word] |= 0x10) },
  { code: 'MARK_LEFT', what: 'a mark is left', point: SWEPT, apply: (m) => setMark(m, keptBlock) },
  {
    // damage-types.test.ts tests the other cases of this invariant.
    code: 'SPAN_TYPES', what: 'a span of blocks keeps one type for all', point: SWEPT,
    apply(m) {
      m[CONFIG + Config.at.types] = TYPES.mtypes;
      m[findSpan(m, (s) => isSmall(m, s)) + Span.at.compression] = MTYPES.single;
    },
  },
  {
    code: 'SPAN_RECORD', what: 'an unused record is lost', point: SWEPT,
    apply: (m) => (m[SPANALLOC + FixAlloc.at.list] = m[m[SPANALLOC + FixAlloc.at.list]]),
  },
  { code: 'SPAN_FIELDS', what: 'a block size is wrong', point: SWEPT, apply: (m) => (m[findSpan(m, (s) => isSmall(m, s)) + ELEMSIZE] += 8) },
  { code: 'SPAN_FIELDS', what: 'the limit of a large object lies past its pages', point: SWEPT, apply: (m) => (m[findSpan(m, (s) => inUse(m, s) && m[s + SIZECLASS] === 0) + Span.at.limit] += PAGE_WORDS) },
  { code: 'SPAN_FIELDS', what: 'the limit of a large object leaves a page unused', point: SWEPT, apply: (m) => (m[findSpan(m, (s) => inUse(m, s) && m[s + SIZECLASS] === 0) + Span.at.limit] -= PAGE_WORDS) },
  { code: 'SPAN_FIELDS', what: 'a limit is wrong', point: SWEPT, apply: (m) => (m[findSpan(m, (s) => isSmall(m, s)) + Span.at.limit] += 2) },
  {
    code: 'SPAN_TILING', what: 'a page of the used arena is in no span', point: SWEPT, with: ['SYS_BYTES'],
    apply: (m) => (m[ARENA_USED] += PAGE_WORDS),
  },
  {
    code: 'SPAN_TILING', what: 'two spans overlap', point: SWEPT,
    with: ['HEAP_BYTES', 'SPAN_ON_WRONG_LIST', 'SPAN_MAP', 'FREE_SPAN_DIRTY'],
    apply: (m) => (m[freeSpan(m, (s) => meetsOlder(m, s)) + NPAGES] += 1),
  },
  { code: 'SPAN_MAP', what: 'a page names no span', point: SWEPT, apply: (m) => (m[spanSlot(m, keptBlock)] = 0) },
  { code: 'SPAN_UNSWEPT', what: 'a span was not swept', point: SWEPT, apply: (m) => (m[m[spanSlot(m, keptBlock)] + Span.at.xsweepgen] -= 2) },
  {
    code: 'EMPTY_SPAN_KEPT', what: 'the last block of a span is freed, the span is not', point: SWEPT,
    apply(m) {
      const s = findSpan(m, (x) => isSingle(m, x));
      release(m, s, blocks(m, s).find((p) => !isFree(m, s, p))!);
    },
  },
  {
    code: 'FREE_SPANS_ADJACENT', what: 'a free span is cut in two', point: SWEPT,
    apply(m) {
      const s = freeSpan(m, (x) => m[x + NPAGES] > 1);
      const t = m[SPANALLOC + FixAlloc.at.list];
      m[SPANALLOC + FixAlloc.at.list] = m[t];
      m.copyWithin(t, s, s + Span.words);
      m[t + Span.at.list] = 0;
      spanListRemove(m, s);
      m[s + NPAGES] -= 1;
      m[t + START] = m[s + START] + m[s + NPAGES] * PAGE_WORDS;
      m[t + NPAGES] = 1;
      m[spanSlot(m, m[t + START]) - 1] = s;
      m[spanSlot(m, m[t + START])] = t;
      spanListInsert(m, freeList(m[s + NPAGES]), s);
      spanListInsert(m, freeList(1), t);
    },
  },
  {
    code: 'FREE_SPAN_DIRTY', what: 'a dirty free span loses needzero', point: SWEPT,
    apply: (m) => (m[freeSpan(m, (s) => m.subarray(m[s + START], m[s + START] + PAGE_WORDS).some((word) => word !== 0)) + NEEDZERO] = 0),
  },
  {
    code: 'FREELIST_CORRUPT', what: 'a freelist points into a block', point: SWEPT,
    apply: (m) => (m[findSpan(m, (s) => isSmall(m, s) && m[s + FREELIST] !== 0 && m[s + ELEMSIZE] > 8) + FREELIST] += 2),
  },
  {
    code: 'FREELIST_CYCLE', what: 'a freelist is a circle', point: SWEPT,
    apply(m) {
      const list = freeBlocks(m, findSpan(m, (s) => isSmall(m, s) && freeBlocks(m, s).length > 2));
      m[list[list.length - 1]] = list[1];
    },
  },
  {
    code: 'FREEBUF', what: 'a block of an uncached span is set aside', point: SWEPT, with: ['HEAP_ALLOC'],
    apply(m) {
      const s = findSpan(m, (x) => isSingle(m, x));
      const p = blocks(m, s).find((block) => !isFree(m, s, block))!;
      m[p] = 0;
      m[s + Span.at.freebuf] = p;
    },
  },
  {
    code: 'FREELIST_COUNT', what: 'a free block is lost', point: SWEPT,
    apply(m) {
      const s = findSpan(m, (x) => isSmall(m, x) && freeBlocks(m, x).length > 2);
      m[s + FREELIST] = m[m[s + FREELIST]];
    },
  },
  {
    code: 'FREE_BLOCK_DIRTY', what: 'a free block with a zero second word is dirty', point: SWEPT,
    apply(m) {
      const s = findSpan(m, (x) => isSmall(m, x) && m[x + FREELIST] !== 0 && m[x + ELEMSIZE] > 16);
      const p = m[s + FREELIST];
      m.fill(0, p + 2, p + (m[s + ELEMSIZE] >> 2));
      m[p + (m[s + ELEMSIZE] >> 2) - 1] = 1;
    },
  },
  {
    code: 'FREE_BLOCK_DIRTY', what: 'a free block of two words is dirty', point: SWEPT,
    apply: (m) => (m[m[findSpan(m, (x) => isSmall(m, x) && m[x + FREELIST] !== 0 && m[x + ELEMSIZE] === 16) + FREELIST] + 2] = 1),
  },
  { code: 'LIST_CORRUPT', what: 'a span points back at another', point: SWEPT, apply: (m) => (m[freeSpan(m) + Span.at.prev] += Span.words) },
  { code: 'LIST_CORRUPT', what: 'a span names another list', point: SWEPT, apply: (m) => (m[freeSpan(m) + Span.at.list] += 2) },
  {
    code: 'SPAN_ON_WRONG_LIST', what: 'a span with free blocks is on the empty list', point: SWEPT,
    apply(m) {
      const s = findSpan(m, (x) => isSmall(m, x) && m[x + INCACHE] === 0 && m[x + FREELIST] !== 0);
      spanListRemove(m, s);
      spanListInsert(m, mcentralAt(m[s + SIZECLASS]) + MCentral.at.empty, s);
    },
  },
  { code: 'SPAN_ON_WRONG_LIST', what: 'a free span is on no list', point: SWEPT, apply: (m) => spanListRemove(m, freeSpan(m)) },
  {
    code: 'CACHE_SLOT', what: 'an MCache holds a free span', point: SWEPT,
    apply: (m) => (m[mcacheOf(pAt(m, 1)) + MCache.at.alloc + 5] = freeSpan(m)),
  },
  {
    code: 'SPAN_INCACHE', what: 'an MCache forgets a span', point: SWEPT,
    apply(m) {
      const s = findSpan(m, (x) => isSmall(m, x) && m[x + INCACHE] !== 0);
      m[mcacheOf(pAt(m, 0)) + MCache.at.alloc + m[s + SIZECLASS]] = m[C + Config.at.spans];
    },
  },
  { code: 'CACHE_NOT_FLUSHED', what: 'an MCache keeps its tiny block', point: MARKED, apply: (m) => (m[mcacheOf(pAt(m, 1)) + MCache.at.tiny] = keptBlock * 4) },
  {
    code: 'TINY_BLOCK', what: 'the rest of a tiny block reaches past it', point: SWEPT,
    apply(m) {
      const s = findSpan(m, (x) => isSmall(m, x) && m[x + ELEMSIZE] === 16);
      m[mcacheOf(pAt(m, 1)) + MCache.at.tiny] = blocks(m, s).find((p) => !isFree(m, s, p))! * 4 + 10;
      m[mcacheOf(pAt(m, 1)) + MCache.at.tinysize] = 7;
    },
  },
];
