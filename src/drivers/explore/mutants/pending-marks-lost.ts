import type { KnownBug } from './known-bug.ts';

export const pendingMarksLost: KnownBug = {
  name: 'pending-marks-lost',
  history: 'constructed',
  breaks: 'marks gathered for one bitmap word are thrown away when the next word comes: live blocks are freed',
  file: 'src/gc/scanblock-tuned.ts',
  find: 'if (m[sb + PENDING_WORD] !== word) {\n    flushPending(m, sb);',
  replace: 'if (m[sb + PENDING_WORD] !== word) {',
  scenario: 'mark-bits-tuned',
};
