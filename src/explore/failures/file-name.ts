/** What the file of a failure is called. */
import type { Artefact } from './artefact.ts';
import { codeOf } from './outcome.ts';

/** Found again, a mutant's failure takes the place of the former one; others differ by their end. */
export function fileNameOf(artefact: Artefact): string {
  const { scenario, mutant, verdict, checkpoints } = artefact;
  if (mutant !== null) return `${scenario}-${mutant}.json`;
  const what = codeOf(artefact).toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 40) || verdict;
  return `${scenario}-${what}-${(checkpoints.hashes.at(-1) ?? 0).toString(16).padStart(8, '0')}.json`;
}
