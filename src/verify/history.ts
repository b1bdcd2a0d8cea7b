/**
 * Compares the end of a mark with the end of the sweep that follows. Reached blocks must still be
 * allocated, as many blocks must be freed as were unmarked, and the goal of the next collection
 * must follow from the surviving bytes.
 */
import { CONFIG, Config } from '../memory/config.ts';
import { SPECIAL_KIND, Special } from '../heap/special.ts';
import { Span } from '../heap/span.ts';
import { MCache } from '../malloc/mcache-record.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { marksBeside } from '../gc/collector.ts';
import { cacheOf, procs } from './caches.ts';
import { CLASSES, CLASS_BYTES } from './classes.ts';
import type { Findings } from './problems.ts';
import { ProfileHistory } from './profile-history.ts';
import { specialsOf } from './specials.ts';
import { blockWords } from './spans.ts';
import { SPAN_KIND, blockAt, hasBit, nameBlock, spanPages, spanRef, spanStart, wide, type HeapView } from './view.ts';

const NUMGC = MSTATS + MStats.at.numgc;
const GCPERCENT = MSTATS + MStats.at.gcpercent;
const CYCLE_PERCENT = MSTATS + MStats.at.cyclePercent;
const MEMORY_LIMIT = CONFIG + Config.at.memoryLimit;
const XNEXT_GC_Q = MSTATS + MStats.at.xnextGcQ;
const XLIVE_Q = MSTATS + MStats.at.xliveQ;
const HEAP_MARKED_Q = MSTATS + MStats.at.heapMarkedQ;
const MOST_Q = 0x7fffffff;

export class History {
  /** numgc at the end of the remembered mark; -1 if no mark is to be compared. */
  private cycle = -1;
  /** numgc at the end of the last mark, compared or not; -1 before the first. */
  private numgc = -1;
  private percent = 0;
  /** Bit set of allocated blocks that were reached. */
  private live = new Int32Array(64);
  private liveWords = 0;
  /** Quads of all surviving blocks. */
  private survivingQ = 0;
  /** Quads that were allocated when the mark ended. */
  private markedQ = 0;
  /** By class, large objects at 0: blocks that the sweep must free. */
  private readonly garbage = new Int32Array(CLASSES);
  /** By class: blocks freed since boot, when the mark ended. */
  private readonly freed = new Float64Array(CLASSES);
  /** The same at the end of the sweep. */
  private readonly freedNow = new Float64Array(CLASSES);
  /** Blocks freed explicitly since boot, when the mark ended. */
  private explicit = 0;
  private readonly profile = new ProfileHistory();

  forget(): void {
    this.cycle = -1;
    this.profile.forget();
  }

  /** Remembers the state at the end of marking. */
  remember(h: HeapView): void {
    this.profile.remember(h, h.m[NUMGC] === this.numgc + 1);
    this.cycle = this.numgc = h.m[NUMGC];
    this.percent = h.m[GCPERCENT];
    this.keepLive(h);
    this.survivingQ = this.markedQ = 0;
    this.garbage.fill(0);
    for (let i = 0; i < h.nspans; i++) {
      if (h.kind[i] !== SPAN_KIND.small && h.kind[i] !== SPAN_KIND.large) continue;
      const sizeclass = h.m[spanRef(h, i) + Span.at.sizeclass];
      const surviving = this.countLive(h, i) + countKeptByFinalizers(h, i);
      this.garbage[sizeclass] += h.m[spanRef(h, i) + Span.at.nalloc] - surviving;
      this.survivingQ += surviving * (blockWords(h, i) / 2);
      this.markedQ += (h.m[spanRef(h, i) + Span.at.nalloc] - h.nfreed[i]) * (blockWords(h, i) / 2);
    }
    countFreed(h, this.freed);
    this.explicit = countExplicit(h);
  }

  private keepLive(h: HeapView): void {
    if (this.live.length < h.bitWords) this.live = new Int32Array(h.reached.length);
    const { reached, free, bitWords } = h;
    const live = this.live;
    this.liveWords = bitWords;
    for (let w = 0; w < bitWords; w++) live[w] = reached[w] & ~free[w];
  }

  private countLive(h: HeapView, i: number): number {
    const first = spanStart(h, i) >> h.shift >> 5;
    // A large object is one block that starts on the first page.
    const pages = h.kind[i] === SPAN_KIND.large ? 1 : spanPages(h, i);
    const end = first + (((pages * 2048) >> h.shift) >> 5);
    const live = this.live;
    let n = 0;
    for (let w = first; w < end; w++) if (live[w] !== 0) n += popcount(live[w]);
    return n;
  }

