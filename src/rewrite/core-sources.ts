/**
 * The sources of the core: files in a checkout. The installed package has them packed in one file, so that it can build
 * the core with a mutant or with a user's scenario.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ROOT } from '../base/root.ts';
import type { Overlay } from './bundle.ts';

/** The packed sources: an object of texts by name, from the root of the project. */
export const SOURCES = join(ROOT, 'dist/generated/sources.gen.json.gz');

/** True in a checkout, which has the sources as files. */
const HAS_FILES = existsSync(join(ROOT, 'src/explore/entry.ts'));

type Texts = Readonly<Record<string, string>>;

let texts: Texts | undefined;

/** Packs the files called `names`, from the folder `root`. */
export function packSources(names: readonly string[], root: string): Buffer {
  return gzipSync(JSON.stringify(Object.fromEntries([...names].sort().map((name) => [name, readFileSync(join(root, name), 'utf8')]))), { level: 9 });
}

/** Returns the packed sources by name. */
export function packedSources(): Texts {
  return (texts ??= JSON.parse(gunzipSync(readFileSync(SOURCES)).toString()) as Texts);
}

/** Returns the text of the source at `path`, of the core or of a user; undefined if there is none. */
export function readSource(path: string): string | undefined {
  if (existsSync(path)) return readFileSync(path, 'utf8');
  if (HAS_FILES) return undefined;
  const name = relative(ROOT, path).replaceAll('\\', '/');
  return Object.hasOwn(packedSources(), name) ? packedSources()[name] : undefined;
}

/** Returns the texts of the core that are not there as files, by path. */
export function missingSources(): Overlay {
  return new Map(HAS_FILES ? [] : Object.entries(packedSources()).map(([name, text]) => [join(ROOT, name), text]));
}
