/** Where WebAssembly memory can't be had, machines run all the same, with a note. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { planMachine } from '../../src/run/shape.ts';
import { churn } from '../../src/workloads/churn.ts';
import { checkParams } from '../../src/workloads/params.ts';

const run = promisify(execFile);
const CLI = join(ROOT, 'dist/src/cli/main.js');
const CHURN = ['run', 'churn', '--set', 'count=2000', '--arena', '2M', '--procs', '1'];
const REFUSED = /^sweepgen: note: the system refuses a WebAssembly memory of \d+ MB \(.+\); the mark loop runs as JavaScript$/m;
const PAGE_WORDS = 16_384;
const { words } = planMachine({ procs: 1, arena: 2 << 20 }, churn.needs(checkParams(churn, { count: 2000 })), churn.types);
const PAGES = Math.ceil(words / PAGE_WORDS);
/** A script that makes a WebAssembly memory of the machine's size. */
const MEMORY = `new WebAssembly.Memory({ initial: ${PAGES}, maximum: ${PAGES}, shared: true })`;

/** Runs node with these words within 8 GB of address space. */
function limited(...words: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return run('bash', ['-c', 'ulimit -v 8000000; exec "$@"', 'bash', process.execPath, ...words]);
}

describe('churn', () => {
  it('runs without a just-in-time compiler', async () => {
    const { stdout, stderr } = await run(process.execPath, ['--jitless', CLI, ...CHURN]);
    expect(stdout).toMatch(/^2000 objects of 32 bytes/);
    expect(stderr).toMatch(/^sweepgen: note: this Node has no WebAssembly \(--jitless\?\); the mark loop runs as JavaScript$/m);
  });

  it('runs within a limit of address space, and notes it if WebAssembly memory is refused there', async () => {
    const isRefused = await limited('-e', MEMORY).then(() => false, () => true);
    const { stdout, stderr } = await limited(CLI, ...CHURN);
    expect(stdout).toMatch(/^2000 objects of 32 bytes/);
    expect(REFUSED.test(stderr)).toBe(isRefused);
  });
});
