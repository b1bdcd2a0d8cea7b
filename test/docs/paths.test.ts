/** The files that docs name are there. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { markdownPages } from '../../src/cli/docs/documents.ts';

/** `src/gc/work.ts`, `test/schedules`, with or without `#symbol`; not `src/x/NAME.ts` or a pattern. */
const PATH = /`((?:src|test|bench|workers|docs)\/[\w./-]+)(?:#[\w.]+)?`/g;
/** The tutorial's collector is built by its test. */
const PLACEHOLDER = /NAME|smallstack/;
/** Named in docs before the change that brings them; a path that exists must leave this list. */
const PENDING = [
  'src/explore/scenarios/modules/registry.ts',
  'src/run/machine-options.ts',
  'src/cli/commands.ts',
];
/** The changelog names files of its time. */
const pages = markdownPages().filter(([path]) => path !== 'CHANGELOG.md');

function pathsIn(text: string): string[] {
  return [...text.matchAll(PATH)].map(([, path]) => path).filter((path) => !PLACEHOLDER.test(path));
}

describe('files named in docs', () => {
  it.each(pages)('%s names only files that exist', (_, text) => {
    expect([...new Set(pathsIn(text))].filter((path) => !existsSync(join(ROOT, path)) && !PENDING.includes(path))).toEqual([]);
  });

  it('are pending only while they are missing', () => {
    expect(PENDING.filter((path) => existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('are recognised', () => {
    expect(pathsIn('`src/gc/work.ts`, `src/gc/work.ts#getfull`, `src/mutants/`, `src/gc/NAME.ts`, src/none.ts')).toEqual(['src/gc/work.ts', 'src/gc/work.ts', 'src/mutants/']);
    expect(pages.flatMap(([, text]) => pathsIn(text)).length).toBeGreaterThan(50);
  });
});
