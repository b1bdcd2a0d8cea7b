import type { KnownBug } from './known-bug.ts';

export const stashDropped: KnownBug = {
  name: 'stash-dropped',
  history: 'constructed',
  breaks: 'an M that gives one of its full buffers away forgets the others: what they lead to is not marked',
  file: 'src/gc/scanblock-tuned.ts',
  find: 'stash = m[given + STASHLINK];',
  replace: 'stash = 0;',
  scenario: 'whole-cycle-tuned',
};
