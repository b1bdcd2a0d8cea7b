/** Built cores are found again while their sources are the same, and never when anything is damaged. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBuilt, keepBuilt } from '../../src/explore/core-cache.ts';

let folder: string;
let cache: string;
let source: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sweepgen-cache-'));
  cache = join(folder, 'cache');
  source = join(folder, 'source.mjs');
  writeFileSync(source, 'export {};\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

const FILES = { 'core.mjs': 'export const a = 1;\n', 'sites.json': '[]' };
const keep = (request = 'x', files: Record<string, string> = FILES) => keepBuilt(request, { files, sources: [source] }, cache);

describe('the cache of built cores', () => {
  it('returns what was stored, for the same request only', () => {
    expect(findBuilt('x', cache)).toBeNull();
    const kept = keep();
    expect(findBuilt('x', cache)).toEqual(kept);
    expect(kept?.files).toEqual(FILES);
    expect(readFileSync(join(kept!.folder, 'core.mjs'), 'utf8')).toBe(FILES['core.mjs']);
    expect(findBuilt('y', cache)).toBeNull();
  });

  it('leaves only its entries behind', () => {
    keep();
    keep('y', { 'core.mjs': 'other' });
    keep();
    expect(readdirSync(cache).filter((name) => name.startsWith('new-'))).toEqual([]);
  });

  it('forgets an entry when a source changes, or is gone', () => {
    keep();
    writeFileSync(source, 'export const b = 2;\n');
    expect(findBuilt('x', cache)).toBeNull();
    keep();
    rmSync(source);
    expect(findBuilt('x', cache)).toBeNull();
  });

  it('ignores a damaged file, and replaces it', () => {
    const kept = keep();
    const path = join(kept!.folder, 'core.mjs');
    writeFileSync(path, 'export const a =');
    expect(findBuilt('x', cache)).toBeNull();
    expect(keep()).toEqual(kept);
    expect(readFileSync(path, 'utf8')).toBe(FILES['core.mjs']);
  });

  it.each(['', 'null', '{"folder":"../../etc","sources":{},"files":{}}', '{"folder":'])('ignores a damaged index: %s', (text) => {
    keep();
    const index = readdirSync(cache).find((name) => name.endsWith('.json')) as string;
    writeFileSync(join(cache, index), text);
    expect(findBuilt('x', cache)).toBeNull();
    expect(keep()).not.toBeNull();
  });

  it('keeps only some entries', () => {
    for (let i = 0; i < 40; i++) keep(`request ${i}`, { 'core.mjs': `${i}` });
    expect(readdirSync(cache).length).toBeLessThan(60);
    expect(findBuilt('request 39', cache)).not.toBeNull();
  });

  it('keeps what was used last, not what was stored last', () => {
    keep('used', { 'core.mjs': 'used' });
    for (let i = 0; i < 40; i++) {
      keep(`request ${i}`, { 'core.mjs': `${i}` });
      // Stamps of files may be coarse: everything but the used entry is made older.
      expect(findBuilt('used', cache)).not.toBeNull();
      for (const name of readdirSync(cache)) {
        const path = join(cache, name);
        utimesSync(path, new Date(), new Date(statSync(path).mtimeMs - 1000));
      }
    }
    expect(findBuilt('used', cache)).not.toBeNull();
    expect(findBuilt('request 0', cache)).toBeNull();
  });

  it('stores nothing if it cannot write', () => {
    writeFileSync(cache, 'a file');
    expect(keep()).toBeNull();
    rmSync(cache);
    mkdirSync(cache);
  });
});
