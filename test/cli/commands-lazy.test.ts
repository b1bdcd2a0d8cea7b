/** What the list of commands loads: `--version` and `--help` must answer at once. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const CLI = resolve(import.meta.dirname, '../../src/cli');
/** A static import of values; the path of a file begins with a dot. */
const IMPORT = /^(?:import|export) (?!type )[^;]*?from '([^']+)'/gms;

/** Returns the files and packages that loading `file` loads, itself included. */
function loadedBy(file: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(file)) return loaded;
  loaded.add(file);
  for (const [, path] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
    if (path.startsWith('.')) loadedBy(resolve(dirname(file), path), loaded);
    else loaded.add(path);
  }
  return loaded;
}

describe('the command line, before it knows the command,', () => {
  const loaded = [...loadedBy(resolve(CLI, 'main.ts')), ...loadedBy(resolve(CLI, 'thread.ts'))];

  it('loads neither zod nor the options of machines', () => {
    expect(loaded).toContain('commander');
    expect(loaded).not.toContain('zod');
    expect(loaded.filter((file) => /\/run\/(?:kinds|machine-options)\.ts$/.test(file))).toEqual([]);
  });

  it('loads zod with a command that has options of machines', () => {
    expect(loadedBy(resolve(CLI, 'commands/run.ts'))).toContain('zod');
  });
});
