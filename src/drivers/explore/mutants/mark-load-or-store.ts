import type { KnownBug } from './known-bug.ts';

export const markLoadOrStore: KnownBug = {
  name: 'mark-load-or-store',
  history: 'constructed',
  breaks: 'of two Ms that mark neighbours at once, the later store takes the other mark away: a reachable object is swept',
  file: 'src/gc/flush.ts',
  find: 'if (Atomics.compareExchange(m, word, marks, marks | mark) === marks) return true;',
  replace: 'm[word] = marks | mark; return true;',
  scenario: 'mark-bits',
};
