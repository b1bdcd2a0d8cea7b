/** Loads the core as coroutines whose accesses have costs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { GeneratedCore } from '../rewrite/generated.ts';
import { ROOT } from '../base/root.ts';
import { unpackSites, type PackedSites, type Site } from '../rewrite/sites.ts';

export type ModelCore = GeneratedCore<typeof import('./entry.ts')>;

export const MODEL_ENTRY = join(ROOT, 'src/model/entry.ts');
/** The files that the build writes. */
export const MODEL_CORE = join(ROOT, 'dist/generated/core.model.gen.js.gz');
export const MODEL_SITES = join(ROOT, 'dist/generated/sites.model.gen.json.gz');

export async function loadModelCore(): Promise<ModelCore> {
  const code = gunzipSync(readFileSync(MODEL_CORE)).toString('base64');
  return (await import(/* @vite-ignore */ `data:text/javascript;base64,${code}`)) as ModelCore;
}

/** Returns the sites of the core's accesses, by number. */
export function loadModelSites(): Site[] {
  return unpackSites(JSON.parse(gunzipSync(readFileSync(MODEL_SITES)).toString()) as PackedSites);
}
