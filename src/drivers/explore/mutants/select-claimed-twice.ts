import type { KnownBug } from './known-bug.ts';

export const selectClaimedTwice: KnownBug = {
  name: 'select-claimed-twice',
  history: 'constructed',
  breaks: 'two channels let the same goroutine go: it gets two elements and is readied twice',
  file: 'src/runtime/waitq.ts',
  find: 'if (Atomics.compareExchange(m, m[sg + SG_G] + XSELECTED, 0, 1) === 0) return sg;',
  replace: 'if (Atomics.load(m, m[sg + SG_G] + XSELECTED) === 0) { Atomics.store(m, m[sg + SG_G] + XSELECTED, 1); return sg; }',
  scenario: 'channels',
};
