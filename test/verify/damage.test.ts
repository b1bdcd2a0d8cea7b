/** Each law is broken in one place of a memory that held it; the oracle says which, and nothing else. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { CONFIG, Config, TYPES } from '../../src/memory/config.ts';
import { storePointer } from '../../src/memory/address.ts';
import { addWide } from '../../src/memory/wide.ts';
import type { Mem } from '../../src/memory/struct.ts';
import { G, G_STATUS, sudogAt } from '../../src/machine/g.ts';
import { M, mAt } from '../../src/machine/m.ts';
import { P, P_STATUS, pAt } from '../../src/machine/p.ts';
import { SCHED, Sched } from '../../src/machine/sched.ts';
import { SudoG } from '../../src/machine/sudog.ts';
import { LFStack } from '../../src/sync/lfstack.ts';
import { MARKFOR, ParFor, ParForThread } from '../../src/sync/parfor.ts';
import { HCHAN_WORDS, Hchan } from '../../src/heap/hchan.ts';
import { SPAN_STATE, Span, spanAt, spanSlot } from '../../src/heap/span.ts';
import { spanListInsert, spanListRemove } from '../../src/heap/span-list.ts';
import { MTYPES } from '../../src/heap/type.ts';
import { Special } from '../../src/heap/special.ts';
import { FAULT_PATTERN } from '../../src/malloc/sys.ts';
import { FIN, Fin, FinBlock, finalizerAt } from '../../src/malloc/finq.ts';
import { FixAlloc } from '../../src/malloc/fixalloc.ts';
import { MCache, mcacheOf } from '../../src/malloc/mcache-record.ts';
import { MCentral, mcentralAt } from '../../src/malloc/mcentral.ts';
import { ARENA_USED, MHEAP_LOCK, SPANALLOC, freeList, nspan } from '../../src/malloc/mheap.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { SYS, Sys } from '../../src/malloc/sys.ts';
import { SWEEP, Sweep } from '../../src/malloc/sweep.ts';
import { CHECKPOINT } from '../../src/gc/doorbell.ts';
import { ScanBuf, scanbufOf } from '../../src/gc/scanbuf.ts';
import { EMPTY, FULL, WORK, Work } from '../../src/gc/work.ts';
import { setGlobal, storeWord } from '../../src/runtime/mutator.ts';
import { INVARIANTS, type ProblemCode, type VerifyReport } from '../../src/verify/problems.ts';
import { Verifier } from '../../src/verify/verifier.ts';
import { PROFILE_DAMAGES } from '../support/profile-damages.ts';
import { Enough, runCollect, runRandom } from '../support/verify-machine.ts';

vi.mock('../../src/gc/doorbell.ts', async (original) => (await import('../support/verify-hook.ts')).answered(await original()));

const { marked: MARKED, swept: SWEPT } = CHECKPOINT;
const PAGE_WORDS = 2048;
const { start: START, npages: NPAGES, freelist: FREELIST, state: STATE, sizeclass: SIZECLASS, elemsize: ELEMSIZE } = Span.at;
const { nalloc: NALLOC, nelems: NELEMS, incache: INCACHE, needzero: NEEDZERO, specials: SPECIALS } = Span.at;

/** The same memory at the end of a mark, and after the sweep that followed. */
let atMark: Mem;
let atSweep: Mem;
/** Blocks in use that the mark reached, and that were still in use after the sweep. */
let keptBlock: number;

beforeAll(() => {
  for (let seed = 1; atSweep === undefined; seed++) {
    let before: Mem | undefined;
    runRandom({
      shape: { procs: 2 },
      seed,
      steps: 400,
      at(m, point) {
        if (point === MARKED) before = m.slice();
        else if (before !== undefined && isRich(before, m)) {
          atMark = before;
          atSweep = m.slice();
          throw new Enough();
        }
      },
    });
  }
  keptBlock = findKept();
});

