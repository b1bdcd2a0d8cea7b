import type { KnownBug } from './known-bug.ts';

export const sweepPublishesEarly: KnownBug = {
  name: 'sweep-publishes-early',
  history: 'constructed',
  breaks: 'the span counts as swept before its freed blocks are linked: another P takes it meanwhile',
  file: 'src/malloc/mcentral.ts',
  find: 'const wasEmpty = m[s + FREELIST] === 0;',
  replace: 'Atomics.store(m, s + XSWEEPGEN, m[SWEEPGEN]); const wasEmpty = m[s + FREELIST] === 0;',
  scenario: 'sweep-refill',
};
