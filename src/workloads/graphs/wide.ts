/** One slice of pointers to pointer-free objects. One thread scans the slice, the others stay idle. */
import type { Mem } from '../../memory/struct.ts';
import type { MRef } from '../../machine/m.ts';
import { array, pointer, uint8 } from '../../heap/type-decl.ts';
import { storeWord } from '../../runtime/mutator.ts';
import { spanBytes } from '../footprint.ts';
import type { Params } from '../workload.ts';
import { countParam, graph, newNode, newRootSlice } from './graph.ts';

const LEAF_BYTES = 16;
const LEAF = array(uint8, LEAF_BYTES);

function build(m: Mem, m0: MRef, params: Params): void {
  const slice = newRootSlice(m, m0, 1, params.count);
  for (let i = 0; i < params.count; i++) storeWord(m, slice, i, newNode(m, m0, 0));
}

function footprint(count: number): number {
  return spanBytes(8 * count, 1) + spanBytes(LEAF_BYTES, count);
}

export const wide = graph({
  name: 'wide',
  summary: 'collects one slice of pointers to objects without pointers',
  size: countParam(4_000_000),
  footprint,
  types: [LEAF, pointer(LEAF)],
  build,
});