/** Does it hold all that the damages below need? */
function isRich(before: Mem, m: Mem): boolean {
  const all = spans(m);
  const hasPair = all.some((s) => inUse(m, s) && m[s + SPECIALS] !== 0 && m[m[s + SPECIALS]] !== 0);
  const isCached = all.some((s) => inUse(m, s) && m[s + INCACHE] !== 0);
  const hasSingle = all.some((s) => isSingle(m, s));
  const hasParked = gs(m).some((gp) => isParked(m, gp));
  const hasUnused = m[SPANALLOC + FixAlloc.at.list] !== 0;
  const canOverlap = all.some((s) => m[s + STATE] === SPAN_STATE.free && meetsOlder(m, s));
  const isSplittable = all.some((s) => m[s + STATE] === SPAN_STATE.free && m[s + NPAGES] > 1);
  const hasWaiting = gs(m).some((gp) => m[gp + G.at.nwaits] > 1);
  const isQueued = m[FIN + Fin.at.finq] !== 0;
  const hasGarbage = spans(before).some((s) => isSmall(before, s) && blocks(before, s).some((p) => !isMarked(before, p) && !isFree(before, s, p)));
  // Only where nothing was freed explicitly can the oracle name the block that is gone.
  const isExact = m[mcacheOf(pAt(m, 0)) + MCache.at.nfreed] === before[mcacheOf(pAt(before, 0)) + MCache.at.nfreed];
  return isExact && hasPair && isCached && hasSingle && hasParked && hasUnused && canOverlap && isSplittable && hasWaiting && isQueued && hasGarbage;
}

// What the damages are found with.

function spans(m: Mem): number[] {
  return Array.from({ length: nspan(m) }, (_, i) => spanAt(m, i));
}

function inUse(m: Mem, s: number): boolean {
  return m[s + STATE] === SPAN_STATE.inUse;
}

function isSmall(m: Mem, s: number): boolean {
  return inUse(m, s) && m[s + SIZECLASS] !== 0;
}

function findSpan(m: Mem, is: (s: number) => boolean): number {
  const found = spans(m).find((s) => is(s));
  if (found === undefined) throw new Error('the memory has no such span');
  return found;
}

function freeSpan(m: Mem, is: (s: number) => boolean = () => true): number {
  return findSpan(m, (s) => m[s + STATE] === SPAN_STATE.free && is(s));
}

/** Is the span behind `s` of an older record? */
function meetsOlder(m: Mem, s: number): boolean {
  const end = m[s + START] + m[s + NPAGES] * PAGE_WORDS;
  return end < m[ARENA_USED] && m[spanSlot(m, end)] < s;
}

function blocks(m: Mem, s: number): number[] {
  return Array.from({ length: m[s + NELEMS] }, (_, i) => m[s + START] + i * (m[s + ELEMSIZE] >> 2));
}

function freeBlocks(m: Mem, s: number): number[] {
  const list: number[] = [];
  for (let p = m[s + FREELIST]; p !== 0; p = m[p]) list.push(p);
  return list;
}

function isFree(m: Mem, s: number, p: number): boolean {
  return freeBlocks(m, s).includes(p);
}

function lowBits(m: Mem, p: number): { word: number; shift: number } {
  const off = p - m[CONFIG + Config.at.arenaStart];
  return { word: m[CONFIG + Config.at.arenaStart] - ((off >> 5) << 1) - 2, shift: (off >> 1) & 15 };
}

function markBit(p: number, m: Mem): { word: number; bit: number } {
  const { word, shift } = lowBits(m, p);
  return { word: word + 1, bit: 1 << (shift + (shift & 12)) };
}

function isMarked(m: Mem, p: number): boolean {
  const { word, bit } = markBit(p, m);
  return (m[word] & bit) !== 0;
}

function setMark(m: Mem, p: number): void {
  const { word, bit } = markBit(p, m);
  m[word] |= bit;
}

function clearMark(m: Mem, p: number): void {
  const { word, bit } = markBit(p, m);
  m[word] &= ~bit;
}

/** A block that a global pointed at when marking ended, still in use, in a span with other free blocks. */
function findKept(): number {
  const bss = atMark[CONFIG + Config.at.bss];
  for (let i = bss; i < atMark[CONFIG + Config.at.cycleLog]; i += 2) {
    const p = atMark[i] >>> 2;
    if (p < atMark[CONFIG + Config.at.arenaStart]) continue;
    const s = atMark[spanSlot(atMark, p)];
    if (!isSmall(atMark, s) || !blocks(atMark, s).includes(p)) continue;
    if (isSmall(atSweep, s) && atSweep[s + NALLOC] > 1 && freeBlocks(atSweep, s).length > 0) return p;
  }
  throw new Error('no global holds such a block');
}

