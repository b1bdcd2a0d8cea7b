/** The package as npm would pack it. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BUNDLES, bundleOf } from '../../src/run/threads/worker.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const MOST_BYTES = 6_000_000;

interface Packed {
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

let packed: Packed;
let paths: Set<string>;

beforeAll(() => {
  const out = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT, encoding: 'utf8' });
  packed = (JSON.parse(out) as Packed[])[0];
  paths = new Set(packed.files.map(({ path }) => path));
});

/** Targets of the relative links in `markdown`, without their anchors. */
function relativeLinks(markdown: string): string[] {
  return [...markdown.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, target]) => target);
}

describe('the package', () => {
  it('is small, and holds no source maps, benchmarks or tests', () => {
    expect(packed.unpackedSize).toBeLessThan(MOST_BYTES);
    expect([...paths].filter((path) => path.endsWith('.map') || /^(dist\/)?(bench|test)\//.test(path))).toEqual([]);
  });

  it('holds the command, the library with its types, and the generated modules', () => {
    const { bin, exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const generated = ['core.gen.js', 'core.hooked.gen.js.gz', 'core.model.gen.js.gz', 'sites.gen.json.gz', 'sources.gen.json.gz'].map((name) => `dist/generated/${name}`);
    for (const path of [bin.sweepgen, exports['.'].types, exports['.'].default, 'dist/bundles/machine/m.js', 'dist/view/report.js', ...generated]) {
      expect(paths).toContain(path.replace(/^\.\//, ''));
    }
  });

  it('holds every module that its types import', () => {
    const types = [...paths].filter((path) => path.endsWith('.d.ts'));
    expect(types.length).toBeGreaterThan(0);
    for (const path of types) {
      const text = readFileSync(join(ROOT, path), 'utf8');
      for (const [, target] of text.matchAll(/from '(\.[^']+)'/g)) {
        expect(paths, `${path} imports ${target}`).toContain(join(dirname(path), target).replace(/\.[jt]s$/, '.d.ts'));
      }
    }
  });

  it('holds every module that the command and the library import', () => {
    const left = BUNDLES.flatMap(({ entries }) => entries).map((entry) => relative(ROOT, bundleOf(entry)));
    const reached = new Set(left);
    for (let path = left.pop(); path !== undefined; path = left.pop()) {
      for (const [, target] of readFileSync(join(ROOT, path), 'utf8').matchAll(/(?:\bfrom|\bimport\(?|\bnew URL\()\s*['"`](\.[^'"`]+\.js)['"`]/g)) {
        const imported = join(dirname(path), target);
        if (reached.has(imported)) continue;
        expect(paths, `${path} imports ${imported}`).toContain(imported);
        reached.add(imported);
        left.push(imported);
      }
    }
    expect(reached.size).toBeGreaterThan(100);
  });

  it('has no dead link in its pages', () => {
    const pages = [...paths].filter((path) => path.endsWith('.md'));
    expect(pages).toContain('README.md');
    for (const page of pages) {
      for (const target of relativeLinks(readFileSync(join(ROOT, page), 'utf8'))) {
        const file = relative(ROOT, resolve(ROOT, dirname(page), target));
        expect(existsSync(join(ROOT, file)), `${page} links to ${target}`).toBe(true);
        // Pictures are in the repository and on the site: in the package they would take as much as the program.
        if (!file.startsWith('docs/pictures/')) expect(paths, `${page} links to ${target}`).toContain(file);
      }
    }
  });
});
