/** A consumer writes workloads in TypeScript with what the package exports, and they run. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { library } from '../support/library.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweepgen-consumer-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the packed library in another project', () => {
  it('compiles strictly with the types of the package alone, and runs', async () => {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(ROOT, join(folder, 'node_modules/sweepgen'));
    symlinkSync(join(ROOT, 'node_modules/@types'), join(folder, 'node_modules/@types'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    copyFileSync(join(ROOT, 'test/fixtures/consumer/queue.ts'), join(folder, 'queue.ts'));
    const settings = ['--strict', '--target', 'es2023', '--module', 'nodenext', '--types', 'node', '--skipLibCheck', '--noUnusedLocals', '--noImplicitAny'];
    execFileSync(join(ROOT, 'node_modules/.bin/tsc'), [...settings, 'queue.ts'], { cwd: folder, encoding: 'utf8' });
    const runtime = await library.startRuntime({ workload: join(folder, 'queue.js'), procs: 2, gogc: 10, verify: true, types: 'mtypes' });
    const { lines, verified } = await runtime.finished;
    expect(lines).toEqual([expect.stringMatching(/words$/)]);
    expect(verified).toBeGreaterThan(0);
  });
});
