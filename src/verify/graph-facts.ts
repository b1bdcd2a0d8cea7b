/**
 * The shape of the reachable object graph, measured by a breadth-first walk over a stopped heap.
 * The shape bounds the speedup of parallel marking with any number of threads.
 */
import { bytesOf, listOf, release } from '../base/large-arrays.ts';
import type { Mem } from '../memory/struct.ts';
import { Span } from '../heap/span.ts';
import { Findings } from './problems.ts';
import { ROOT_NUMBERS, findRoots, type Roots } from './roots.ts';
import { readSpans } from './spans.ts';
import { HeapView, SPAN_KIND, TAG, spanRef } from './view.ts';

export interface GraphFacts {
  readonly objects: number;
  /** Pointers to objects in roots and reachable objects. */
  readonly pointers: number;
  /** Number of objects by distance from the roots, in pointers. Roots point to the objects of widths[0]. */
  readonly widths: readonly number[];
  /** Bytes of the largest reachable object that is scanned. */
  readonly largestBytes: number;
  /** Most pointers in one reachable object. */
  readonly largestPointers: number;
  /** Length of the longest chain of objects, each of which finds exactly one new object: the next. */
  readonly longestChain: number;
  /** Most pointers to one object, those in roots included. */
  readonly inDegreeMax: number;
  /**
   * Cost of marking all objects. The unit is one pointer followed; an object with pointers costs
   * one more unit.
   */
  readonly cost: number;
  /** By distance: cost of the objects at this distance or farther. */
  readonly costFrom: readonly number[];
  /** Cost of the most expensive object. */
  readonly costMost: number;
}

/** Measures the heap of a stopped machine without types, as its conservative collectors see it. */
export function graphFacts(m: Mem): GraphFacts {
  const view = new HeapView(m);
  const findings = new Findings();
  view.begin();
  findings.begin();
  readSpans(view, findings);
  const roots: Roots = [];
  findRoots(view, roots);
  return new Walk(view).run(roots);
}

/** Most pointers to a block that a byte counts. Few blocks have more. */
const MANY = 0xff;

class Walk {
  private readonly h: HeapView;
  /** By span record: index in `inDegree` of its first block. */
  private readonly firstBlock: Int32Array;
  /** By block: pointers to it, at most MANY. */
  private readonly inDegree: Uint8Array;
  /** By block with MANY pointers: the number of further pointers. */
  private readonly manyMore = new Map<number, number>();
  private mostMore = 0;
  /** Offsets of the objects, in the order in which the walk finds them. */
  private readonly found: Uint32Array;
  /**
   * By object: objects in front of it on the chain that it ends. Most entries are 0, and untouched
   * pages of the list take no memory.
   */
  private readonly chain: Uint32Array;
  private nfound = 0;
  private pointers = 0;

  constructor(h: HeapView) {
    this.h = h;
    this.firstBlock = new Int32Array(h.nspans);
    let blocks = 0;
    for (let i = 0; i < h.nspans; i++) {
      this.firstBlock[i] = blocks;
      if (h.kind[i] === SPAN_KIND.small) blocks += h.m[spanRef(h, i) + Span.at.nelems];
      else if (h.kind[i] === SPAN_KIND.large) blocks++;
    }
    this.inDegree = bytesOf(blocks);
    this.found = listOf(blocks);
    this.chain = listOf(blocks);
  }

