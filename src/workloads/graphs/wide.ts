/** One slice of pointers to pointer-free objects: one thread scans it, the rest look on. */
import type { Mem } from '../../memory/struct.ts';
import type { MRef } from '../../machine/m.ts';
import { FLAG_NOSCAN, mallocgc } from '../../malloc/malloc.ts';
import { storeWord } from '../../runtime/mutator.ts';
import { spanBytes } from '../footprint.ts';
import type { Params } from '../workload.ts';
import { countParam, graph, newRootSlice } from './graph.ts';

const LEAF_BYTES = 16;

function build(m: Mem, m0: MRef, params: Params): void {
  const slice = newRootSlice(m, m0, params.count);
  for (let i = 0; i < params.count; i++) storeWord(m, slice, i, mallocgc(m, m0, LEAF_BYTES, FLAG_NOSCAN));
}

function footprint(count: number): number {
  return spanBytes(8 * count, 1) + spanBytes(LEAF_BYTES, count);
}

export const wide = graph({
  name: 'wide',
  summary: 'collects one slice of pointers to objects without pointers',
  size: countParam(4_000_000),
  footprint,
  build,
});
