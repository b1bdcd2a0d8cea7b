/** The worker of an M loads one file, without the modules that only the main thread needs. */
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { gather } from '../../../src/run/threads/gather.ts';
import { entryFile } from '../../../src/run/threads/worker.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'sweepgen-worker-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Returns every module that `file` imports at run time, including itself, and the packages that they import. */
function graphOf(file: string): { readonly files: Set<string>; readonly packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  function visit(path: string): void {
    if (files.has(path)) return;
    files.add(path);
    for (const [, name] of readFileSync(path, 'utf8').matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from '([^']+)'/gms)) {
      if (name.startsWith('.')) visit(resolve(dirname(path), name));
      else packages.add(name);
    }
  }
  visit(file);
  return { files, packages };
}

describe('the worker of an M', () => {
  const { files, packages } = graphOf(join(ROOT, 'workers/m.ts'));

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
