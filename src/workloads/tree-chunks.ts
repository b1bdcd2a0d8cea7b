/**
 * Chunks of binary trees: subtrees of CHUNK_DEPTH levels below a path of upper nodes. Every level of the path and of the growing
 * subtree has a slot of the frame, so no node is lost while the tree is built.
 *
 * On threads this file runs as WebAssembly (compiled.ts).
 */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import type { GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { getSlot, loadWord, newObject, storeWord } from '../runtime/mutator.ts';

export const NODE_BYTES = 16;
export const CHUNK_DEPTH = 10;

/** Returns the number of levels above the chunks of a tree of `depth`. */
function levelsAbove(depth: number): number {
  return Math.max(0, depth - CHUNK_DEPTH);
}

/** Returns the first level at which the path to chunk `k` differs from the path to chunk `k` - 1. */
function firstNewLevel(top: number, k: number): number {
  if (k === 0) return 0;
  const trailingZeros = 31 - Math.clz32(k & -k);
  return top - trailingZeros;
}

export function growChunk(m: Mem, mp: MRef, gp: GRef, base: number, depth: number, k: number): void {
  const top = levelsAbove(depth);
  for (let level = firstNewLevel(top, k); level <= top; level++) {
    const node =
      level === top
        ? subtree(m, mp, gp, base + level, depth - top)
        : newObject(m, mp, gp, base + level, NODE_BYTES, 0);
    if (level > 0) storeWord(m, getSlot(m, gp, base + level - 1), (k >> (top - level)) & 1, node);
  }
}

/** Builds a tree of `depth` levels below its root, which `slot` holds. */
function subtree(m: Mem, mp: MRef, gp: GRef, slot: number, depth: number): Ref {
  const node = newObject(m, mp, gp, slot, NODE_BYTES, 0);
  if (depth > 0) {
    storeWord(m, node, 0, subtree(m, mp, gp, slot + 1, depth - 1));
    storeWord(m, node, 1, subtree(m, mp, gp, slot + 1, depth - 1));
  }
  return node;
}

/** Counts the nodes of chunk `k`, and those of its path that no earlier chunk counted. */
export function countChunk(m: Mem, root: Ref, depth: number, k: number): number {
  const top = levelsAbove(depth);
  let node = root;
  for (let level = 0; level < top; level++) node = loadWord(m, node, (k >> (top - 1 - level)) & 1);
  return top - firstNewLevel(top, k) + countNodes(m, node);
}

function countNodes(m: Mem, node: Ref): number {
  const left = loadWord(m, node, 0);
  if (left === 0) return 1;
  return 1 + countNodes(m, left) + countNodes(m, loadWord(m, node, 1));
}
