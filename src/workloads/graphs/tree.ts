/** A complete binary tree, allocated in pre-order. It is wide enough to keep any number of threads busy. */
import type { Mem } from '../../memory/struct.ts';
import type { Ref } from '../../memory/address.ts';
import type { MRef } from '../../machine/m.ts';
import { setGlobal, storeWord } from '../../runtime/mutator.ts';
import { spanBytes } from '../footprint.ts';
import type { Params } from '../workload.ts';
import { NODE, NODE_BYTES, graph, newNode } from './graph.ts';

function build(m: Mem, m0: MRef, params: Params): void {
  setGlobal(m, 0, subtree(m, m0, params.depth));
}

function subtree(m: Mem, m0: MRef, depth: number): Ref {
  const node = newNode(m, m0, 0);
  if (depth > 1) {
    storeWord(m, node, 0, subtree(m, m0, depth - 1));
    storeWord(m, node, 1, subtree(m, m0, depth - 1));
  }
  return node;
}

function footprint(depth: number): number {
  return spanBytes(NODE_BYTES, 2 ** depth - 1);
}

export const tree = graph({
  name: 'tree',
  summary: 'collects a complete binary tree',
  size: {
    name: 'depth',
    min: 1,
    max: 26,
    help: 'levels; the tree has 2^depth - 1 nodes',
    objects: 2 ** 22 - 1,
    of: (objects) => Math.max(1, Math.round(Math.log2(objects + 1))),
  },
  footprint,
  types: [NODE],
  build,
});
