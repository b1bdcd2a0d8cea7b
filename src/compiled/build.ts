/** `npm run build`, last part: the hot loop as a WebAssembly module beside the compiled driver. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { compile } from './compile.ts';
import { COMPILED, ENTRY, EXPORTS } from './load.ts';

mkdirSync(dirname(COMPILED), { recursive: true });
writeFileSync(COMPILED, await compile(ENTRY, EXPORTS));
