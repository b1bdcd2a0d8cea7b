/** Bundles and rewrites a user's module with the core, or takes the result from the cache. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { SourceMapPayload } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findBuilt, keepBuilt, type Found } from './core-cache.ts';
import { ROOT } from '../base/root.ts';
import { buildHash } from './campaigns/build-hash.ts';
import { hashOf, type LoadedCore } from './load.ts';
import { projectOf } from './project.ts';
import { missingSources } from '../rewrite/core-sources.ts';
import { plant, type Mutant } from '../mutants/mutant.ts';
import type { Variants } from '../rewrite/transform.ts';
import type { Reach } from '../rewrite/reach.ts';
import type { Site } from '../rewrite/sites.ts';
import { Places } from './user-throws.ts';

/** A built module; `load` runs it. */
export interface UserBuild extends Pick<LoadedCore, 'sites' | 'build' | 'reach'> {
  readonly places: Places;
  load(): Promise<unknown>;
}

/** File names of the variants. */
const VARIANT = { plain: 'core.mjs', hooked: 'core.hooked.mjs' } as const;
/** Everything that takes part in building besides the sources: files in this folder, and packages. */
const TOOLS = join(ROOT, 'src/rewrite');
const PACKAGES = ['rolldown', 'acorn', 'magic-string'];

/**
 * Builds `entry`, a text that exports the core's functions and those of the module at `file`.
 * @throws ConventionError, or any error of the bundler
 */
export function buildUserCore(entry: string, file: string, hooked: boolean, mutant?: Mutant): Promise<UserBuild> {
  const at = join(ROOT, 'src/explore/user-entry.ts');
  return built([entry, file, mutant ?? null], ROOT, hooked, async () => {
    const { generateCore } = await import('../rewrite/generate.ts');
    return generateCore(at, ROOT, new Map([...missingSources(), ...(mutant === undefined ? [] : plant(mutant, ROOT)), [at, entry]]), isUsers);
  });
}

/**
 * Builds the module of ordinary code at `file`, with all that it imports.
 * @param inline number of the scenario inside the module, if the module itself is none
 * @throws as `buildUserCore`
 */
export function buildOrdinary(file: string, hooked: boolean, inline?: number): Promise<UserBuild> {
  const root = projectOf(file);
  return built(['ordinary', file, root, inline ?? null], root, hooked, async () => {
    const { generateOrdinary } = await import('../rewrite/ordinary/generate.ts');
    return generateOrdinary(file, root, isUsers, inline);
  });
}

/** Returns what `generate` makes for `request`, or the same from the cache. Sites have their files relative to `root`. */
async function built(wanted: unknown, root: string, hooked: boolean, generate: () => Promise<Variants>): Promise<UserBuild> {
  const request = JSON.stringify([wanted, toolsHash()]);
  const found = findBuilt(request);
  if (found !== null) return ofCache(found, root, hooked);
  const variants = await generate();
  const kept = keepBuilt(request, { files: filesOf(variants), sources: variants.plain.map.sources.filter((path) => existsSync(path)) });
  if (kept !== null) return ofCache(kept, root, hooked);
  const { importGenerated } = await import('../rewrite/generate.ts');
  // Nothing can be stored: the files exist only while they are loaded.
  const generated = hooked ? variants.hooked : variants.plain;
  const { sites, map, code } = generated;
  return { sites, reach: () => variants.reach, build: hashOf(hooked ? variants.plain.code : code), places: new Places(() => map, sites, root), load: () => importGenerated(generated) };
}

/** Reports whether the file at `path` is a user's: not sweepgen's, and not a package's. */
function isUsers(path: string): boolean {
  const full = resolve(path);
  return !full.startsWith(join(ROOT, 'src/')) && !full.includes('/node_modules/') && !full.startsWith('\0');
}

function filesOf({ plain, hooked, reach }: Variants): Record<string, string> {
  return {
    [VARIANT.plain]: plain.code,
    [VARIANT.hooked]: hooked.code,
    'core.map': JSON.stringify(plain.map),
    // The sites of the hooked variant follow those of the plain one.
    'sites.json': JSON.stringify(hooked.sites),
    'reach.json': JSON.stringify(reach),
  };
}

function ofCache({ folder, files }: Found, root: string, hooked: boolean): UserBuild {
  const name = hooked ? VARIANT.hooked : VARIANT.plain;
  const sites = JSON.parse(files['sites.json']) as Site[];
  const map = () => JSON.parse(files['core.map']) as SourceMapPayload;
  const path = join(folder, name);
  return {
    sites,
    build: hashOf(files[VARIANT.plain]),
    reach: () => JSON.parse(files['reach.json']) as Reach,
    places: new Places(map, sites, root),
    load: () =>
      import(/* @vite-ignore */ pathToFileURL(path).href).catch(async (error: unknown) => {
        if (existsSync(path)) throw error;
        // Another process forgot the entry.
        const { importGenerated } = await import('../rewrite/generate.ts');
        return importGenerated({ code: files[name], sites, map: map() });
      }),
  };
}

/** Returns a hash of the build tools: other versions may build something else. */
function toolsHash(): string {
  const packages = PACKAGES.map((name) => packageFile(name, ROOT)).filter((path) => path !== undefined);
  return hashOf([...ownTools(), ...packages.map((path) => readFileSync(path, 'utf8'))].join('\0'));
}

/** Returns the texts of the build tools in a checkout. The installed package has them in bundles, and a hash that stands for all of its code. */
function ownTools(): readonly string[] {
  if (!existsSync(TOOLS)) return [buildHash()];
  return readdirSync(TOOLS, { recursive: true, encoding: 'utf8' }).filter((name) => /\.[jt]s$/.test(name)).map((name) => readFileSync(join(TOOLS, name), 'utf8'));
}

/** Returns the package.json of the package that modules in `folder` import as `name`. */
function packageFile(name: string, folder: string): string | undefined {
  const path = join(folder, 'node_modules', name, 'package.json');
  if (existsSync(path)) return path;
  return dirname(folder) === folder ? undefined : packageFile(name, dirname(folder));
}
