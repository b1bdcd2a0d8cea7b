/** Two checkpoints of one memory, and finders for the places that the tables of damages change. */
import { CONFIG, Config } from '../../../src/memory/config.ts';
import { addWide } from '../../../src/memory/wide.ts';
import type { Mem } from '../../../src/memory/struct.ts';
import { G, G_STATUS, sudogAt } from '../../../src/machine/g.ts';
import { pAt } from '../../../src/machine/p.ts';
import { SCHED, Sched } from '../../../src/machine/sched.ts';
import { SudoG } from '../../../src/machine/sudog.ts';
import { MARKFOR, ParFor, ParForThread } from '../../../src/sync/parfor.ts';
import { Hchan } from '../../../src/heap/hchan.ts';
import { SPAN_STATE, Span, spanAt, spanSlot } from '../../../src/heap/span.ts';
import { spanListRemove } from '../../../src/heap/span-list.ts';
import { CHECKPOINT } from '../../../src/gc/doorbell.ts';
import { FAULT_PATTERN } from '../../../src/malloc/sys.ts';
import { FIN, Fin, FinBlock, finalizerAt } from '../../../src/malloc/finq.ts';
import { FixAlloc } from '../../../src/malloc/fixalloc.ts';
import { MCache, mcacheOf } from '../../../src/malloc/mcache-record.ts';
import { MCentral, mcentralAt } from '../../../src/malloc/mcentral.ts';
import { ARENA_USED, SPANALLOC, nspan } from '../../../src/malloc/mheap.ts';
import { MSTATS, MStats } from '../../../src/malloc/mstats.ts';
import { SYS, Sys } from '../../../src/malloc/sys.ts';
import { WORK, Work } from '../../../src/gc/work.ts';
import { Enough, runRandom } from '../../support/verify-machine.ts';

const { marked: MARKED } = CHECKPOINT;
const PAGE_WORDS = 2048;
const { start: START, npages: NPAGES, freelist: FREELIST, state: STATE, sizeclass: SIZECLASS, elemsize: ELEMSIZE } = Span.at;
const { nalloc: NALLOC, nelems: NELEMS, incache: INCACHE, specials: SPECIALS } = Span.at;

/** The memory at the end of a mark. */
export let atMark: Mem;
/** The same memory after the sweep that follows. */
export let atSweep: Mem;
/** A block in use that the mark reached and that is still in use after the sweep. */
export let keptBlock: number;

/** Runs random programs until one passes two checkpoints that hold all that the damages need. */
export function findMemories(): void {
  let isFound = false;
  for (let seed = 1; !isFound; seed++) {
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
          isFound = true;
          throw new Enough();
        }
      },
    });
  }
  keptBlock = findKept();
}

/** Reports whether the memories hold all that the damages need. */
function isRich(before: Mem, m: Mem): boolean {
  const all = spans(m);
  const hasPair = all.some((s) => inUse(m, s) && m[s + SPECIALS] !== 0 && m[m[s + SPECIALS]] !== 0);
  const isCached = all.some((s) => inUse(m, s) && m[s + INCACHE] !== 0);
  const hasSingle = all.some((s) => isSingle(m, s));
  const hasLarge = all.some((s) => inUse(m, s) && m[s + SIZECLASS] === 0);
  const hasParked = gs(m).some((gp) => isParked(m, gp));
  const hasUnused = m[SPANALLOC + FixAlloc.at.list] !== 0;
  const canOverlap = all.some((s) => m[s + STATE] === SPAN_STATE.free && meetsOlder(m, s));
  const isSplittable = all.some((s) => m[s + STATE] === SPAN_STATE.free && m[s + NPAGES] > 1);
  const hasWaiting = gs(m).some((gp) => m[gp + G.at.nwaits] > 1);
  const isQueued = m[FIN + Fin.at.finq] !== 0;
  const hasGarbage = spans(before).some((s) => isSmall(before, s) && blocks(before, s).some((p) => !isMarked(before, p) && !isFree(before, s, p)));
  // Only where nothing was freed explicitly can the oracle name the block that is gone.
  const isExact = m[mcacheOf(pAt(m, 0)) + MCache.at.nfreed] === before[mcacheOf(pAt(before, 0)) + MCache.at.nfreed];
  return isExact && hasLarge && hasPair && isCached && hasSingle && hasParked && hasUnused && canOverlap && isSplittable && hasWaiting && isQueued && hasGarbage;
}

export function spans(m: Mem): number[] {
  return Array.from({ length: nspan(m) }, (_, i) => spanAt(m, i));
}

export function inUse(m: Mem, s: number): boolean {
  return m[s + STATE] === SPAN_STATE.inUse;
}

export function isSmall(m: Mem, s: number): boolean {
  return inUse(m, s) && m[s + SIZECLASS] !== 0;
}

export function findSpan(m: Mem, is: (s: number) => boolean): number {
  const found = spans(m).find((s) => is(s));
  if (found === undefined) throw new Error('the memory has no such span');
  return found;
}

export function freeSpan(m: Mem, is: (s: number) => boolean = () => true): number {
  return findSpan(m, (s) => m[s + STATE] === SPAN_STATE.free && is(s));
}