  /** Compares the swept heap with the remembered mark, if that mark belongs to the cycle that was swept. */
  check(h: HeapView, out: Findings): void {
    const isNext = this.cycle >= 0 && h.m[NUMGC] === this.cycle + 1;
    this.cycle = -1;
    if (!isNext) return;
    // An explicit free may take any block, live or not, so only their number can be checked.
    const explicit = (countExplicit(h) - this.explicit) | 0;
    this.checkLive(h, out, explicit);
    this.checkFreed(h, out, explicit);
    this.checkGoal(h, out);
    this.profile.check(h, out);
    const marked = h.m[HEAP_MARKED_Q];
    if (marked !== this.markedQ) out.add('HEAP_MARKED', () => `heapMarked is ${marked * 8} bytes, but ${this.markedQ * 8} were allocated when the mark ended`);
  }

  private checkLive(h: HeapView, out: Findings, explicit: number): void {
    const { live, liveWords } = this;
    const { free, starts } = h;
    let allowed = explicit;
    for (let w = 0; w < liveWords; w++) {
      const gone = live[w] & (free[w] | ~starts[w]);
      if (gone === 0) continue;
      for (let j = 0; j < 32; j++) {
        if (((gone >>> j) & 1) === 0 || allowed-- > 0) continue;
        explainGone(h, out, (w * 32 + j) << h.shift);
      }
    }
    out.checks += liveWords;
  }

  private checkFreed(h: HeapView, out: Findings, explicit: number): void {
    countFreed(h, this.freedNow);
    let left = explicit;
    for (let c = 0; c < CLASSES; c++) {
      const freed = this.freedNow[c] - this.freed[c];
      const more = freed - this.garbage[c];
      left -= more;
      if (more >= 0 && left >= 0) continue;
      left += more;
      this.explainFreed(h, out, c, freed);
    }
    if (left > 0) out.add('SWEEP_COUNT', () => `${explicit} blocks were freed explicitly, but ${left} of them do not count as freed`);
  }

  private explainFreed(h: HeapView, out: Findings, c: number, freed: number): void {
    const what = c === 0 ? 'large objects' : `blocks of ${CLASS_BYTES[c]} bytes`;
    out.add('SWEEP_COUNT', () => `cycle ${h.m[NUMGC]} left ${this.garbage[c]} ${what} unmarked, but its sweep counts ${freed} freed`);
  }

  /** Checks that next_gc is GOGC percent above the surviving quads, at most MOST_Q. */
  private checkGoal(h: HeapView, out: Findings): void {
    const goal = Atomics.load(h.m, XNEXT_GC_Q);
    const live = this.survivingQ;
    // A collector that marks concurrently with the program begins before the heap has grown by GOGC percent.
    const percent = marksBeside(h.m) ? h.m[CYCLE_PERCENT] : this.percent;
    const expected = percent < 0 ? MOST_Q : Math.min(MOST_Q, live + Math.floor((live * percent) / 100));
    // A memory limit lowers it further.
    const isWrong = h.m[MEMORY_LIMIT] === 0 ? goal !== expected : goal > expected || goal < live;
    if (isWrong) out.add('NEXT_GC', () => `next_gc is ${goal * 8} bytes, but ${live * 8} survived and GOGC is ${percent}`);
    const kept = Atomics.load(h.m, XLIVE_Q);
    if (kept !== live) out.add('NEXT_GC', () => `${kept * 8} bytes count as live, but ${live * 8} survived`);
  }
}

function explainGone(h: HeapView, out: Findings, off: number): void {
  const what = hasBit(h, h.starts, off) ? 'free' : 'no block any more';
  out.add('FREED_LIVE_OBJECT', () => `block ${nameBlock(h, off)} was reached by the mark of cycle ${h.m[NUMGC]}, and is ${what} after its sweep`);
}

/** Counts the blocks that were freed explicitly since boot. */
function countExplicit(h: HeapView): number {
  let n = 0;
  for (let p = 0; p < procs(h); p++) n += h.m[cacheOf(h, p) + MCache.at.nfreed];
  return n;
}

/** Counts the unreachable blocks of span `i` that a finalizer keeps for one more cycle. */
function countKeptByFinalizers(h: HeapView, i: number): number {
  const m = h.m;
  let n = 0;
  let last = -1;
  for (const x of specialsOf(h, i)) {
    const off = blockAt(h, spanStart(h, i) + (m[x + Special.at.offset] >>> 2));
    if (off < 0 || off === last || m[x + Special.at.kind] !== SPECIAL_KIND.finalizer) continue;
    last = off;
    if (!hasBit(h, h.reached, off) && !hasBit(h, h.free, off)) n++;
  }
  return n;
}

/** Counts the blocks freed since boot into `freed`, by class; class 0 is that of large objects. */
function countFreed(h: HeapView, freed: Float64Array): void {
  const m = h.m;
  for (let c = 1; c < CLASSES; c++) freed[c] = wide(m, MSTATS + MStats.at.nsmallfree + 2 * c);
  freed[0] = wide(m, MSTATS + MStats.at.nlargefree);
  for (let p = 0; p < procs(h); p++) {
    const cache = cacheOf(h, p);
    for (let c = 1; c < CLASSES; c++) freed[c] += m[cache + MCache.at.localNsmallfree + c];
    freed[0] += m[cache + MCache.at.localNlargefree];
  }
}

function popcount(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
