/** The tests mirror the sources path for path, in one style: describe, and it with a name that says what the subject does. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';

/** Folders without a room of their own in src, and why. */
const FOLDERS: Readonly<Record<string, string>> = {
  docs: 'the pages, their links and their command lines',
  'end-to-end': 'the built command line, from its arguments to its exit code',
  package: 'the packed library, installed in another project',
  source: 'rules about all sources',
};

/** Files that test several sources at once, and why. */
const ACROSS: Readonly<Record<string, string>> = {
  'cli/printed-names': 'control characters in every name that any command prints',
  'explore/registries': 'the registries of scenarios, strategies and monitors, and the commands that read them',
  'explore/schedules': 'the recorded schedules in test/schedules',
  'gc/collectors/older': 'what the collectors of 2010 and 2011 have in common',
  'report/names': 'control characters in every name that any report prints',
  'run/threads/hostile-modules': 'modules of users that attack any part of a run',
  'workloads/catalogs': 'the registries of workloads, graphs and importers, and the commands that read them',
};

const TESTS = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.ts'));

/** Returns whether `path` is a source file or folder of src, without its extension. */
function isSource(path: string): boolean {
  return ['', '.ts', '.tsx'].some((extension) => existsSync(join(ROOT, 'src', path + extension)));
}

/** Returns whether a test file tests a source: its path is that of the source, or that and a property: `go-dump-fuzz` of `go-dump`. */
function hasSource(path: string): boolean {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const words = path.slice(folder.length).split('-');
  return words.some((_, i) => isSource(folder + words.slice(0, i + 1).join('-')));
}

/** Returns the paths below test/, without extensions, of the files that neither mirror a source nor are listed. */
function strayIn(tests: readonly string[]): string[] {
  return tests.map((name) => name.replace(/\.test\.ts$/, '')).filter((path) => !(path.split('/')[0] in FOLDERS) && !(path in ACROSS) && !hasSource(path));
}

/** Returns what a test file does otherwise than in the style of the others. */
function styleOf(text: string): string[] {
  const imported = /^import \{([^}]*)\} from 'vitest';$/m.exec(text)?.[1].split(',').map((name) => name.trim()) ?? [];
  return [
    ...imported.filter((name) => ['test', 'suite', 'bench'].includes(name)).map((name) => `imports ${name}`),
    ...(/^describe\b/m.test(text) ? [] : ['has no describe']),
    ...(/^it\b/m.test(text) ? ['has an it outside of describe'] : []),
    ...(/^ *(it|describe)\.(skip|only|todo)\b/m.test(text) ? ['skips tests'] : []),
  ];
}

describe('a test file', () => {
  it('has the path of a source, alone or with a property', () => {
    expect(strayIn(TESTS)).toEqual([]);
  });

  it.each([
    ['base/clock', true], ['base/clock-origin', true], ['explore/campaigns', true], ['base/nothing', false], ['clock', false], ['base/cloc-k', false], ['sync/clock-origin', true], ['heap/clock', false],
  ])('of the path %s is accepted or not: %s', (path, accepted) => {
    expect(strayIn([`${path}.test.ts`])).toEqual(accepted ? [] : [path]);
  });

  it('has describe and it in one style', () => {
    expect(TESTS.flatMap((name) => styleOf(readFileSync(join(ROOT, 'test', name), 'utf8')).map((fault) => `test/${name} ${fault}`))).toEqual([]);
  });

  it.each([
    ["import { expect, test } from 'vitest';\ndescribe('a', () => {});\n", ['imports test']],
    ["import { it } from 'vitest';\nit('a', () => {});\n", ['has no describe', 'has an it outside of describe']],
    ["describe('a', () => {\n  it.skip('b', () => {});\n});\n", ['skips tests']],
  ])('in another style is found: %j', (text, faults) => {
    expect(styleOf(text)).toEqual(faults);
  });
});

describe('the list of exceptions', () => {
  it('has no entry that a source or a missing file makes superfluous', () => {
    const paths = TESTS.map((name) => name.replace(/\.test\.ts$/, ''));
    expect(Object.keys(ACROSS).filter((path) => !paths.includes(path) || hasSource(path))).toEqual([]);
    expect(Object.keys(FOLDERS).filter((folder) => isSource(folder) || !paths.some((path) => path.startsWith(`${folder}/`)))).toEqual([]);
  });
});
