/** Work for a mark: a shaded block. */
import { lowOf } from '../../src/memory/pointer.ts';
import type { Mem } from '../../src/memory/struct.ts';
import type { MRef } from '../../src/machine/m.ts';
import { writePointer } from '../../src/heap/write-pointer.ts';
import { phaseChanged } from '../../src/gc/collector.ts';
import { MARKING, MARK_PHASE } from '../../src/gc/collectors/concurrent/state.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';

/** Begins the phase of a mark in which a block is shaded. The barrier of `m` must shade new pointers. */
export function beginWithWork(m: Mem, mp: MRef): void {
  const [holder, block] = [0, 1].map(() => mallocgc(m, mp, 64, 0));
  m[MARKING] = MARK_PHASE.mark;
  phaseChanged(m);
  writePointer(m, holder, lowOf(m, block));
}
