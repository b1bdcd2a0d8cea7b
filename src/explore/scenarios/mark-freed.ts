/** Allocation and freeing that change the same words of the bitmap. */
import { perM } from './per-m.ts';

export const markFreed = perM({
  name: 'mark-freed',
  summary: 'one M allocates the blocks of a bitmap word, the others free their neighbours in it',
  procs: [3, 2],
  build: (core, m, m0) => core.buildMarkFreed(m, m0),
  run: (core, m, i) => core.markFreedBeside(m, i),
});
