/** Sweeping beside allocation, and nothing else. */
import { programPerM } from './program-per-m.ts';

export const sweepRefill = programPerM({
  name: 'sweep-refill',
  summary: 'one M sweeps what a mark has left, the others allocate from the same spans',
  build: (core, m, m0) => core.buildSweepRefill(m, m0),
  run: (core, m, i) => core.sweepRefill(m, i),
});
