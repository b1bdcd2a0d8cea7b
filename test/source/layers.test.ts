/** Which files of src import which: rooms, upward imports, circles. Imports of types count. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../../src');

/** From the bottom up: a file imports from its own room or one before it in this list. */
const ROOMS = ['base', 'memory', 'machine', 'sync', 'heap', 'malloc', 'gc', 'runtime', 'verify', 'workloads', 'inspect', 'composition', 'rewrite', 'compiled', 'run', 'mutants', 'queue', 'explore', 'explore-api', 'model', 'litmus', 'report', 'cli', 'view'];

function sources(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(SRC, name));
}

function roomOf(file: string): number {
  return ROOMS.indexOf(relative(SRC, file).split('/')[0]);
}

/** Paths that `text` imports or exports from, whether values or types, and those of import() as expression or type. */
function importsIn(text: string): string[] {
  const code = text.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '');
  return [...code.matchAll(/^(?:import|export)\s[^;]*?from '(\.[^']+)'|^import '(\.[^']+)'|\bimport\('(\.[^']+)'\)/gms)].map(([, named, bare, called]) => named ?? bare ?? called);
}

function importsOf(file: string): string[] {
  return importsIn(readFileSync(file, 'utf8')).map((path) => resolve(dirname(file), path));
}

/** Imports of `graph` that lead from a room to a higher one. */
function upwardIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  return [...graph]
    .filter(([file]) => roomOf(file) >= 0)
    .flatMap(([file, imports]) => imports.filter((used) => roomOf(used) > roomOf(file)).map((used) => `${relative(SRC, file)} -> ${relative(SRC, used)}`));
}

/** Circles of `graph`, each as the files along it. */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  function visit(file: string, path: readonly string[]): void {
    if (path.includes(file)) {
      circles.push([...path.slice(path.indexOf(file)), file].map((f) => relative(SRC, f)).join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const used of graph.get(file) ?? []) visit(used, [...path, file]);
    done.add(file);
  }
  for (const file of graph.keys()) visit(file, []);
  return circles;
}

const graph = new Map(sources().map((file) => [file, importsOf(file)]));

describe('the sources', () => {
  it('lie in the rooms of the list', () => {
    const folders = readdirSync(SRC, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    expect(folders.toSorted()).toEqual(ROOMS.toSorted());
  });

  it('import only from their own room or a lower one', () => {
    expect([...graph.values()].flat().length).toBeGreaterThan(2000);
    expect(upwardIn(graph)).toEqual([]);
  });

  it('import nothing in a circle', () => {
    expect(circlesIn(graph)).toEqual([]);
  });
});

describe('the check sees', () => {
  it.each([
    ["import { a } from './x.ts';", ['./x.ts']],
    ["import type { A } from './x.ts';", ['./x.ts']],
    ["import {\n  a,\n  type B,\n} from './x.ts';\nimport './y.ts';", ['./x.ts', './y.ts']],
    ["export type { A } from './x.ts';", ['./x.ts']],
    ["export * from './x.ts';", ['./x.ts']],
    ["type A = typeof import('./x.ts');", ['./x.ts']],
    ["async function f() {\n  await import('./x.ts');\n}", ['./x.ts']],
    ["// import { a } from './x.ts';\n * import('./y.ts')", []],
  ])('%j', (text, expected) => {
    expect(importsIn(text)).toEqual(expected);
  });

  it('an import of a type that leads upward', () => {
    expect(upwardIn(new Map([[join(SRC, 'heap/a.ts'), [join(SRC, 'gc/b.ts'), join(SRC, 'base/c.ts')]]]))).toEqual(['heap/a.ts -> gc/b.ts']);
  });

  it('a circle of three files', () => {
    const [a, b, c] = ['a.ts', 'b.ts', 'c.ts'].map((name) => join(SRC, 'gc', name));
    expect(circlesIn(new Map([[a, [b]], [b, [c]], [c, [a]]]))).toEqual(['gc/a.ts -> gc/b.ts -> gc/c.ts -> gc/a.ts']);
  });
});