/** Frees a block with all that goes with it, as if it had been swept. */
function release(m: Mem, s: number, p: number): void {
  const { word, shift } = lowBits(m, p);
  m[word] &= ~(1 << (shift + 16));
  m[p] = m[s + FREELIST];
  m[p + 2] = -1;
  m[p + 3] = m[s + ELEMSIZE] === 16 ? 0 : -1;
  if (m[s + ELEMSIZE] === 16) m[p + 2] = 0;
  m[s + FREELIST] = p;
  m[s + NALLOC]--;
  m[MSTATS + MStats.at.heapAllocQ] -= m[s + ELEMSIZE] >> 3;
  if (m[s + INCACHE] === 0) m[mcentralAt(m[s + SIZECLASS]) + MCentral.at.nfree]++;
}

function withSpecials(m: Mem, atLeast: number): number {
  return findSpan(m, (s) => inUse(m, s) && m[s + SPECIALS] !== 0 && (atLeast < 2 || m[m[s + SPECIALS]] !== 0));
}

function gs(m: Mem): number[] {
  return Array.from({ length: m[SCHED + Sched.at.allglen] }, (_, i) => m[CONFIG + Config.at.gs] + i * G.words);
}

/** Not on channels. */
function isParked(m: Mem, gp: number): boolean {
  return m[gp + G.at.xstatus] === G_STATUS.waiting && m[gp + G.at.m] === 0 && m[gp + G.at.nwaits] === 0;
}

/** A goroutine that sleeps and that no M runs. */
function parkedG(m: Mem): number {
  return gs(m).find((gp) => isParked(m, gp))!;
}

/** A span with one block handed out, without specials, that no P caches and no finalizer waits for. */
function isSingle(m: Mem, s: number): boolean {
  return isSmall(m, s) && m[s + NALLOC] === 1 && m[s + INCACHE] === 0 && m[s + FREELIST] !== 0 && m[s + SPECIALS] === 0 && !isAwaited(m, s);
}

/** Does a finalizer wait to run for a block of it? */
function isAwaited(m: Mem, s: number): boolean {
  for (let block = m[FIN + Fin.at.allfin]; block !== 0; block = m[block + FinBlock.at.alllink]) {
    for (let i = 0; i < m[block + FinBlock.at.cnt]; i++) {
      const p = m[finalizerAt(block, i)] >>> 2;
      if (p >= m[s + START] && p < m[s + START] + m[s + NPAGES] * PAGE_WORDS) return true;
    }
  }
  return false;
}

/** The goroutine that waits in a select, to receive on an empty channel or to send on a full one. */
function selectingG(m: Mem): number {
  return gs(m).find((gp) => m[gp + G.at.nwaits] > 1)!;
}

/** One of its SudoGs. */
function sudogOf(m: Mem, sends: boolean): number {
  const gp = selectingG(m);
  const isIt = (sg: number) => (m[sg + SudoG.at.queue] === m[sg + SudoG.at.chan] + Hchan.at.sendq) === sends;
  return [sudogAt(gp, 0), sudogAt(gp, 1)].find((sg) => isIt(sg))!;
}

function chanOf(m: Mem, sends: boolean): number {
  return m[sudogOf(m, sends) + SudoG.at.chan];
}

function firstQueued(m: Mem): number {
  const block = m[FIN + Fin.at.finq];
  return finalizerAt(block, 0);
}

/** As if two Ms had marked. */
function pretendTwoMarked(m: Mem): void {
  m[WORK + Work.at.nproc] = 2;
  m[WORK + Work.at.xnwait] = 2;
  m[WORK + Work.at.xndone] = 1;
  for (let tid = 0; tid < 2; tid++) m[MARKFOR + ParFor.words + tid * ParForThread.words] = 9 | (8 << 16);
}

/** A free span, as if efence had taken it away; returns it. */
function takeAway(m: Mem): number {
  const s = freeSpan(m);
  spanListRemove(m, s);
  m[s + STATE] = SPAN_STATE.faulted;
  const bytes = m[s + NPAGES] * PAGE_WORDS * 4;
  addWide(m, MSTATS + MStats.at.heapIdle, -bytes);
  addWide(m, MSTATS + MStats.at.heapInuse, bytes);
  addWide(m, SYS + Sys.at.faulted, bytes);
  for (let n = 0; n < m[s + NPAGES]; n++) m[spanSlot(m, m[s + START]) + n] = s;
  m.fill(FAULT_PATTERN, m[s + START], m[s + START] + m[s + NPAGES] * PAGE_WORDS);
  return s;
}

interface Damage {
  readonly code: ProblemCode;
  readonly what: string;
  readonly point: number;
  readonly apply: (m: Mem) => void;
  /** Laws that this damage cannot but break as well. */
  readonly with?: readonly ProblemCode[];
  /** The check before, at the end of the mark, must have been made. */
  readonly history?: boolean;
}

