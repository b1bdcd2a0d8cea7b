/** Generates modules from source and loads them. Needs the build tools. */
import { compileFunction } from 'node:vm';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { minify } from 'rolldown/utils';
import { bundleCore, type IsUsers, type Overlay } from './bundle.ts';
import type { GeneratedCore } from './generated.ts';
import { transform, transformCosted, type Generated, type Variants } from './transform.ts';

/**
 * Generates both variants of `entry`, with the texts of `overlay` in place of files.
 * @param isUsers selects a user's files: these get more checks, and their loops are counted
 */
export async function generateCore(entry: string, root: string, overlay?: Overlay, isUsers?: IsUsers): Promise<Variants> {
  return transform(await bundleCore(entry, overlay, isUsers), root, isUsers);
}

/** Generates the variant of `entry` for the machine model. */
export async function generateCosted(entry: string, root: string): Promise<Generated> {
  return transformCosted(await bundleCore(entry), root);
}

/** Writes a generated module and its map to `path`. */
export function writeGenerated(generated: Generated, path: string): void {
  const sources = generated.map.sources.map((source) => relative(dirname(path), source));
  writeFileSync(path, `${generated.code}//# sourceMappingURL=${relative(dirname(path), path)}.map\n`);
  writeFileSync(`${path}.map`, JSON.stringify({ ...generated.map, sources }));
}

/**
 * Writes a prebuilt module to `path`, without whitespace and comments and with short local
 * names: every process loads it, and the package ships it. Stack traces keep function names.
 */
export async function writePrebuilt({ code }: Generated, path: string): Promise<void> {
  const { code: dense, errors } = await minify(path, code, { module: true, compress: false, mangle: { toplevel: false, keepNames: true }, codegen: { removeWhitespace: true } });
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
  writeFileSync(path, dense);
}

/** An export as it appears in generated code, at the beginning of a line. */
const EXPORT = /^export (?:\{(?<list>[^}]*)\};?$|(?:function|var|const) (?<name>[\w$]+))/gm;

/**
 * Runs a generated module without imports as the body of a function. An imported module stays in
 * memory until the process ends. This one is collected once its exports are unused, so a process
 * can run many mutants.
 */
export function evaluateGenerated<Module>({ code }: Generated): GeneratedCore<Module> {
  const exported: string[] = [];
  const body = code.replace(EXPORT, (declaration: string, list: string | undefined, name: string | undefined) => {
    if (name !== undefined) exported.push(name);
    else for (const each of list!.split(',')) exported.push(each.trim().replace(/^(\S+) as (\S+)$/, '$2: $1'));
    return name === undefined ? '' : declaration.slice('export '.length);
  });
  return compileFunction(`'use strict';${body}\nreturn { ${exported.join(', ')} };`, [], { filename: 'core' })() as GeneratedCore<Module>;
}

/** Loads a generated module and its imports from temporary files, and removes the files. */
export async function importGenerated<Module>(generated: Generated): Promise<GeneratedCore<Module>> {
  const folder = mkdtempSync(join(tmpdir(), 'sweepgen-'));
  try {
    const path = join(folder, 'core.mjs');
    writeGenerated(generated, path);
    return (await import(/* @vite-ignore */ pathToFileURL(path).href)) as GeneratedCore<Module>;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
