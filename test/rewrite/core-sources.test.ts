/** The sources of the core, for a package that has them in one file only. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { ENTRY, USER_CORE } from '../../src/explore/load.ts';
import { sourcesOf } from '../../src/rewrite/bundle.ts';
import { missingSources, packSources, packedSources, readSource } from '../../src/rewrite/core-sources.ts';

describe('the packed sources', () => {
  it('are all that the core and scenarios over it import', async () => {
    const packed = packedSources();
    for (const path of [...(await sourcesOf(ENTRY)), ...(await sourcesOf(USER_CORE))]) expect(Object.keys(packed), path).toContain(path.slice(ROOT.length + 1));
  });

  it('are the files, under their names', () => {
    const name = 'src/sync/lock.ts';
    expect(JSON.parse(gunzipSync(packSources([name], ROOT)).toString())).toEqual({ [name]: readFileSync(join(ROOT, name), 'utf8') });
  });
});

describe('a checkout', () => {
  it('has its sources as files', () => {
    expect(missingSources().size).toBe(0);
    expect(readSource(ENTRY)).toBe(readFileSync(ENTRY, 'utf8'));
    expect(readSource(join(ROOT, 'src/absent.ts'))).toBeUndefined();
  });
});