const C = CONFIG;

const DAMAGES: readonly Damage[] = [
  { code: 'FAULTED_WRITTEN', what: 'memory that was taken away is written to', point: SWEPT, apply: (m) => void (m[m[takeAway(m) + START] + 7] = 0) },
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
    code: 'BITMAP_SCAN', what: 'a free block is to be scanned', point: SWEPT,
    apply(m) {
      const { word, shift } = lowBits(m, m[findSpan(m, (s) => isSmall(m, s) && m[s + FREELIST] !== 0) + FREELIST]);
      m[word] |= 1 << (shift + 16);
    },
  },
  { code: 'MARK_LEFT', what: 'a mark is left', point: SWEPT, apply: (m) => setMark(m, keptBlock) },
  {
    // The rest of this law is tested in damage-types.test.ts.
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
    code: 'FREE_SPAN_DIRTY', what: 'a free span forgets that it needs zeroing', point: SWEPT,
    apply: (m) => (m[freeSpan(m, (s) => m.subarray(m[s + START], m[s + START] + PAGE_WORDS).some((word) => word !== 0)) + NEEDZERO] = 0),
  },
  {
    code: 'FREELIST_CORRUPT', what: 'a freelist leads into a block', point: SWEPT,
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
    code: 'FREE_BLOCK_DIRTY', what: 'a block that counts as clear is not', point: SWEPT,
    apply(m) {
      const s = findSpan(m, (x) => isSmall(m, x) && m[x + FREELIST] !== 0 && m[x + ELEMSIZE] > 16);
      const p = m[s + FREELIST];
      m.fill(0, p + 2, p + (m[s + ELEMSIZE] >> 2));
      m[p + (m[s + ELEMSIZE] >> 2) - 1] = 1;
    },
  },
  {
    code: 'FREE_BLOCK_DIRTY', what: 'a block of two words is not clear', point: SWEPT,
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
  { code: 'MCENTRAL_NFREE', what: 'an mcentral counts one too many', point: SWEPT, apply: (m) => m[mcentralAt(7) + MCentral.at.nfree]++ },
  {
    code: 'FAULTED_REACHED', what: 'a global points at memory that faults', point: MARKED, with: ['FREE_SPANS_ADJACENT'],
    apply(m) {
      const s = takeAway(m);
      storePointer(m, m[CONFIG + Config.at.data], m[s + START] + 8);
    },
  },
  { code: 'SYS_BYTES', what: 'more memory is unused than was released', point: SWEPT, apply: (m) => (m[SYS + Sys.at.unused] += 8192) },
  { code: 'SYS_BYTES', what: 'the system has given more than anything counts', point: SWEPT, apply: (m) => (m[SYS + Sys.at.mapped] += 64) },
  { code: 'HEAP_BYTES', what: 'idle bytes are wrong', point: SWEPT, apply: (m) => (m[MSTATS + MStats.at.heapIdle] += 8192) },
  { code: 'HEAP_ALLOC', what: 'heap_alloc is wrong', point: SWEPT, apply: (m) => m[MSTATS + MStats.at.heapAllocQ]++ },
  { code: 'NEXT_GC', what: 'next_gc is negative', point: SWEPT, apply: (m) => (m[MSTATS + MStats.at.xnextGcQ] = -1) },
  { code: 'NEXT_GC', what: 'next_gc did not come down', point: SWEPT, history: true, apply: (m) => (m[MSTATS + MStats.at.xnextGcQ] += 2000) },
  { code: 'NEXT_GC', what: 'sweepers took too much off what is live', point: SWEPT, history: true, apply: (m) => (m[MSTATS + MStats.at.xliveQ] -= 4) },
  { code: 'HEAP_MARKED', what: 'heapMarked is of another moment', point: SWEPT, history: true, apply: (m) => (m[MSTATS + MStats.at.heapMarkedQ] += 4) },
  { code: 'PAUSES', what: 'a pause counts twice', point: SWEPT, apply: (m) => (m[MSTATS + MStats.at.pauseTotalNs] += 1000) },
  { code: 'PAUSES', what: 'lastGc is of another cycle', point: SWEPT, apply: (m) => m[MSTATS + MStats.at.lastGc]++ },
  { code: 'MEMSTATS', what: 'objects were counted twice', point: SWEPT, apply: (m) => m[MSTATS + MStats.at.heapObjects]++ },
  { code: 'SWEEP_COUNT', what: 'a sweep freed one block more', point: SWEPT, history: true, apply: (m) => m[mcacheOf(pAt(m, 1)) + MCache.at.localNsmallfree + 4]++ },
  { code: 'COUNTER_NEGATIVE', what: 'tiny allocations are negative', point: SWEPT, apply: (m) => (m[mcacheOf(pAt(m, 1)) + MCache.at.localTinyallocs] = -1) },
  {
    code: 'SYS_BYTES', what: 'bytes of gcSys count as mspanSys', point: SWEPT,
    apply(m) {
      m[MSTATS + MStats.at.gcSys] -= 64;
      m[MSTATS + MStats.at.mspanSys] += 64;
    },
  },
  {
    code: 'PERSISTENT_BOUNDS', what: 'the persistent region is overrun', point: SWEPT,
    apply(m) {
      const past = m[C + Config.at.persistentEnd] + 16;
      m[MSTATS + MStats.at.otherSys] += (past - m[SYS + Sys.at.low]) * 4;
      m[SYS + Sys.at.mapped] += (past - m[SYS + Sys.at.low]) * 4;
      m[SYS + Sys.at.low] = past;
    },
  },
  {
    code: 'SPECIALS_ORDER', what: 'two specials are for the same byte', point: SWEPT,
    apply(m) {
      const x = m[withSpecials(m, 2) + SPECIALS];
      m[x + Special.at.offset] = m[m[x] + Special.at.offset];
    },
  },
  { code: 'SPECIAL_OFFSET', what: 'a special is of no known kind', point: SWEPT, apply: (m) => (m[m[withSpecials(m, 1) + SPECIALS] + Special.at.kind] = 7) },
  {
    code: 'SPECIAL_ON_FREE_BLOCK', what: 'a special is for a free block', point: SWEPT,
    apply(m) {
      const s = findSpan(m, (x) => isSmall(m, x) && m[x + SPECIALS] !== 0 && m[x + FREELIST] !== 0);
      let last = m[s + SPECIALS];
      while (m[last] !== 0) last = m[last];
      const free = Math.max(...freeBlocks(m, s));
      m[last + Special.at.offset] = Math.max((free - m[s + START]) * 4, m[last + Special.at.offset]);
      if (m[last + Special.at.offset] !== (free - m[s + START]) * 4) m[(m[s + SPECIALS] = last) + Special.at.offset] = (free - m[s + START]) * 4;
    },
  },
  { code: 'SPECIAL_ON_FREE_BLOCK', what: 'a free span has specials', point: SWEPT, apply: (m) => (m[freeSpan(m) + SPECIALS] = m[withSpecials(m, 1) + SPECIALS]) },
  {
    code: 'SPECIAL_COUNT', what: 'a special is lost', point: SWEPT,
    apply(m) {
      const s = withSpecials(m, 1);
      m[s + SPECIALS] = m[m[s + SPECIALS]];
    },
  },
  { code: 'FINALIZER_COUNT', what: 'a finalizer is lost', point: SWEPT, apply: (m) => m[FIN + Fin.at.queued]++ },
  {
    code: 'FINALIZER_OF_FREE_BLOCK', what: 'a finalizer is due for a free block', point: SWEPT,
    apply: (m) => (m[firstQueued(m)] = m[findSpan(m, (s) => isSmall(m, s) && m[s + FREELIST] !== 0) + FREELIST] << 2),
  },
  {
    code: 'FINALIZER_SLOT_DIRTY', what: 'an entry that ran is not clear', point: SWEPT,
    apply: (m) => (m[finalizerAt(m[FIN + Fin.at.finq], m[m[FIN + Fin.at.finq] + FinBlock.at.cnt])] = keptBlock << 2),
  },
  { code: 'FINBLOCK_LISTS', what: 'a queued block counts as free', point: SWEPT, apply: (m) => (m[FIN + Fin.at.finc] = m[FIN + Fin.at.finq]) },
  {
    code: 'FINALIZER_WAKEUP_LOST', what: 'nobody wakes the finalizer goroutine', point: SWEPT,
    apply(m) {
      m[FIN + Fin.at.fingwait] = 1;
      m[FIN + Fin.at.fingwake] = 0;
    },
  },
  {
    code: 'WORKBUF_LOST', what: 'a workbuf is on no stack', point: MARKED,
    apply(m) {
      const id = m[EMPTY + LFStack.at.xhead] & ((1 << m[C + Config.at.lfstackIdBits]) - 1);
      m[EMPTY + LFStack.at.xhead] = m[m[C + Config.at.workbufs] + (id - 1) * m[C + Config.at.workbufWords]];
    },
  },
  {
    code: 'WORKBUF_TWICE', what: 'a workbuf is linked to itself', point: MARKED, with: ['WORKBUF_LOST'],
    apply(m) {
      const id = m[EMPTY + LFStack.at.xhead] & ((1 << m[C + Config.at.lfstackIdBits]) - 1);
      m[m[C + Config.at.workbufs] + (id - 1) * m[C + Config.at.workbufWords]] = m[EMPTY + LFStack.at.xhead];
    },
  },
  {
    code: 'WORK_LEFT', what: 'work is left', point: MARKED,
    apply(m) {
      m[FULL + LFStack.at.xhead] = m[EMPTY + LFStack.at.xhead];
      m[EMPTY + LFStack.at.xhead] = 0;
    },
  },
  { code: 'SCANBUF_BUSY', what: 'an M still marks', point: MARKED, apply: (m) => (m[scanbufOf(mAt(m, 1)) + ScanBuf.at.busy] = 1) },
  { code: 'SCANBUF_BUSY', what: 'an M holds the front of a queue', point: MARKED, apply: (m) => (m[scanbufOf(mAt(m, 1)) + ScanBuf.at.front] = 16) },
  { code: 'SCANBUF_BUSY', what: 'an M kept an object to itself', point: MARKED, apply: (m) => (m[scanbufOf(mAt(m, 1)) + ScanBuf.at.nahead] = 1) },
  { code: 'SCANBUF_BUSY', what: 'an M kept a mark to itself', point: MARKED, apply: (m) => (m[scanbufOf(mAt(m, 1)) + ScanBuf.at.pendingWord] = 1) },
  {
    code: 'MARK_NOT_ENDED', what: 'one M does not wait', point: MARKED,
    apply(m) {
      pretendTwoMarked(m);
      m[WORK + Work.at.xnwait] = 1;
    },
  },
  {
    code: 'ROOT_LEFT', what: 'a root job was not taken', point: MARKED,
    apply(m) {
      pretendTwoMarked(m);
      m[MARKFOR + ParFor.words] = 7 | (8 << 16);
    },
  },
  {
    code: 'STACK_PLACE', what: 'a stack is larger than its goroutine has', point: SWEPT, with: ['STACK_COUNT'],
    apply: (m) => (m[parkedG(m) + G.at.stackWords] *= 2),
  },
  {
    code: 'STACK_TWICE', what: "a P keeps a goroutine's stack", point: SWEPT,
    apply: (m) => (m[mcacheOf(pAt(m, 1)) + MCache.at.stackList] = m[parkedG(m) + G.at.stack]),
  },
  {
    code: 'STACKS_KEPT', what: 'a P keeps more stacks than it may', point: SWEPT, with: ['STACK_COUNT'],
    apply: (m) => (m[mcacheOf(pAt(m, 1)) + MCache.at.stackWords] = 2 * m[CONFIG + Config.at.stackCacheWords]),
  },
  {
    code: 'STACKS_KEPT', what: 'a P keeps a stack while others mark', point: MARKED, with: ['STACK_COUNT'],
    apply: (m) => (m[mcacheOf(pAt(m, 1)) + MCache.at.stackWords] = m[CONFIG + Config.at.stackMinWords]),
  },
  { code: 'STACK_COUNT', what: 'stacksInuse is wrong', point: SWEPT, apply: (m) => (m[MSTATS + MStats.at.stacksInuse] += 8192) },
  {
    code: 'STACK_COUNT', what: 'a free stack is lost', point: SWEPT,
    apply(m) {
      const s = findSpan(m, (x) => m[x + STATE] === SPAN_STATE.stack && m[x + FREELIST] !== 0);
      m[s + FREELIST] = m[m[s + FREELIST]];
    },
  },
  { code: 'G_STATUS', what: 'a goroutine runs', point: SWEPT, apply: (m) => (m[parkedG(m) + G.at.xstatus] = G_STATUS.running) },
  { code: 'G_STACK', what: 'a stack pointer is below its stack', point: SWEPT, apply: (m) => (m[parkedG(m) + G.at.sp] = m[parkedG(m) + G.at.stack] - 2) },
  { code: 'G_FRAMES', what: 'the first frame names a caller', point: SWEPT, apply: (m) => (m[m[parkedG(m) + G.at.stack]] = m[parkedG(m) + G.at.fp]) },
  { code: 'G_QUEUE', what: 'a runnable goroutine is on no queue', point: SWEPT, apply: (m) => (m[parkedG(m) + G.at.xstatus] = G_STATUS.runnable) },
  { code: 'G_OWNER', what: 'a goroutine names an M that does not run it', point: SWEPT, apply: (m) => (m[parkedG(m) + G.at.m] = mAt(m, 1)) },
  { code: 'RUNQ_CORRUPT', what: 'the global queue counts one too many', point: SWEPT, apply: (m) => m[SCHED + Sched.at.runqsize]++ },
  { code: 'CHAN_QUEUE', what: 'a goroutine that waits on channels was let go', point: SWEPT, apply: (m) => (m[selectingG(m) + G.at.xselected] = 1) },
  { code: 'CHAN_QUEUE', what: 'a goroutine waits on no queue', point: SWEPT, apply: (m) => (m[sudogOf(m, true) + SudoG.at.queue] = 0) },
  { code: 'CHAN_QUEUE', what: 'a queue is empty that a goroutine waits on', point: SWEPT, apply: (m) => m.fill(0, chanOf(m, false) + Hchan.at.recvq, chanOf(m, false) + Hchan.at.recvq + 2) },
  { code: 'CHAN_QUEUE', what: 'a queue is a circle', point: SWEPT, apply: (m) => (m[m[chanOf(m, false) + Hchan.at.recvq + 1] + SudoG.at.link] = m[chanOf(m, false) + Hchan.at.recvq]) },
  { code: 'CHAN_QUEUE', what: 'a queue ends before its last', point: SWEPT, apply: (m) => (m[chanOf(m, false) + Hchan.at.recvq + 1] = m[chanOf(m, false) + Hchan.at.recvq]) },
  { code: 'CHAN_BUFFER', what: 'an index is off by one', point: SWEPT, apply: (m) => (m[chanOf(m, false) + Hchan.at.sendx] ^= 1) },
  { code: 'CHAN_BUFFER', what: 'what was received is still there', point: SWEPT, apply: (m) => (m[chanOf(m, false) + HCHAN_WORDS] = 4) },
  { code: 'CHAN_BUFFER', what: 'a full channel counts one too many', point: SWEPT, apply: (m) => m[chanOf(m, true)]++ },
  {
    code: 'CHAN_BUFFER', what: 'a goroutine waits to receive what is there', point: SWEPT,
    apply(m) {
      m[chanOf(m, false)]++;
      m[chanOf(m, false) + Hchan.at.sendx] += 1;
    },
  },
  { code: 'CHAN_BUFFER', what: 'a goroutine waits on a closed channel', point: SWEPT, apply: (m) => (m[chanOf(m, true) + Hchan.at.closed] = 1) },
  { code: 'WORLD_NOT_STOPPED', what: 'a P runs', point: SWEPT, apply: (m) => (m[pAt(m, 1) + P.at.xstatus] = P_STATUS.running) },
  { code: 'WORLD_NOT_STOPPED', what: 'worldsema is free', point: SWEPT, apply: (m) => (m[SCHED + Sched.at.xworldsema] = 1) },
  { code: 'IDLE_LIST', what: 'a sleeping M is on no list', point: SWEPT, apply: (m) => (m[SCHED + Sched.at.midle] = m[SCHED + Sched.at.nmidle] = 0) },
  { code: 'IDLE_LIST', what: 'a P is idle in a stopped world', point: SWEPT, apply: (m) => (m[SCHED + Sched.at.xnpidle] = 1) },
  { code: 'LOCK_HELD', what: 'mheap.lock is held', point: SWEPT, apply: (m) => (m[MHEAP_LOCK] = 2) },
  { code: 'LOCK_HELD', what: 'gclock is held', point: SWEPT, apply: (m) => (m[SWEEP + Sweep.at.lock] = 1) },
  { code: 'M_LOCKS', what: 'the collecting M counts a lock', point: SWEPT, apply: (m) => (m[mAt(m, 0) + M.at.locks] = 1) },
];

