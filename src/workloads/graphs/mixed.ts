/** Objects of nine size classes that point to earlier ones: the graph most like a program's heap. */
import type { Mem } from '../../memory/struct.ts';
import { GRAPH_SEED, xorshift32 } from '../../base/random.ts';
import type { MRef } from '../../machine/m.ts';
import { array, int, struct, unsafePointer } from '../../heap/type-decl.ts';
import { loadWord, storeWord } from '../../runtime/mutator.ts';
import { spanBytes } from '../footprint.ts';
import type { Params } from '../workload.ts';
import { countParam, graph, newNode, newRootSlice } from './graph.ts';

/** By class: the bytes of an object, and the number of pointers at its start. */
const SIZES = [16, 32, 48, 64, 96, 128, 256, 512, 1024];
const POINTERS = [1, 1, 1, 2, 3, 4, 8, 16, 32];

const OBJECTS = SIZES.map((size, kind) =>
  struct(`object${size}`, { to: array(unsafePointer, POINTERS[kind]), rest: array(int, size / 8 - POINTERS[kind]) }),
);

/** Each object draws its class, then its pointers. The first object keeps nil pointers. */
function build(m: Mem, m0: MRef, params: Params): void {
  const all = newRootSlice(m, m0, SIZES.length, params.count);
  let draw = GRAPH_SEED;
  for (let i = 0; i < params.count; i++) {
    draw = xorshift32(draw);
    const kind = draw % SIZES.length;
    const obj = newNode(m, m0, kind);
    storeWord(m, all, i, obj);
    if (i === 0) continue;
    for (let word = 0; word < POINTERS[kind]; word++) {
      draw = xorshift32(draw);
      storeWord(m, obj, word, loadWord(m, all, draw % i));
    }
  }
}

/** Allows for a class that is drawn a tenth more often than the average. */
function footprint(count: number): number {
  const each = Math.ceil((count / SIZES.length) * 1.1) + 64;
  return SIZES.reduce((sum, size) => sum + spanBytes(size, each), spanBytes(8 * count, 1));
}

export const mixed = graph({
  name: 'mixed',
  summary: 'collects objects of nine sizes that point at earlier ones',
  size: countParam(1_000_000),
  footprint,
  types: [...OBJECTS, unsafePointer],
  build,
});
