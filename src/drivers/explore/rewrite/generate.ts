/** Source to generated module, and generated module to a module that runs. Needs the build tools. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleCore, type Overlay } from './bundle.ts';
import type { GeneratedCore } from './generated.ts';
import { transform, transformCosted, type Generated, type Variants } from './transform.ts';

/** Both variants of `entry`, with the texts of `overlay` in place of files. */
export async function generateCore(entry: string, root: string, overlay?: Overlay): Promise<Variants> {
  return transform(await bundleCore(entry, overlay), root);
}

/** The variant of `entry` for a machine model. */
export async function generateCosted(entry: string, root: string): Promise<Generated> {
  return transformCosted(await bundleCore(entry), root);
}

/** Writes a generated module and its map to `path`. */
export function writeGenerated(generated: Generated, path: string): void {
  const sources = generated.map.sources.map((source) => relative(dirname(path), source));
  writeFileSync(path, `${generated.code}//# sourceMappingURL=${relative(dirname(path), path)}.map\n`);
  writeFileSync(`${path}.map`, JSON.stringify({ ...generated.map, sources }));
}

/** Loads a generated module that was not prebuilt. Its files are gone once it is loaded. */
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
