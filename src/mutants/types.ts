/** The types of blocks in spans, and the collector that uses them. */
import type { KnownBug } from './known-bug.ts';

const PAIRS = 'src/gc/scan-pairs.ts';

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
  {
    name: 'pair-loses-its-second',
    history: 'constructed',
    breaks: 'of nodes that begin with two pointers, the second is not followed',
    file: PAIRS,
    find: 'if (pointsIntoHeap(m, (b + 2) | 0, arenaLow, used, 2)) {',
    replace: 'if (pos === ptrs && pointsIntoHeap(m, (b + 2) | 0, arenaLow, used, 2)) {',
    scenarios: ['mark-pairs'],
  },
  {
    name: 'pairs-of-another-type',
    history: 'constructed',
    breaks: 'an object of another type in the workbuf is scanned as the nodes above it: a number counts as a pointer',
    file: PAIRS,
    find: 'if (m[(obj - ENTRY + 2) | 0] !== ti || m[',
    replace: 'if (m[',
    scenarios: ['mark-pairs'],
  },
  {
    name: 'pairs-share-an-unaligned-pointer',
    history: 'constructed',
    breaks: 'among pointers to values of one type, one into the first word of a block is taken for one to the block before it',
    file: 'src/gc/flush.ts',
    find: '      shared = 0;\n      continue;\n',
    replace: '      shared = 0;\n',
    scenarios: ['mark-pairs'],
  },
  {
    name: 'bits-of-a-pair-unread',
    history: 'constructed',
    breaks: 'of objects of four slots, the bit of the second is not read: a number counts as a pointer',
    file: 'src/gc/scan-heapbits.ts',
    find: 'if ((bits & 2) !== 0 && pointsIntoHeap',
    replace: 'if (pointsIntoHeap',
    scenarios: ['mark-pairs'],
  },
];
