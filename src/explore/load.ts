/** Loads the core for exploration: prebuilt, or built with a mutant. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { ROOT } from '../base/root.ts';
import type { GeneratedCore } from '../rewrite/generated.ts';
import { plant, type Mutant } from '../mutants/mutant.ts';
import type { Reach } from '../rewrite/reach.ts';
import { unpackSites, type PackedSites, type Site } from '../rewrite/sites.ts';

/** The core's exports. */
export type Core = GeneratedCore<typeof import('./entry.ts')>;

export interface LoadedCore {
  readonly core: Core;
  readonly sites: readonly Site[];
  /** A hash of the generated text, the same for both variants. */
  readonly build: string;
  /** Returns the protocol edges that each export can reach; read when it is first called. */
  readonly reach: () => Reach;
}

/** Where the build puts the generated modules. */
export const GENERATED = join(ROOT, 'dist/generated');
/** The sites of both variants, packed. */
export const SITES = join(GENERATED, 'sites.gen.json.gz');
export const ENTRY = join(ROOT, 'src/explore/entry.ts');

/** Loads the core. The `hooked` variant is slower, and reports each access. */
export async function loadCore(hooked: boolean, mutant?: Mutant): Promise<LoadedCore> {
  if (mutant !== undefined) return loadMutant(hooked, mutant);
  const path = join(GENERATED, hooked ? 'core.hooked.gen.js' : 'core.gen.js');
  const core = (await import(/* @vite-ignore */ pathToFileURL(path).href)) as Core;
  const sites = unpackSites(JSON.parse(gunzipSync(readFileSync(SITES)).toString()) as PackedSites);
  const reach = () => JSON.parse(readFileSync(join(GENERATED, 'reach.gen.json'), 'utf8')) as Reach;
  return { core, sites, build: hashOf(readFileSync(join(GENERATED, 'core.gen.js'), 'utf8')), reach };
}

async function loadMutant(hooked: boolean, mutant: Mutant): Promise<LoadedCore> {
  const overlay = plant(mutant, ROOT);
  // The installed package has no build tools.
  const { generateCore, evaluateGenerated } = await import('../rewrite/generate.ts');
  const variants = await generateCore(ENTRY, ROOT, overlay);
  const generated = hooked ? variants.hooked : variants.plain;
  return { core: evaluateGenerated<typeof import('./entry.ts')>(generated), sites: generated.sites, build: hashOf(variants.plain.code), reach: () => variants.reach };
}

/** Returns a short hash of `text`, which names a build. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
