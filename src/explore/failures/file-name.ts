/** The file name of a failure. */
import type { Artefact } from './artefact.ts';
import { codeOf } from './outcome.ts';

/** Returns the name. A mutant's failure replaces the former one; other names end in a hash. A scenario that is a module's path gives the name of its file. */
export function fileNameOf(artefact: Artefact): string {
  const { mutant, verdict, checkpoints } = artefact;
  const scenario = artefact.scenario.replace(/^.*[/\\]/, '');
  if (mutant !== null) return `${scenario}-${mutant}.json`;
  const what = codeOf(artefact).toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 40) || verdict;
  return `${scenario}-${what}-${(checkpoints.hashes.at(-1) ?? 0).toString(16).padStart(8, '0')}.json`;
}
