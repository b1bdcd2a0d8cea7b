/** Sweeping beside allocation, and the generations that govern it. */
import type { KnownBug } from './known-bug.ts';

export const SWEEPING: readonly KnownBug[] = [
  {
    name: 'sweep-publishes-early',
    history: 'constructed',
    breaks: 'the span counts as swept before its freed blocks are linked: another P takes it meanwhile',
    file: 'src/malloc/mcentral.ts',
    find: 'const wasEmpty = m[s + FREELIST] === 0;',
    replace: 'Atomics.store(m, s + XSWEEPGEN, m[SWEEPGEN]); const wasEmpty = m[s + FREELIST] === 0;',
    scenarios: ['sweep-refill'],
  },
  {
    name: 'sweepgen-by-one',
    history: 'constructed',
    breaks: 'the generation of the last cycle is now the one of spans being swept: nobody sweeps them',
    file: 'src/runtime/gc.ts',
    find: 'm[SWEEPGEN] = (m[SWEEPGEN] + 2) | 0;',
    replace: 'm[SWEEPGEN] = (m[SWEEPGEN] + 1) | 0;',
    scenarios: ['whole-cycle'],
  },
];
