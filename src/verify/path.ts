/** Explains lost blocks: a second, breadth-first trace records a path from a root to each block. */
import { isMarked } from './bitmap.ts';
import { hasRefwords, isReferenced } from './refwords.ts';
import type { Findings } from './problems.ts';
import { ROOT_NUMBERS, nameRoot, type Roots } from './roots.ts';
import { visitSpanTypes } from './types.ts';
import { blockAt, hasBit, isScanned, nameBlock, pointerAt, type HeapView } from './view.ts';

/** Hops shown at each end of a long path. */
const HOPS = 4;

/** Blocks in the order of their distance from the roots. */
interface Walk {
  readonly block: Int32Array;
  /** By block: index of the block with the pointer to it, or -1 - the number of a root. */
  readonly from: Int32Array;
  /** By block: reference of the word with that pointer. */
  readonly slot: Int32Array;
  length: number;
}

/**
 * Reports the allocated blocks that are reached but not marked, the nearest to a root first. Blocks
 * that only a span's types keep alive come last.
 */
export function explainLost(h: HeapView, out: Findings, roots: Roots, reached: number): void {
  const walk = walkBreadthFirst(h, roots, reached);
  for (let n = 0; n < walk.length; n++) {
    const off = walk.block[n];
    if ((hasRefwords(h) ? isReferenced(h, off) : isMarked(h, off)) || hasBit(h, h.free, off)) continue;
    out.add('LOST_OBJECT', () => `block ${nameBlock(h, off)} is not marked, but reachable: ${describePath(h, roots, walk, n)}`);
  }
  visitSpanTypes(h, (target) => {
    const off = blockAt(h, target);
    if (off < 0 || !hasBit(h, h.reached, off) || isMarked(h, off) || hasBit(h, h.free, off)) return;
    out.add('LOST_OBJECT', () => `block ${nameBlock(h, off)} is not marked, but keeps the types of a span`);
  });
}

function walkBreadthFirst(h: HeapView, roots: Roots, reached: number): Walk {
  const walk = { block: new Int32Array(reached), from: new Int32Array(reached), slot: new Int32Array(reached), length: 0 };
  const seen = new Int32Array(h.bitWords);
  for (let r = 0; r < roots.length / ROOT_NUMBERS; r++) {
    scan(h, walk, seen, roots[r * ROOT_NUMBERS + 2], roots[r * ROOT_NUMBERS + 3], -1 - r);
  }
  for (let n = 0; n < walk.length; n++) {
    const off = walk.block[n];
    if (!isScanned(h, off)) continue;
    scan(h, walk, seen, h.arena + off, h.arena + off + h.pageStep[off >> 11], n);
  }
  return walk;
}

function scan(h: HeapView, walk: Walk, seen: Int32Array, start: number, end: number, from: number): void {
  for (let i = start; i < end; i += h.ptrWords) {
    const off = blockAt(h, pointerAt(h, i));
    // The collector ignores blocks that the first trace did not reach.
    if (off < 0 || !hasBit(h, h.reached, off) || hasBit(h, seen, off)) continue;
    const bit = off >> h.shift;
    seen[bit >> 5] |= 1 << (bit & 31);
    walk.block[walk.length] = off;
    walk.from[walk.length] = from;
    walk.slot[walk.length++] = i;
  }
}

/** Describes a path: `root: stack of goroutine 3, word 2 -> 0xc000012340 (32 bytes, span 12) word 1 -> …`. */
function describePath(h: HeapView, roots: Roots, walk: Walk, n: number): string {
  const hops: number[] = [];
  for (let at = n; at >= 0; at = walk.from[at]) hops.push(at);
  hops.reverse();
  const first = hops[0];
  let text = `root: ${nameRoot(h, roots, -1 - walk.from[first], walk.slot[first])}`;
  hops.forEach((hop, i) => {
    const skipped = hops.length - 2 * HOPS;
    if (i === HOPS && skipped > 0) text += ` -> … ${skipped} blocks …`;
    if (i >= HOPS && i < HOPS + skipped) return;
    text += ` -> ${nameBlock(h, walk.block[hop])}`;
    if (i + 1 < hops.length) text += ` word ${(walk.slot[hops[i + 1]] - h.arena - walk.block[hop]) >> h.shift}`;
  });
  return text;
}
