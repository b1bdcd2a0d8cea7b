/** Where WebAssembly memory can't be had, machines run all the same, and say what is different. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';

const run = promisify(execFile);
const CLI = join(ROOT, 'dist/src/cli/main.js');
const CHURN = ['run', 'churn', '--set', 'count=2000', '--arena', '2M', '--procs', '1', '--policy', 'tuned'];

describe('churn runs', () => {
  it('without a just-in-time compiler', async () => {
    const { stdout, stderr } = await run(process.execPath, ['--jitless', CLI, ...CHURN]);
    expect(stdout).toMatch(/^2000 objects of 32 bytes/);
    expect(stderr).toMatch(/^sweepgen: note: this Node has no WebAssembly \(--jitless\?\); the tuned mark loop runs as JavaScript$/m);
  });

  it('within a limit of address space', async () => {
    const { stdout, stderr } = await run('bash', ['-c', 'ulimit -v 8000000; exec "$@"', 'bash', process.execPath, CLI, ...CHURN]);
    expect(stdout).toMatch(/^2000 objects of 32 bytes/);
    expect(stderr).toMatch(/^sweepgen: note: the system refuses a WebAssembly memory of \d+ MB \(.+\); the tuned mark loop runs as JavaScript\n$/);
  });
});
