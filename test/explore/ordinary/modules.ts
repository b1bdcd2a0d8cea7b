/** Loads scenarios over ordinary code from texts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { LoadedScenario } from '../../../src/explore/load-scenario.ts';
import { loadUserScenario } from '../../../src/explore/user-scenario.ts';
import { search, type Found, type SearchOptions } from '../search.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweepgen-ordinary-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

/** Writes `text` to a file of its own. */
export function moduleOf(text: string, extension = '.mjs'): string {
  const path = join(folder, `module-${files++}${extension}`);
  writeFileSync(path, text);
  return path;
}

/** Returns a module whose threads, functions of `a`, share ten words. */
export function sharing(threads: string, more = ''): string {
  return `export function setup() { return new Int32Array(new SharedArrayBuffer(40)); }\n${threads}\n${more}`;
}

export async function explore(text: string, options: Partial<SearchOptions> = {}): Promise<Found & { readonly loaded: LoadedScenario; readonly path: string }> {
  const path = moduleOf(text);
  const loaded = await loadUserScenario(path, false);
  return { ...search({ core: loaded.core, scenario: loaded.scenario, executions: 400, ...options }), loaded, path };
}
