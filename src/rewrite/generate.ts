/** Generates modules from source and loads them. Needs the build tools. */
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

/** Generates the variant of `entry` for the machine model, with the texts of `overlay` in place of files. */
export async function generateCosted(entry: string, root: string, overlay?: Overlay): Promise<Generated> {
  return transformCosted(await bundleCore(entry, overlay), root);
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
export async function writePrebuilt(generated: Generated, path: string): Promise<void> {
  writeFileSync(path, await prebuilt(generated, path));
}

/**
 * Returns the text of a generated module, or of its expression, without whitespace.
 * @param path names the module in errors
 */
export async function prebuilt({ code }: { readonly code: string }, path: string): Promise<string> {
  const { code: dense, errors } = await minify(path, code, { module: true, compress: false, mangle: { toplevel: false, keepNames: true }, codegen: { removeWhitespace: true } });
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
  return dense;
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
