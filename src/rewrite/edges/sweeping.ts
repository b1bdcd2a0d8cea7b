/** Edges of sweeping, and of code that needs a swept span. */
import { edgesOf } from './edge.ts';

export const SWEEPING_EDGES = [
  ...edgesOf('sweeping', 'src/malloc/sweep.ts', [
    ['nothing was left', '@Atomics.store(m, XSWEEPDONE, 1);'],
    ['passed a span that is not in use', 'if (racyLoad(m, s + STATE) !== IN_USE) {@'],
    ['passed a span that another has', 'if (!claimSweep(m, s, sg)) @continue;'],
    ['lost the CAS', 'return @Atomics.compareExchange(m, s + XSWEEPGEN, (sg - 2) | 0, (sg - 1) | 0) === ((sg - 2) | 0)'],
    ['EnsureSwept swept it', 'if (claimSweep(m, s, sg)) {@'],
    ['EnsureSwept had to wait', 'while (Atomics.load(m, s + XSWEEPGEN) !== sg) @osyield(m);'],
    ['a whole span was garbage', '@countFreed(m, mp, s, m[s + NALLOC]);'],
    ['freed nothing', 'if (nfree === 0) {@'],
    ['kept a large object', '@m[b + 1] &= ~MARKED;'],
    ['freed a large object', '@freeLarge(m, mp, s);'],
  ]),
  ...edgesOf('sweeping', 'src/malloc/pacing.ts', [['the goal lost the CAS', 'Atomics.compareExchange(m, XNEXT_GC_Q, known, goal) === known) return;@']]),
  ...edgesOf('sweeping', 'src/malloc/mheap.ts', [
    ['reclaim swept a large object', 'if (freed) @reclaimed += size;'],
    ['reclaim passed an object that another sweeps', 'if (Atomics.load(m, s + XSWEEPGEN) !== ((sg - 1) | 0)) break;@'],
    ['reclaim swept whatever there was', '@reclaimed += freed;'],
    ['reclaim found nothing more', 'if (freed === NOTHING_TO_SWEEP) @break;'],
  ]),
  ...edgesOf('sweeping', 'src/runtime/system.ts', [
    ['in the background', '@Atomics.add(m, SWEEP + Sweep.at.xnbgsweep, 1);'],
    ['the background sweeper went to sleep', '@m[PARKED] = 1;'],
    ['a collection came before it slept', 'if (Atomics.load(m, XSWEEPDONE) === 0) {@'],
  ]),
  ...edgesOf('sweeping', 'src/runtime/gc.ts', [
    ['in the pause', '@Atomics.add(m, XNPAUSESWEEP, 1);'],
    ['the background sweeper was woken', '@ready(m, mp, m[BGSWEEP_G]);'],
  ]),
];
