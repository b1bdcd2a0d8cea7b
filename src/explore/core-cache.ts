/**
 * A cache of built cores on disk: a scenario whose sources have not changed is not built again.
 *
 * An entry has an index, named by a hash of the request, and a folder of files, named by a hash of their
 * contents. The index lists the sources of the files, with a hash of each.
 *
 * Invariants: an entry counts only if every hash is right, so a stale or damaged entry counts as missing. Index
 * and folder are written elsewhere and renamed: a reader sees all or nothing.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../base/root.ts';

/** Folder for files that tools can make again. */
export const CACHE = join(ROOT, 'node_modules/.cache/sweepgen');
/** Most entries that are kept: the last used ones. */
const KEPT = 24;

const hashes = z.record(z.string(), z.string());
/** Hashes by path of the source, and by name of the file. */
const Index = z.object({ folder: z.string().regex(/^[0-9a-f]{64}$/), sources: hashes, files: hashes });
type Index = z.infer<typeof Index>;

/** A built core: texts by file name, and the paths of their sources. */
export interface Built {
  readonly files: Readonly<Record<string, string>>;
  readonly sources: readonly string[];
}

/** Returns the folder with the files for `request`; null if they are missing, or the sources have changed. */
export function findBuilt(request: string, cache = CACHE): string | null {
  try {
    const { folder, sources, files } = Index.parse(JSON.parse(readFileSync(indexOf(cache, request), 'utf8')));
    const isRight = ([path, hash]: [string, string]) => hashOf(readFileSync(path)) === hash;
    const paths = Object.entries(files).map(([name, hash]): [string, string] => [join(cache, folder, name), hash]);
    return [...Object.entries(sources), ...paths].every(isRight) ? join(cache, folder) : null;
  } catch {
    return null;
  }
}

/** Stores `built` for `request`. Returns its folder, or null if nothing can be stored. */
export function keepBuilt(request: string, { files, sources }: Built, cache = CACHE): string | null {
  try {
    const index: Index = {
      folder: hashOf(JSON.stringify(files)),
      sources: Object.fromEntries(sources.map((path) => [path, hashOf(readFileSync(path))])),
      files: Object.fromEntries(Object.entries(files).map(([name, text]) => [name, hashOf(text)])),
    };
    mkdirSync(cache, { recursive: true });
    forgetOldest(cache);
    putFolder(cache, join(cache, index.folder), files);
    const folder = mkdtempSync(join(cache, 'new-'));
    writeFileSync(join(folder, 'index'), JSON.stringify(index));
    renameSync(join(folder, 'index'), indexOf(cache, request));
    rmSync(folder, { recursive: true });
    return findBuilt(request, cache);
  } catch {
    return null;
  }
}

/** Puts `files` at `place`, replacing a damaged folder. Another process may do the same at the same time. */
function putFolder(cache: string, place: string, files: Built['files']): void {
  const folder = mkdtempSync(join(cache, 'new-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  try {
    renameSync(folder, place);
  } catch {
    // The folder exists: it is the same unless it is damaged. Its files are replaced one by one.
    for (const name of Object.keys(files)) renameSync(join(folder, name), join(place, name));
    rmSync(folder, { recursive: true });
  }
}

function indexOf(cache: string, request: string): string {
  return join(cache, `${hashOf(request)}.json`);
}

function forgetOldest(cache: string): void {
  const entries = readdirSync(cache).map((name) => ({ path: join(cache, name), used: statSync(join(cache, name)).mtimeMs }));
  // An entry is an index and a folder.
  for (const { path } of entries.sort((a, b) => b.used - a.used).slice(2 * KEPT)) rmSync(path, { recursive: true, force: true });
}

function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
