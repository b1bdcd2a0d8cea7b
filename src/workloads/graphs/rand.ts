/** Nodes that each point to two others, drawn from all nodes: no locality. */
import type { Mem } from '../../memory/struct.ts';
import { GRAPH_SEED, xorshift32 } from '../../base/random.ts';
import type { MRef } from '../../machine/m.ts';
import { pointer } from '../../heap/type-decl.ts';
import { loadWord, storeWord } from '../../runtime/mutator.ts';
import { spanBytes } from '../footprint.ts';
import type { Params } from '../workload.ts';
import { NODE, NODE_BYTES, countParam, graph, newNode, newRootSlice } from './graph.ts';

function build(m: Mem, m0: MRef, params: Params): void {
  const n = params.count;
  const all = newRootSlice(m, m0, 1, n);
  for (let i = 0; i < n; i++) storeWord(m, all, i, newNode(m, m0, 0));
  let draw = GRAPH_SEED;
  for (let i = 0; i < n; i++) {
    const node = loadWord(m, all, i);
    for (let word = 0; word < 2; word++) {
      draw = xorshift32(draw);
      storeWord(m, node, word, loadWord(m, all, draw % n));
    }
  }
}

function footprint(count: number): number {
  return spanBytes(8 * count, 1) + spanBytes(NODE_BYTES, count);
}

export const rand = graph({
  name: 'rand',
  summary: 'collects a random graph: two pointers in each node',
  size: countParam(2_000_000),
  footprint,
  types: [NODE, pointer(NODE)],
  build,
});
