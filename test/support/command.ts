/** The command as a user runs it, from the build. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `sweepgen` with these words; `seconds` is a limit no test should come near. */
export function sweepgen(words: readonly string[], seconds = 300): Promise<Ran> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [`${ROOT}/dist/src/cli/main.js`, ...words], { cwd: ROOT, timeout: seconds * 1000 });
    let out = '';
    let err = '';
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (err += text));
    child.on('error', fail);
    child.on('close', (code) => done({ code, out, err }));
  });
}
