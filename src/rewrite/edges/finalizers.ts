/** Edges of finalizers and other specials. */
import { edgesOf } from './edge.ts';

export const FINALIZER_EDGES = [
  ...edgesOf('finalizers', 'src/malloc/finq.ts', [
    ['one was queued', '@m[FIN + QUEUED]++;'],
    ['the queue got a new block', 'if (m[FIN + FINC] === 0) @addBlockLocked(m, mp);'],
  ]),
  ...edgesOf('finalizers', 'src/runtime/finalizer.ts', [
    ['their goroutine was made', '@Atomics.store(m, FING, gp);'],
    ['their goroutine was woken', '@m[FINGWAKE] = 0;'],
  ]),
  ...edgesOf('finalizers', 'src/runtime/system.ts', [
    ['their goroutine went to sleep', '@m[FINGWAIT] = 1;'],
    ['one ran', '@m[RAN]++;'],
    ['a block of the queue came free', '@m[FINC] = block;'],
  ]),
  ...edgesOf('specials', 'src/malloc/specials.ts', [
    ['added', '@m[x + OFFSET] = offset;'],
    ['the one to remove was gone', '} else @x = 0;'],
    ['a profiled block was freed by hand', '@mprofFree(m, mp, m[x + BUCKET], true);'],
  ]),
  ...edgesOf('specials', 'src/malloc/sweep-specials.ts', [
    ['swept over a reached block', 'if (isReached(m, block)) {@'],
    ['a sweep queued finalizers', '@link = queueFinalizers(m, mp, s, link, block);'],
    ['a finalized block stayed profiled', 'if (m[x + KIND] !== SPECIAL_KIND.finalizer) {@'],
    ['a profiled block was swept', '@mprofFree(m, mp, m[x + BUCKET], false);'],
  ]),
];
