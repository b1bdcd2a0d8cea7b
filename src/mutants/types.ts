/** The types of blocks in spans, and the collector that uses them. */
import type { KnownBug } from './known-bug.ts';

export const TYPING: readonly KnownBug[] = [
  {
    name: 'type-not-cleared',
    history: 'constructed',
    breaks: 'a swept block keeps its type: the next value in it is scanned as that type',
    file: 'src/heap/mtypes.ts',
    find: `  if (compression === MTYPES.words) m[data + blockNumber(m, s, p) * m[PTR_WORDS]] = 0;
  else if (compression === MTYPES.bytes) storeByte`,
    replace: `  if (compression > 99) m[data + blockNumber(m, s, p) * m[PTR_WORDS]] = 0;
  else if (compression > 99) storeByte`,
    scenarios: ['typed-cycle'],
  },
];
