import type { KnownBug } from './known-bug.ts';

export const sweepgenByOne: KnownBug = {
  name: 'sweepgen-by-one',
  history: 'constructed',
  breaks: 'the generation of the last cycle is now the one of spans being swept: nobody sweeps them',
  file: 'src/runtime/gc.ts',
  find: 'm[SWEEPGEN] = (m[SWEEPGEN] + 2) | 0;',
  replace: 'm[SWEEPGEN] = (m[SWEEPGEN] + 1) | 0;',
  scenario: 'whole-cycle',
};
