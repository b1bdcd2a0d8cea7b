/**
 * A cache of built cores on disk: a scenario whose sources have not changed is not built again.
 *
 * An entry has an index, named by a hash of the request, and a folder of files, named by a hash of their
 * contents. The index lists the sources of the files, with a hash of each.
 *
 * Invariants: an entry counts only if every hash is right, so a stale or damaged entry counts as missing. Index
 * and folder are written elsewhere and renamed: a reader sees all or nothing. Other processes may forget an entry
 * at any time, so a reader takes its texts along.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../base/root.ts';

/** The node_modules folder in which sweepgen is installed, or that of its checkout. */
const MODULES = basename(dirname(ROOT)) === 'node_modules' ? dirname(ROOT) : join(ROOT, 'node_modules');
/** Folder for files that tools can make again. */
export const CACHE = join(MODULES, '.cache/sweepgen');
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

/** An entry: its folder, which may be gone at any time, and the texts that were in it by file name. */
export interface Found {
  readonly folder: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Returns the entry for `request`, which counts as used now; null if it is missing, or the sources have changed. */
export function findBuilt(request: string, cache = CACHE): Found | null {
  try {
    const index = indexOf(cache, request);
    const { folder: name, sources, files: hashes } = Index.parse(JSON.parse(readFileSync(index, 'utf8')));
    if (!Object.entries(sources).every(([path, hash]) => hashOf(readFileSync(path)) === hash)) return null;
    const folder = join(cache, name);
    const files = Object.fromEntries(Object.keys(hashes).map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
    if (!Object.entries(files).every(([file, text]) => hashOf(text) === hashes[file])) return null;
    touch([index, folder]);
    return { folder, files };
  } catch {
    return null;
  }
}

/** Notes that `paths` are in use. */
function touch(paths: readonly string[]): void {
  const now = new Date();
  try {
    for (const path of paths) utimesSync(path, now, now);
  } catch {
    // The cache is another user's, or the entry is being forgotten: it serves all the same.
  }
}

/** Stores `built` for `request`. Returns its entry, or null if nothing can be stored. */
export function keepBuilt(request: string, { files, sources }: Built, cache = CACHE): Found | null {
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
  // Another process may remove an entry meanwhile.
  const entries = readdirSync(cache).map((name) => ({ path: join(cache, name), used: statSync(join(cache, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
  // An entry is an index and a folder.
  for (const { path } of entries.sort((a, b) => b.used - a.used).slice(2 * KEPT)) rmSync(path, { recursive: true, force: true });
}

function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
