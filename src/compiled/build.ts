/** Part of `npm run build`: compiles the hot loops to WebAssembly modules in dist, one for memories of up to 4 GB and one for larger ones. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { compile } from './compile.ts';
import { HOST } from './host.ts';
import { HOST_MALLOC } from './host-malloc.ts';
import { HOST_PROGRAMS } from './host-programs.ts';
import { COMPILED, COMPILED_LARGE, COMPILED_MALLOC, COMPILED_MALLOC_LARGE, COMPILED_PROGRAMS, COMPILED_PROGRAMS_LARGE, ENTRY, EXPORTS, LARGE_MEMORY, MALLOC_ENTRY, MALLOC_EXPORTS, PROGRAMS_ENTRY, PROGRAMS_EXPORTS, SMALL_MEMORY } from './load.ts';

/** Malloc calls large functions at several places. */
const MALLOC_INLINED = 60;
const PROGRAMS_INLINED = 400;

mkdirSync(dirname(COMPILED), { recursive: true });
for (const [file, fileOfMalloc, fileOfPrograms, target] of [
  [COMPILED, COMPILED_MALLOC, COMPILED_PROGRAMS, SMALL_MEMORY],
  [COMPILED_LARGE, COMPILED_MALLOC_LARGE, COMPILED_PROGRAMS_LARGE, LARGE_MEMORY],
] as const) {
  writeFileSync(file, await compile(ENTRY, EXPORTS, Object.keys(HOST), target));
  writeFileSync(fileOfMalloc, await compile(MALLOC_ENTRY, MALLOC_EXPORTS, Object.keys(HOST_MALLOC), target, MALLOC_INLINED));
  writeFileSync(fileOfPrograms, await compile(PROGRAMS_ENTRY, PROGRAMS_EXPORTS, Object.keys(HOST_PROGRAMS), target, PROGRAMS_INLINED));
}
