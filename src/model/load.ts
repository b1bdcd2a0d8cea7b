/** Loads the core as coroutines whose accesses have costs. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { GeneratedCore } from '../rewrite/generated.ts';
import { ROOT } from '../base/root.ts';

export type ModelCore = GeneratedCore<typeof import('./entry.ts')>;

export const MODEL_ENTRY = join(ROOT, 'src/model/entry.ts');
/** The file that the build writes. */
export const MODEL_CORE = join(ROOT, 'dist/generated/core.model.gen.js');

export async function loadModelCore(): Promise<ModelCore> {
  return (await import(/* @vite-ignore */ pathToFileURL(MODEL_CORE).href)) as ModelCore;
}