/** What is said when the mark of object `n` of a list of 100 is lost. */
function losing(n: number): string {
  let message = '';
  const list: number[] = [];
  runCollect({
    build(m, m0) {
      for (let i = 0; i < 100; i++) list.push(mallocgc(m, m0, 32, 0));
      for (let i = 0; i < 99; i++) storeWord(m, list[i], 1, list[i + 1]);
      setGlobal(m, 3, list[0]);
    },
    at(m, point) {
      if (point !== MARKED) return;
      clearMark(m, list[n]);
      const { problems, unlisted } = new Verifier(m).check(point);
      expect(problems.length + unlisted).toBe(1);
      message = problems[0].message;
      throw new Enough();
    },
  });
  return message;
}

function check(damage: Pick<Damage, 'point' | 'apply' | 'history'>): VerifyReport {
  const m = (damage.point === MARKED || damage.history ? atMark : atSweep).slice();
  const verifier = new Verifier(m);
  if (damage.history) {
    expect(verifier.check(MARKED).problems).toEqual([]);
    m.set(atSweep);
  }
  damage.apply(m);
  return verifier.check(damage.point);
}

describe('the oracle', () => {
  it.each(DAMAGES.map((damage) => [damage.code, damage.what, damage] as const))('says %s when %s', (code, _, damage) => {
    const report = check(damage);
    const codes = new Set(report.problems.map((problem) => problem.code));
    expect(codes, JSON.stringify(report.problems)).toContain(code);
    expect([...codes].filter((found) => found !== code && !damage.with?.includes(found)), JSON.stringify(report.problems)).toEqual([]);
  });

  it('is tested with a damage for each of its laws', () => {
    // Those of reference words are in refword-damage.test.ts, that of several cycles in profile.test.ts.
    const invariants = Object.keys(INVARIANTS).filter((code) => !code.startsWith('REFWORD_') && code !== 'PROFILE_PUBLISHED');
    expect([...new Set([...DAMAGES, ...PROFILE_DAMAGES].map(({ code }) => code))].toSorted()).toEqual(invariants.toSorted());
  });

  it('finds nothing in the memories that are damaged', () => {
    expect(check({ point: MARKED, apply: () => {} }).problems).toEqual([]);
    expect(check({ point: SWEPT, apply: () => {}, history: true }).problems).toEqual([]);
  });
});

