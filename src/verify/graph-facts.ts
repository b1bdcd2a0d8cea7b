/**
 * The shape of the graph that the roots hold, found by a breadth-first walk of its own over a heap
 * that stands still. It bounds what any number of threads could gain from marking together.
 */
import { bytesOf, listOf, release } from '../base/lists.ts';
import type { Mem } from '../memory/struct.ts';
import { Span } from '../heap/span.ts';
import { Findings } from './problems.ts';
import { ROOT_NUMBERS, findRoots, type Roots } from './roots.ts';
import { readSpans } from './spans.ts';
import { HeapView, KIND, TAG, spanRef } from './view.ts';

export interface GraphFacts {
  readonly objects: number;
  /** Pointers in reachable objects and roots, to reachable objects. */
  readonly pointers: number;
  /** Objects by their distance from the roots, in steps: widths[0] is what the roots point at. */
  readonly widths: readonly number[];
  /** Bytes and pointers of the largest reachable object that is scanned. */
  readonly largestBytes: number;
  readonly largestPointers: number;
  /** Most objects in a row of which each leads to the next new one and to no other. */
  readonly longestChain: number;
  /** Most pointers to one object, the roots' included. */
  readonly inDegreeMax: number;
  /**
   * Costs in pointers followed, one for the object itself: of all, and of those at each distance
   * or farther. To follow a pointer to the next distance costs at least two.
   */
  readonly cost: number;
  readonly costFrom: readonly number[];
  readonly costMost: number;
}

/** Of the heap of a machine at rest, without types: as its conservative collectors see it. */
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

/** Pointers to a block that a byte counts: few blocks have as many. */
const MANY = 0xff;

class Walk {
  private readonly h: HeapView;
  /** By span record, where its blocks' counts begin; then by block, pointers to it, MANY at most. */
  private readonly firstBlock: Int32Array;
  private readonly inDegree: Uint8Array;
  /** Of the blocks that have MANY. */
  private readonly manyMore = new Map<number, number>();
  private mostMore = 0;
  /**
   * Offsets from the arena's start of the objects found, in this order, and how much longer than
   * one object the chain is that each ends: 0 for most, so that most of the list takes no memory.
   */
  private readonly found: Uint32Array;
  private readonly chain: Uint32Array;
  private nfound = 0;
  private pointers = 0;

  constructor(h: HeapView) {
    this.h = h;
    this.firstBlock = new Int32Array(h.nspans);
    let blocks = 0;
    for (let i = 0; i < h.nspans; i++) {
      this.firstBlock[i] = blocks;
      if (h.kind[i] === KIND.small) blocks += h.m[spanRef(h, i) + Span.at.nelems];
      else if (h.kind[i] === KIND.large) blocks++;
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
        // The mark of one without pointers is part of what the pointer to it costs.
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

  /** 0 for an object without pointers. */
  private scannedWords(offset: number): number {
    return (this.lowBits(offset) & 0x10000) === 0 ? 0 : this.h.pageStep[offset >> 11];
  }

  /** Allocated and scan bit, at 1 and 0x10000. */
  private lowBits(offset: number): number {
    const bit = offset >> this.h.shift;
    return this.h.m[this.h.arena - ((bit >> 4) << 1) - 2] >>> (bit & 15);
  }

  /** Counts the pointers among the words from `from` up to `to`; what they find first is of the next distance. */
  private scan(from: number, to: number): void {
    const { m, arena, ptrWords, used, pageStart, pageStep, pageEnd, owner } = this.h;
    const { inDegree, firstBlock } = this;
    for (let i = from; i < to; i += ptrWords) {
      if (ptrWords === 2 && m[i + 1] !== TAG) continue;
      const p = (m[i] >>> 2) - arena;
      if (p >>> 0 >= used) continue;
      const page = p >> 11;
      const step = pageStep[page];
      if (step === 0 || p >= pageEnd[page]) continue;
      const index = ((p - pageStart[page]) / step) | 0;
      const offset = pageStart[page] + index * step;
      // A scan bit without an allocated bit: not for the collector.
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
 * How many times as fast as one `threads` could mark it at most, if every pointer cost the same
 * and nothing else did: an object can't be marked before those on the way to it have been scanned.
 * @param splits a large object can be scanned by several threads
 */
export function speedupBound({ cost, costFrom, costMost }: GraphFacts, threads: number, splits: boolean): number {
  let least = splits ? 0 : costMost;
  for (let d = 0; d < costFrom.length; d++) least = Math.max(least, 2 * d + costFrom[d] / threads);
  return least === 0 ? threads : Math.min(threads, cost / least);
}
