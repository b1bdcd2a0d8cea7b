/** Loads the core for exploration: prebuilt, or built with a mutant. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { ROOT } from '../base/root.ts';
import { missingSources } from '../rewrite/core-sources.ts';
import { evaluate, expressionOf } from '../rewrite/evaluate.ts';
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
/** The variant that reports accesses, as an expression, packed. */
export const HOOKED_CORE = join(GENERATED, 'core.hooked.gen.js.gz');
/** The sites of both variants, packed. */
export const SITES = join(GENERATED, 'sites.gen.json.gz');
export const ENTRY = join(ROOT, 'src/explore/entry.ts');
/** The module that a user's scenario imports as 'sweepgen/core'. */
export const USER_CORE = join(ROOT, 'src/explore/user-core.ts');

/** Loads the core. The `hooked` variant is slower, and reports each access. */
export async function loadCore(hooked: boolean, mutant?: Mutant): Promise<LoadedCore> {
  if (mutant !== undefined) return loadMutant(hooked, mutant);
  const core = hooked ? loadHooked() : ((await import(/* @vite-ignore */ pathToFileURL(join(GENERATED, 'core.gen.js')).href)) as Core);
  const sites = unpackSites(JSON.parse(gunzipSync(readFileSync(SITES)).toString()) as PackedSites);
  const reach = () => JSON.parse(readFileSync(join(GENERATED, 'reach.gen.json'), 'utf8')) as Reach;
  return { core, sites, build: hashOf(readFileSync(join(GENERATED, 'core.gen.js'), 'utf8')), reach };
}

let hookedCore: Core | undefined;

function loadHooked(): Core {
  return (hookedCore ??= evaluate<typeof import('./entry.ts')>(gunzipSync(readFileSync(HOOKED_CORE)).toString()));
}

async function loadMutant(hooked: boolean, mutant: Mutant): Promise<LoadedCore> {
  const overlay = new Map([...missingSources(), ...plant(mutant, ROOT)]);
  // Loading the build tools takes a while, and the unchanged core needs none.
  const { generateCore } = await import('../rewrite/generate.ts');
  const variants = await generateCore(ENTRY, ROOT, overlay);
  const generated = hooked ? variants.hooked : variants.plain;
  return { core: evaluate<typeof import('./entry.ts')>(expressionOf(generated.code)), sites: generated.sites, build: hashOf(variants.plain.code), reach: () => variants.reach };
}

/** Returns a short hash of `text`, which names a build. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
