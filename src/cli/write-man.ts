/** A step of the build: writes the man page that package.json names. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCli } from './program.ts';
import { realDeps } from './real-deps.ts';

const PAGE = fileURLToPath(new URL('../../sweepgen.1', import.meta.url));

let text = '';
const deps = realDeps({ streams: { outIsTerminal: false, errIsTerminal: false }, doing: () => {}, signal: new AbortController().signal, isInterrupted: () => false });
process.exitCode = await runCli(['help', '--man'], { ...deps, terminal: { ...deps.terminal, out: (part) => void (text += part) } });
mkdirSync(dirname(PAGE), { recursive: true });
writeFileSync(PAGE, text);
