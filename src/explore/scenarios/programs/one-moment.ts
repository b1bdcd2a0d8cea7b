/** Checks that MemStats which were read together agree: their equations hold only for a single moment. */
import { QUAD_SHIFT, type Ref } from '../../../memory/address.ts';
import type { Mem } from '../../../memory/struct.ts';
import { loadWide } from '../../../memory/wide.ts';
import { fatal } from '../../../base/fatal.ts';
import { NUM_SIZE_CLASSES, classToSize } from '../../../heap/size-classes.ts';
import { MStats } from '../../../malloc/mstats.ts';

const at = MStats.at;

/** Checks the copy at `stats`, in which stacks are not part of the heap. */
export function checkOneMoment(m: Mem, stats: Ref): void {
  let frees = loadWide(m, stats + at.nlargefree);
  let freedBytes = loadWide(m, stats + at.largefree);
  for (let c = 1; c < NUM_SIZE_CLASSES; c++) {
    const n = loadWide(m, stats + at.nsmallfree + 2 * c);
    frees += n;
    freedBytes += n * classToSize[c];
  }
  const tiny = loadWide(m, stats + at.tinyallocs);
  const alloc = m[stats + at.heapAllocQ] * (1 << QUAD_SHIFT);
  expectEqual(frees + tiny, loadWide(m, stats + at.nfree), 1);
  expectEqual(loadWide(m, stats + at.nmalloc) - loadWide(m, stats + at.nfree), loadWide(m, stats + at.heapObjects), 2);
  expectEqual(loadWide(m, stats + at.totalAlloc), alloc + freedBytes, 3);
  expectEqual(loadWide(m, stats + at.heapIdle) + loadWide(m, stats + at.heapInuse), loadWide(m, stats + at.heapSys), 4);
  expectEqual(loadWide(m, stats + at.stacksSys), loadWide(m, stats + at.stacksInuse), 5);
}

function expectEqual(a: number, b: number, equation: number): void {
  if (a !== b) fatal('STATISTICS_OF_TWO_MOMENTS', { equation, a, b });
}
