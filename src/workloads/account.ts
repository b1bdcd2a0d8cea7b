/** The account of a loaded heap: which of its objects are still there, once the machine is stopped and all is swept. */
import { fatal } from '../base/fatal.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { QUAD_SHIFT, type Ref } from '../memory/address.ts';
import type { Mem } from '../memory/struct.ts';
import { SPAN_STATE, Span, spanAt, spanOf } from '../heap/span.ts';
import { ARENA_USED, nspan } from '../malloc/mheap.ts';
import type { HeapImage } from './heaps/image.ts';
import { bytesOf, listOf, release } from '../base/large-arrays.ts';

/** Invariants: objects == reachable + unreachable, unreachable == freed + inUse. */
export interface HeapAccount {
  readonly objects: number;
  readonly edges: number;
  /** Objects that the roots of the image reach. All of them are alive. */
  readonly reachable: number;
  readonly unreachable: number;
  /** Unreachable objects whose block is free. */
  readonly freed: number;
  /** Unreachable objects whose block is in use: by another object, or still by this one if there was no collection. */
  readonly inUse: number;
}

const ARENA = CONFIG + Config.at.arenaStart;
const { start: START, state: STATE, freelist: FREELIST, limit: LIMIT } = Span.at;
/** log2 of the 32-bit words of a quad, the granularity of blocks. */
const QUAD_WORD_SHIFT = QUAD_SHIFT - 2;

/** A bit set by quad of the arena. */
type QuadBits = Uint32Array;

/** Quads at which loaded objects begin: of all objects, and of those that the roots reach. */
export interface LoadedBlocks {
  readonly all: QuadBits;
  readonly reachable: QuadBits;
}

/**
 * Records the places of the loaded objects and releases both lists.
 * @param refs by object: its reference
 * @param isReachable by object: 1 if the roots reach it
 */
export function loadedBlocks(m: Mem, refs: Uint32Array, isReachable: Uint8Array): LoadedBlocks {
  const all = quadBits(m);
  const reached = quadBits(m);
  for (let i = 0; i < refs.length; i++) {
    setQuad(m, all, refs[i]);
    if (isReachable[i] === 1) setQuad(m, reached, refs[i]);
  }
  release(refs, isReachable);
  return { all, reachable: reached };
}

/**
 * Looks up each object of `image`, which was loaded to `blocks`, in the heap.
 * @throws Fatal LOADED_OBJECT_LOST if a reachable object is gone
 */
export function accountFor(m: Mem, image: Pick<HeapImage, 'objects' | 'edges'>, blocks: LoadedBlocks): HeapAccount {
  const isFree = freeBlocks(m);
  let alive = 0;
  let freed = 0;
  for (let quad = 0; quad < blocks.all.length << 5; quad++) {
    if (!hasQuad(blocks.all, quad)) continue;
    const ref = m[ARENA] + (quad << QUAD_WORD_SHIFT);
    const gone = isGone(m, ref, isFree);
    if (hasQuad(blocks.reachable, quad)) {
      if (gone) fatal('LOADED_OBJECT_LOST', { ref });
      alive++;
    } else if (gone) {
      freed++;
    }
  }
  release(isFree);
  const unreachable = image.objects - alive;
  return { objects: image.objects, edges: image.edges, reachable: alive, unreachable, freed, inUse: unreachable - freed };
}

/** Returns, by object, 1 if the roots reach it. */
export function reachable({ objects, roots, firstEdge, targets }: HeapImage): Uint8Array {
  const seen = bytesOf(objects);
  const found = listOf(objects);
  let n = 0;
  for (const root of roots) {
    if (seen[root] === 0) found[n++] = root;
    seen[root] = 1;
  }
  for (let i = 0; i < n; i++) {
    for (let e = firstEdge[found[i]]; e < firstEdge[found[i] + 1]; e++) {
      if (seen[targets[e]] === 0) found[n++] = targets[e];
      seen[targets[e]] = 1;
    }
  }
  release(found);
  return seen;
}

function quadBits(m: Mem): QuadBits {
  return listOf(((m[ARENA_USED] - m[ARENA]) >> QUAD_WORD_SHIFT >> 5) + 1);
}

function setQuad(m: Mem, bits: QuadBits, ref: Ref): void {
  const quad = (ref - m[ARENA]) >> QUAD_WORD_SHIFT;
  bits[quad >> 5] |= 1 << (quad & 31);
}

function hasQuad(bits: QuadBits, quad: number): boolean {
  return ((bits[quad >> 5] >>> (quad & 31)) & 1) === 1;
}

/** Returns the quads at which a free block of a span in use begins. */
function freeBlocks(m: Mem): QuadBits {
  const bits = quadBits(m);
  for (let i = 0; i < nspan(m); i++) {
    const s = spanAt(m, i);
    if (m[s + STATE] !== SPAN_STATE.inUse) continue;
    for (let p = m[s + FREELIST]; p !== 0; p = m[p]) setQuad(m, bits, p);
  }
  return bits;
}

function isGone(m: Mem, ref: Ref, isFree: QuadBits): boolean {
  const s = spanOf(m, ref);
  // The page table keeps stale entries inside free runs.
  if (s === 0 || m[s + STATE] !== SPAN_STATE.inUse || ref < m[s + START] || ref >= m[s + LIMIT]) return true;
  return hasQuad(isFree, (ref - m[ARENA]) >> QUAD_WORD_SHIFT);
}
