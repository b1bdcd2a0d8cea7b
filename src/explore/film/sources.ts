/**
 * The sources that sites refer to. The build keeps those of the prebuilt core: the installed package has no others, and in
 * a checkout they may have changed since. A core that is built with a mutant or a user's module is made of the present ones.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { plant, type Mutant } from '../../mutants/mutant.ts';
import type { Site } from '../../rewrite/sites.ts';
import { GENERATED } from '../load.ts';

/** Returns the text of the source called `name`, from the root of the project; undefined if it is not there. */
export type ReadSource = (name: string) => string | undefined;

/** The sources of the prebuilt core: an object of texts by name. */
export const SOURCES = join(GENERATED, 'sources.gen.json.gz');

/** Packs the sources of `sites`. @param root the project's folder */
export function packSources(sites: readonly Site[], root: string): Buffer {
  const names = [...new Set(sites.map(({ file }) => file))].sort();
  return gzipSync(JSON.stringify(Object.fromEntries(names.map((name) => [name, readFileSync(join(root, name), 'utf8')]))), { level: 9 });
}

/** Returns a reader of the sources of the prebuilt core. */
export function prebuiltSources(): ReadSource {
  const texts = JSON.parse(gunzipSync(readFileSync(SOURCES)).toString()) as Readonly<Record<string, string>>;
  return (name) => (Object.hasOwn(texts, name) ? texts[name] : undefined);
}

/** Returns a reader of the sources in the folder `root`. */
export function presentSources(root: string): ReadSource {
  return (name) => {
    const path = join(root, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  };
}

/** Returns a reader of the sources in the folder `root` with a bug planted. */
export function mutatedSources(root: string, mutant: Mutant): ReadSource {
  const overlay = plant(mutant, root);
  const present = presentSources(root);
  return (name) => overlay.get(join(root, name)) ?? present(name);
}