  run(roots: Roots): GraphFacts {
    for (let r = 0; r < roots.length; r += ROOT_NUMBERS) this.scan(roots[r + 2], roots[r + 3]);
    const widths: number[] = [];
    const costs: number[] = [];
    let largestBytes = 0;
    let largestPointers = 0;
    let longestChain = 0;
    let costMost = 0;
    const { found, chain } = this;
    for (let first = 0, end = this.nfound; first < end; [first, end] = [end, this.nfound]) {
      widths.push(end - first);
      let cost = 0;
      for (let i = first; i < end; i++) {
        const offset = found[i];
        const words = this.scannedWords(offset);
        const before = this.pointers;
        const next = this.nfound;
        this.scan(this.h.arena + offset, this.h.arena + offset + words);
        const pointers = this.pointers - before;
        longestChain = Math.max(longestChain, 1 + chain[i]);
        if (this.nfound === next + 1) chain[next] = 1 + chain[i];
        largestBytes = Math.max(largestBytes, words * 4);
        largestPointers = Math.max(largestPointers, pointers);
        // Marking a pointer-free object is part of the cost of the pointer to it.
        const own = words === 0 ? 0 : 1 + pointers;
        costMost = Math.max(costMost, own);
        cost += own;
      }
      costs.push(cost);
    }
    const costFrom = costs.slice();
    for (let d = costFrom.length - 2; d >= 0; d--) costFrom[d] += costFrom[d + 1];
    const inDegreeMax = this.inDegree.reduce((most, count) => Math.max(most, count), 0) + this.mostMore;
    release(this.inDegree, found, chain);
    return { objects: this.nfound, pointers: this.pointers, widths, largestBytes, largestPointers, longestChain, inDegreeMax, cost: costFrom[0] ?? 0, costFrom, costMost };
  }

  /** Returns the words of the object at `offset` that a mark scans: 0 if it is pointer-free. */
  private scannedWords(offset: number): number {
    return (this.lowBits(offset) & 0x10000) === 0 ? 0 : this.h.pageStep[offset >> 11];
  }

  /** Returns the bitmap word of an object, shifted: the allocated bit is 1, the scan bit 0x10000. */
  private lowBits(offset: number): number {
    const bit = offset >> this.h.shift;
    return this.h.m[this.h.arena - ((bit >> 4) << 1) - 2] >>> (bit & 15);
  }

  /** Counts the pointers in the words from `from` up to `to`. New objects belong to the next distance. */
  private scan(from: number, to: number): void {
    const { m, arena, ptrWords, ptrShift, used, pageStart, pageStep, pageEnd, owner } = this.h;
    const { inDegree, firstBlock } = this;
    const tagBits = ptrShift === 1 ? ~1 : ~0;
    for (let i = from; i < to; i += ptrWords) {
      if (ptrWords === 2 && (m[i + 1] & tagBits) !== TAG) continue;
      const p = (m[i] >>> ptrShift) - arena;
      if (p >>> 0 >= used) continue;
      const page = p >> 11;
      const step = pageStep[page];
      if (step === 0 || p >= pageEnd[page]) continue;
      const index = ((p - pageStart[page]) / step) | 0;
      const offset = pageStart[page] + index * step;
      // A scan bit without an allocated bit: the collector ignores the block.
      if ((this.lowBits(offset) & 0x10001) === 0x10000) continue;
      this.pointers++;
      const block = firstBlock[owner[page] - 1] + index;
      const before = inDegree[block];
      if (before === 0) this.found[this.nfound++] = offset;
      if (before < MANY) inDegree[block] = before + 1;
      else this.countMore(block);
    }
  }

  private countMore(block: number): void {
    const more = (this.manyMore.get(block) ?? 0) + 1;
    this.manyMore.set(block, more);
    this.mostMore = Math.max(this.mostMore, more);
  }
}

/**
 * Returns the greatest possible speedup of marking with `threads` threads over one thread, if each
 * pointer cost the same. No object can be marked before the objects on the path to it are scanned;
 * one step to the next distance costs at least 2.
 * @param splits whether several threads can scan one large object
 */
export function speedupBound({ cost, costFrom, costMost }: GraphFacts, threads: number, splits: boolean): number {
  let least = splits ? 0 : costMost;
  for (let d = 0; d < costFrom.length; d++) least = Math.max(least, 2 * d + costFrom[d] / threads);
  return least === 0 ? threads : Math.min(threads, cost / least);
}
