/** The worker of an M loads one file, without the modules that only the main thread needs. */
import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { gather } from '../../../src/run/threads/gather.ts';
import { ROOT } from '../../../src/base/root.ts';
import { entryFile } from '../../../src/run/threads/worker.ts';
import { moduleGraph } from '../../support/module-graph.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweepgen-worker-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the worker of an M', () => {
  const { files, packages } = moduleGraph(join(ROOT, 'workers/m.ts'));

  it('imports only Node and the machine', () => {
    expect(files).toContain(join(ROOT, 'src/gc/scanblock.ts'));
    expect([...packages].filter((name) => !name.startsWith('node:'))).toEqual([]);
  });

  it('imports no room that observes a machine from outside', () => {
    const outside = [...files].filter((file) => /src\/(verify|report|cli|workloads\/heaps)\//.test(file));
    expect(outside).toEqual([]);
  });

  it('is bundled with its imports, and behaves the same', async () => {
    const source = join(folder, 'entry.js');
    writeFileSync(join(folder, 'part.mjs'), 'export const part = 40;\n');
    writeFileSync(source, "import { basename } from 'node:path';\nimport { part } from './part.mjs';\nexport default () => part + basename('/a/bc').length;\n");
    await gather({ folder: join(folder, 'bundle'), entries: [source], isDense: true });
    rmSync(join(folder, 'part.mjs'));
    const { default: sum } = (await import(join(folder, 'bundle/entry.js'))) as { default: () => number };
    expect(sum()).toBe(42);
  });
});

describe('entryFile', () => {
  const entry = join(folder, 'w.js');
  const bundle = join(folder, 'w.bundle.js');

  it('returns the module if there is no bundle', () => {
    writeFileSync(entry, '');
    expect(entryFile(entry, bundle)).toBe(entry);
  });

  it('returns the bundle unless it is older', () => {
    writeFileSync(bundle, '');
    const { mtimeMs } = statSync(entry);
    utimesSync(bundle, mtimeMs / 1000, mtimeMs / 1000 + 1);
    expect(entryFile(entry, bundle)).toBe(bundle);
    utimesSync(bundle, mtimeMs / 1000, mtimeMs / 1000 - 1);
    expect(entryFile(entry, bundle)).toBe(entry);
  });

  it('returns the bundle where only bundles are, as in the package', () => {
    rmSync(entry);
    expect(entryFile(entry, bundle)).toBe(bundle);
  });
});
