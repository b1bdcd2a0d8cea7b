/**
 * The sources that sites refer to. The build packs those of the prebuilt core, for in a checkout they may have changed
 * since. A core that is built with a mutant or a user's module is made of the present ones.
 */
import { join } from 'node:path';
import { plant, type Mutant } from '../../mutants/mutant.ts';
import { packedSources, readSource } from '../../rewrite/core-sources.ts';

/** Returns the text of the source called `name`, from the root of the project; undefined if it is not there. */
export type ReadSource = (name: string) => string | undefined;

/** Returns a reader of the sources of the prebuilt core. */
export function prebuiltSources(): ReadSource {
  const texts = packedSources();
  return (name) => (Object.hasOwn(texts, name) ? texts[name] : undefined);
}

/** Returns a reader of the sources in the folder `root`. */
export function presentSources(root: string): ReadSource {
  return (name) => readSource(join(root, name));
}

/** Returns a reader of the sources in the folder `root` with a bug planted. */
export function mutatedSources(root: string, mutant: Mutant): ReadSource {
  const overlay = plant(mutant, root);
  const present = presentSources(root);
  return (name) => overlay.get(join(root, name)) ?? present(name);
}
