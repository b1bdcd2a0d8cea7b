/** A linked list. Each object points to one other, so a second thread finds no work. */
import type { Mem } from '../../memory/struct.ts';
import type { MRef } from '../../machine/m.ts';
import { setGlobal, storeWord } from '../../runtime/mutator.ts';
import { spanBytes } from '../footprint.ts';
import type { Params } from '../workload.ts';
import { NODE, NODE_BYTES, countParam, graph, newNode } from './graph.ts';

function build(m: Mem, m0: MRef, params: Params): void {
  let tail = newNode(m, m0, 0);
  setGlobal(m, 0, tail);
  for (let i = 1; i < params.count; i++) {
    const node = newNode(m, m0, 0);
    storeWord(m, tail, 0, node);
    tail = node;
  }
}

function footprint(count: number): number {
  return spanBytes(NODE_BYTES, count);
}

export const list = graph({
  name: 'list',
  summary: 'collects a linked list',
  size: countParam(1_000_000),
  footprint,
  types: [NODE],
  build,
});
