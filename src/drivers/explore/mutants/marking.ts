/** Marks of neighbours, and the work that marking leaves. */
import type { KnownBug } from './known-bug.ts';

export const MARKING: readonly KnownBug[] = [
  {
    name: 'mark-load-or-store',
    history: 'constructed',
    breaks: 'of two Ms that mark neighbours at once, the later store takes the other mark away: a reachable object is swept',
    file: 'src/gc/flush.ts',
    find: 'if (Atomics.compareExchange(m, word, marks, marks | mark) === marks) return true;',
    replace: 'm[word] = marks | mark; return true;',
    scenarios: ['mark-bits'],
  },
  {
    name: 'pending-marks-lost',
    history: 'constructed',
    breaks: 'marks gathered for one bitmap word are thrown away when the next word comes: live blocks are freed',
    file: 'src/gc/scanblock-tuned.ts',
    find: 'if (m[sb + PENDING_WORD] !== word) {\n    flushPending(m, sb);',
    replace: 'if (m[sb + PENDING_WORD] !== word) {',
    scenarios: ['mark-bits-tuned'],
  },
  {
    name: 'stash-dropped',
    history: 'constructed',
    breaks: 'an M that gives one of its full buffers away forgets the others: what they lead to is not marked',
    file: 'src/gc/scanblock-tuned.ts',
    find: 'stash = m[given + STASHLINK];',
    replace: 'stash = 0;',
    scenarios: ['whole-cycle-tuned'],
  },
];
