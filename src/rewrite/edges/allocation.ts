/** Edges of malloc and free, level by level. */
import { edgesOf } from './edge.ts';

export const ALLOCATION_EDGES = [
  ...edgesOf('malloc', 'src/malloc/malloc.ts', [
    ['a tiny block was shared', '@m[c + LOCAL_TINYALLOCS]++;'],
    ['a tiny block replaced the one before', 'if (block - size > left) {@'],
  ]),
  ...edgesOf('malloc', 'src/malloc/mprof.ts', [['a block was sampled', '@mprofMalloc(m, mp, p, bytes);']]),
  ...edgesOf('malloc', 'src/malloc/stack.ts', [
    ['a P refilled its stacks', '@cacheRefill(m, mp, c, order);'],
    ['a P gave stacks back', '@cacheRelease(m, mp, c, order, m[CACHE_WORDS] >> 1);'],
    ['a span for stacks was cut', '@spanListInsert(m, list, fresh);'],
  ]),
  ...edgesOf('mcentral', 'src/malloc/mcentral.ts', [
    ['refill gave the old span back', 'if (old !== emptySpan(m)) @reclaimLocked(m, c, old);'],
    ['refill swept a span of the nonempty list', 'if (claimSweep(m, s, sg)) {@\n      sweepUnlocked'],
    ['refill swept a span of the empty list', 'if (claimSweep(m, s, sg)) {@\n      spanListRemove'],
    ['refill passed a span that another sweeps', '!== ((sg - 1) | 0)) return s;@'],
    ['refill passed a full span that another sweeps', '!== ((sg - 1) | 0)) return 0;@'],
    ['refill found blocks by sweeping full spans', 'if (found !== 0) @return found;'],
    ['refill took a new span', '@spanListInsert(m, c + NONEMPTY, grown);'],
    ['refill found the arena full', 'if (grown === 0) @return 0;'],
  ]),
  ...edgesOf('mcentral', 'src/malloc/mcache.ts', [['a freed span left its MCache early', '@uncacheFreedSpan(m, mp, s);']]),
  ...edgesOf('mcentral', 'src/malloc/mcentral.ts', [
    ['the flush of an MCache returned a span with room', 'if (free > 0) {@'],
    ['an owner took over what others had freed', 'for (let p = m[s + FREEBUF]; p !== 0; p = m[s + FREEBUF]) {@'],
  ]),
  ...edgesOf('mcentral', 'src/malloc/mcentral-free.ts', [
    ['freed into a span that another P caches', '@m[p] = m[s + FREEBUF];'],
    ['freed into a full span', 'if (m[s + FREELIST] === 0) {@'],
    ['a sweep gave a full span room', 'if (wasEmpty) {@'],
    ['a swept span went back to the heap', 'm[c + NFREE] -= m[s + NELEMS];\n  @returnSpan(m, mp, c, s);\n  return true;'],
  ]),
  ...edgesOf('mheap', 'src/malloc/page-runs.ts', [
    ['a free run was cut', 'if (m[s + NPAGES] > npages) @trimLocked(m, mp, s, npages);'],
    ['a long run was the best fit', 'if (m[s + NPAGES] < npages) continue;@'],
    ['released memory was used again', 'if (m[s + NPRELEASED] > 0) {@'],
    ['the arena grew', '@addWide(m, HEAP_IDLE, ask * PAGE_BYTES);'],
    ['the arena was full', 'if (start === 0) @return false;'],
    ['joined with the free run before', '@absorbLocked(m, s, before);'],
    ['joined with the free run after', '@absorbLocked(m, s, after);'],
  ]),
  ...edgesOf('mheap', 'src/malloc/span-alloc.ts', [['a large object was allocated', '@spanListInsertBack(m, busyList(npages), s);']]),
  ...edgesOf('mheap', 'src/malloc/scavenge.ts', [['a free run was released', '@released += pages * PAGE_BYTES;']]),
  ...edgesOf('mheap', 'src/malloc/fixalloc.ts', [['a record was used again', '@m[f + LIST] = m[freed];']]),
];
