/** Part of `npm run build`: compiles the hot loops to a WebAssembly module in dist. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { compile } from './compile.ts';
import { HOST } from './host.ts';
import { COMPILED, ENTRY, EXPORTS } from './load.ts';

mkdirSync(dirname(COMPILED), { recursive: true });
writeFileSync(COMPILED, await compile(ENTRY, EXPORTS, Object.keys(HOST)));
