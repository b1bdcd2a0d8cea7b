/** Explicit frees beside the allocation from the same spans, and nothing else. */
import { programPerM } from './program-per-m.ts';

export const freeBeside = programPerM({
  name: 'free-beside',
  summary: 'one M allocates, the others free its blocks while it still caches their span',
  build: (core, m, m0) => core.buildFreeBeside(m, m0),
  run: (core, m, i) => core.freeBeside(m, i),
});
