/** Where the text of sources comes from. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../../src/base/root.ts';
import { mutatedSources, prebuiltSources, presentSources } from '../../../src/explore/film/sources.ts';
import { findMutant } from '../../../src/explore/find.ts';
import { loadCore } from '../../../src/explore/load.ts';

describe('the sources of the prebuilt core', () => {
  it('are there for each site, as they were built', async () => {
    const { sites } = await loadCore(true);
    const read = prebuiltSources();
    for (const { file, line, text } of sites) {
      const [name = ''] = /[A-Za-z_]\w*/.exec(text) ?? [];
      expect(read(file)!.split('\n')[line - 1], `${file}:${line}`).toContain(name);
    }
    expect(read('src/sync/lock.ts')).toBe(readFileSync(join(ROOT, 'src/sync/lock.ts'), 'utf8'));
    expect(read('constructor')).toBeUndefined();
  });
});

describe('the present sources', () => {
  it('are files of the project, with a mutant or without', () => {
    const mutant = findMutant('mark-load-or-store');
    const [present, mutated] = [presentSources(ROOT), mutatedSources(ROOT, mutant)];
    expect(present('src/gc/mark.ts')).toContain(mutant.find);
    expect(mutated('src/gc/mark.ts')).toContain(mutant.replace);
    expect(mutated('src/gc/mark.ts')).not.toContain(mutant.find);
    expect(mutated('src/sync/lock.ts')).toBe(present('src/sync/lock.ts'));
    expect(present('src/none.ts')).toBeUndefined();
  });
});
