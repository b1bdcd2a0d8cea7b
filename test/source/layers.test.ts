import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const SRC = resolve(import.meta.dirname, '../../src');

/** From the bottom up; a folder may use what is above it in this list. */
const LAYERS = ['base', 'memory', 'machine', 'sync', 'heap', 'malloc', 'gc', 'runtime', 'verify', 'workloads', 'inspect', 'rewrite', 'compiled', 'run', 'mutants', 'explore', 'model', 'report', 'cli'];

function sources(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(SRC, name));
}

function layerOf(file: string): number {
  return LAYERS.indexOf(relative(SRC, file).split('/')[0]);
}

/** Files this one imports at run time; types may be looked at from anywhere. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from '(\.[^']+)'/gms)].map(([, path]) => resolve(dirname(file), path));
}

test('every folder of src is a layer', () => {
  const folders = readdirSync(SRC, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  expect(folders.toSorted()).toEqual(LAYERS.toSorted());
});

test('a file imports only from its own layer or one below', () => {
  const upward = sources()
    .filter((file) => layerOf(file) >= 0)
    .flatMap((file) => importsOf(file).filter((used) => layerOf(used) > layerOf(file)).map((used) => `${relative(SRC, file)} -> ${relative(SRC, used)}`));
  expect(upward).toEqual([]);
});

test('no file imports itself in a circle', () => {
  const graph = new Map(sources().map((file) => [file, importsOf(file)]));
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
  expect(circles).toEqual([]);
});