describe('a report', () => {
  it('tells the whole way to a lost object', () => {
    expect(losing(2)).toMatch(
      /^block (0xc0\S+ \(32 bytes, span \d+\)) is not marked, but reachable: root: bss, word 3 -> 0xc0\S+ \(32 bytes, span \d+\) word 1 -> 0xc0\S+ \(32 bytes, span \d+\) word 1 -> \1$/,
    );
  });

  it('tells the ends of a long way', () => {
    expect(losing(99)).toMatch(/root: bss, word 3( -> 0xc0\S+ \(32 bytes, span \d+\) word 1){4} -> … 92 blocks …( -> 0xc0\S+ \(32 bytes, span \d+\)( word 1)?){4}$/);
  });

  it('tells how a lost object is reached', () => {
    const { problems } = check({ point: MARKED, apply: (m) => clearMark(m, keptBlock) });
    expect(problems[0].message).toMatch(
      /^block 0xc0[0-9a-f]{8} \(\d+ bytes, span \d+\) is not marked, but reachable: root: (bss|data|stack of goroutine \d+|queued finalizers|object with a finalizer).* -> 0xc0[0-9a-f]{8} \(\d+ bytes, span \d+\)$/,
    );
  });

  it('lists twenty problems at most, a few of a kind, and counts the rest', () => {
    const report = check({
      point: SWEPT,
      apply(m) {
        for (const s of spans(m).filter((x) => isSmall(m, x))) {
          m[s + ELEMSIZE] += 8;
          m[s + Span.at.xsweepgen] -= 2;
          for (const p of blocks(m, s).slice(0, 3)) setMark(m, p);
        }
      },
    });
    expect(report.problems.length).toBeLessThanOrEqual(20);
    expect(new Set(report.problems.map(({ code }) => code)).size).toBeGreaterThanOrEqual(3);
    expect(report.unlisted).toBeGreaterThan(50);
    expect(report.checks).toBeGreaterThan(1000);
  });

  it('survives memory that is nonsense', () => {
    for (let salt = 1; salt < 40; salt++) {
      const report = check({
        point: salt % 2 === 0 ? MARKED : SWEPT,
        apply(m) {
          let x = salt * 2654435761;
          const from = m[C + Config.at.spans];
          for (let i = 0; i < 400; i++) {
            x = (Math.imul(x, 1103515245) + 12345) | 0;
            m[from + ((x >>> 8) % (nspan(m) * Span.words))] = x;
          }
        },
      });
      expect(report.problems.length).toBeGreaterThan(0);
    }
  });
});
