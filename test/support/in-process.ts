/**
 * The command without a process of its own: the build's command line runs in this one, on the
 * machine's real threads. For tests of results; a test of the process itself uses command.ts.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../src/base/root.ts';
import type { Ran } from './command.ts';

function built<Module>(path: string): Promise<Module> {
  return import(pathToFileURL(join(ROOT, 'dist/src/cli', path)).href) as Promise<Module>;
}

const { runCli } = await built<typeof import('../../src/cli/program.ts')>('program.js');
const { realDeps } = await built<typeof import('../../src/cli/real-deps.ts')>('real-deps.js');

/** Runs `sweepgen` with these words. */
export async function sweepgen(words: readonly string[]): Promise<Ran> {
  const said = { out: '', err: '' };
  const { terminal, ...deps } = realDeps({
    streams: { outIsTerminal: false, errIsTerminal: false },
    doing: () => {},
    signal: new AbortController().signal,
    isInterrupted: () => false,
  });
  const code = await runCli(words, {
    ...deps,
    terminal: { ...terminal, out: (text) => void (said.out += text), err: (text) => void (said.err += text) },
  });
  return { code, ...said };
}