/** Reports whether the span after `s` has an older record. */
export function meetsOlder(m: Mem, s: number): boolean {
  const end = m[s + START] + m[s + NPAGES] * PAGE_WORDS;
  return end < m[ARENA_USED] && m[spanSlot(m, end)] < s;
}

export function blocks(m: Mem, s: number): number[] {
  return Array.from({ length: m[s + NELEMS] }, (_, i) => m[s + START] + i * (m[s + ELEMSIZE] >> 2));
}

export function freeBlocks(m: Mem, s: number): number[] {
  const list: number[] = [];
  for (let p = m[s + FREELIST]; p !== 0; p = m[p]) list.push(p);
  return list;
}

export function isFree(m: Mem, s: number, p: number): boolean {
  return freeBlocks(m, s).includes(p);
}

export function lowBits(m: Mem, p: number): { word: number; shift: number } {
  const off = p - m[CONFIG + Config.at.arenaStart];
  return { word: m[CONFIG + Config.at.arenaStart] - ((off >> 5) << 1) - 2, shift: (off >> 1) & 15 };
}

export function markBit(p: number, m: Mem): { word: number; bit: number } {
  const { word, shift } = lowBits(m, p);
  return { word: word + 1, bit: 1 << (shift + (shift & 12)) };
}

export function isMarked(m: Mem, p: number): boolean {
  const { word, bit } = markBit(p, m);
  return (m[word] & bit) !== 0;
}

export function setMark(m: Mem, p: number): void {
  const { word, bit } = markBit(p, m);
  m[word] |= bit;
}

export function clearMark(m: Mem, p: number): void {
  const { word, bit } = markBit(p, m);
  m[word] &= ~bit;
}

/** Finds a block that a global points to at the end of marking and that is in use after the sweep, in a span with free blocks. */
export function findKept(): number {
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

/** Frees a block and updates the counters, as a sweep does. */
export function release(m: Mem, s: number, p: number): void {
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

export function withSpecials(m: Mem, atLeast: number): number {
  return findSpan(m, (s) => inUse(m, s) && m[s + SPECIALS] !== 0 && (atLeast < 2 || m[m[s + SPECIALS]] !== 0));
}

export function gs(m: Mem): number[] {
  return Array.from({ length: m[SCHED + Sched.at.allglen] }, (_, i) => m[CONFIG + Config.at.gs] + i * G.words);
}

/** Reports whether `gp` waits, but not on channels. */
export function isParked(m: Mem, gp: number): boolean {
  return m[gp + G.at.xstatus] === G_STATUS.waiting && m[gp + G.at.m] === 0 && m[gp + G.at.nwaits] === 0;
}

/** Finds a waiting goroutine that no M runs. */
export function parkedG(m: Mem): number {
  return gs(m).find((gp) => isParked(m, gp))!;
}

/** Reports whether `s` has one allocated block and no specials, and neither an MCache nor a pending finalizer holds it. */
export function isSingle(m: Mem, s: number): boolean {
  return isSmall(m, s) && m[s + NALLOC] === 1 && m[s + INCACHE] === 0 && m[s + FREELIST] !== 0 && m[s + SPECIALS] === 0 && !isAwaited(m, s);
}

/** Reports whether a finalizer is pending for a block of `s`. */
export function isAwaited(m: Mem, s: number): boolean {
  for (let block = m[FIN + Fin.at.allfin]; block !== 0; block = m[block + FinBlock.at.alllink]) {
    for (let i = 0; i < m[block + FinBlock.at.cnt]; i++) {
      const p = m[finalizerAt(block, i)] >>> 2;
      if (p >= m[s + START] && p < m[s + START] + m[s + NPAGES] * PAGE_WORDS) return true;
    }
  }
  return false;
}

/** Finds the goroutine that waits in a select, to receive on an empty channel or to send on a full one. */
export function selectingG(m: Mem): number {
  return gs(m).find((gp) => m[gp + G.at.nwaits] > 1)!;
}

/** Finds the SudoG with which it waits to send, or to receive. */
export function sudogOf(m: Mem, sends: boolean): number {
  const gp = selectingG(m);
  const isIt = (sg: number) => (m[sg + SudoG.at.queue] === m[sg + SudoG.at.chan] + Hchan.at.sendq) === sends;
  return [sudogAt(gp, 0), sudogAt(gp, 1)].find((sg) => isIt(sg))!;
}

export function chanOf(m: Mem, sends: boolean): number {
  return m[sudogOf(m, sends) + SudoG.at.chan];
}

export function firstQueued(m: Mem): number {
  const block = m[FIN + Fin.at.finq];
  return finalizerAt(block, 0);
}

/** Makes the memory look as if two Ms had marked. */
export function pretendTwoMarked(m: Mem): void {
  m[WORK + Work.at.nproc] = 2;
  m[WORK + Work.at.xnwait] = 2;
  m[WORK + Work.at.xndone] = 1;
  for (let tid = 0; tid < 2; tid++) m[MARKFOR + ParFor.words + tid * ParForThread.words] = 9 | (8 << 16);
}

/** Turns a free span into a faulted one, as efence does. Returns the span. */
export function takeAway(m: Mem): number {
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
