/** Bundles and rewrites a user's module with the core, or takes the result from the cache. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { SourceMapPayload } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../base/fatal.ts';
import { findBuilt, keepBuilt } from './core-cache.ts';
import { ROOT } from '../base/root.ts';
import { ENTRY, hashOf, type LoadedCore } from './load.ts';
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
  return built([entry, file, mutant ?? null], hooked, async () => {
    const { generateCore } = await buildTools();
    return generateCore(at, ROOT, new Map([...(mutant === undefined ? [] : plant(mutant, ROOT)), [at, entry]]), isUsers);
  });
}

/** Builds the module of ordinary code at `file`, with all that it imports. @throws as `buildUserCore` */
export function buildOrdinary(file: string, hooked: boolean): Promise<UserBuild> {
  return built(['ordinary', file], hooked, async () => {
    await buildTools();
    const { generateOrdinary } = await import('../rewrite/ordinary/generate.ts');
    return generateOrdinary(file, ROOT, isUsers);
  });
}

/** Returns what `generate` makes for `request`, or the same from the cache. */
async function built(wanted: unknown, hooked: boolean, generate: () => Promise<Variants>): Promise<UserBuild> {
  const request = JSON.stringify([wanted, toolsHash()]);
  const folder = findBuilt(request);
  if (folder !== null) return inFolder(folder, hooked);
  const variants = await generate();
  const kept = keepBuilt(request, { files: filesOf(variants), sources: variants.plain.map.sources.filter((path) => existsSync(path)) });
  if (kept !== null) return inFolder(kept, hooked);
  const { importGenerated } = await buildTools();
  // Nothing can be stored: the files exist only while they are loaded.
  const generated = hooked ? variants.hooked : variants.plain;
  const { sites, map, code } = generated;
  return { sites, reach: () => variants.reach, build: hashOf(hooked ? variants.plain.code : code), places: new Places(() => map, sites), load: () => importGenerated(generated) };
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

function inFolder(folder: string, hooked: boolean): UserBuild {
  const sites = JSON.parse(readFileSync(join(folder, 'sites.json'), 'utf8')) as Site[];
  const path = join(folder, hooked ? VARIANT.hooked : VARIANT.plain);
  return {
    sites,
    build: hashOf(readFileSync(join(folder, VARIANT.plain), 'utf8')),
    reach: () => JSON.parse(readFileSync(join(folder, 'reach.json'), 'utf8')) as Reach,
    places: new Places(() => JSON.parse(readFileSync(join(folder, 'core.map'), 'utf8')) as SourceMapPayload, sites),
    load: () => import(/* @vite-ignore */ pathToFileURL(path).href),
  };
}

async function buildTools(): Promise<typeof import('../rewrite/generate.ts')> {
  if (!existsSync(ENTRY)) throw new UsageError('a scenario of your own is built together with the sources: run it in a checkout of sweepgen, not in the installed package');
  try {
    return await import('../rewrite/generate.ts');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError('a scenario of your own is built with rolldown, acorn and magic-string; install them first: npm install rolldown acorn magic-string');
  }
}

/** Returns a hash of the build tools: other versions may build something else. */
function toolsHash(): string {
  const files = readdirSync(TOOLS, { recursive: true, encoding: 'utf8' }).filter((name) => /\.[jt]s$/.test(name)).map((name) => join(TOOLS, name));
  const packages = PACKAGES.map((name) => join(ROOT, 'node_modules', name, 'package.json')).filter((path) => existsSync(path));
  return hashOf([...files, ...packages].map((path) => readFileSync(path, 'utf8')).join('\0'));
}
