/** A user's module in TypeScript, on a Node that can't strip types. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/base/fatal.ts';
import { importable } from '../../../src/run/threads/typescript-module.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweepgen-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function prepare(path: string, strips: boolean) {
  return importable(path, pathToFileURL(path).href, strips);
}

describe('a module of the user', () => {
  it('is imported unchanged if it is JavaScript or if Node strips types', async () => {
    const script = write('plain.mjs', 'export default 1;\n');
    const typed = write('typed.ts', 'export default 1 as number;\n');
    expect((await prepare(script, false)).file).toBe(script);
    expect((await prepare(typed, true)).file).toBe(typed);
  });

  it('is bundled with its TypeScript imports and a source map, and can be removed', async () => {
    write('part.ts', 'export const part: number = 40;\n');
    const typed = write('whole.ts', "import { part } from './part.ts';\nexport default (more: number): number => part + more;\n");
    const { file, remove } = await prepare(typed, false);
    const { default: sum } = (await import(file)) as { default: (more: number) => number };
    expect(sum(2)).toBe(42);
    remove();
    expect(existsSync(file)).toBe(false);
  });

  it('is refused in one line if it does not parse', async () => {
    const broken = write('broken.ts', 'export default (: number;\n');
    await expect(prepare(broken, false)).rejects.toThrow(UsageError);
    await expect(prepare(broken, false)).rejects.toThrow(/^workload module .*broken\.ts can't be loaded: [^\n]*$/);
  });
});
