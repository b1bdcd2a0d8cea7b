/** A bug planted in the core: a change of its source text, so that the real code holds no switch for it. */
import { join } from 'node:path';
import { UsageError } from '../base/fatal.ts';
import type { Overlay } from '../rewrite/bundle.ts';
import { readSource } from '../rewrite/core-sources.ts';

export interface Mutant {
  readonly name: string;
  /** The Go commit or issue of the real bug, or 'constructed'. */
  readonly history: string;
  /** What goes wrong, in one sentence. */
  readonly breaks: string;
  /** From the root of the project: 'src/…'. */
  readonly file: string;
  /** Source text that must occur exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

/**
 * Returns the mutated source of `mutant` as an overlay, for sources under `root`.
 * @throws UsageError if the source file is absent
 * @throws Error if the text does not occur exactly once: the source has changed and the mutant must follow
 */
export function plant(mutant: Mutant, root: string): Overlay {
  const path = join(root, mutant.file);
  const text = readSource(path);
  if (text === undefined) throw new UsageError(`mutant ${mutant.name} needs ${mutant.file}, which is not there; install sweepgen anew`);
  const parts = text.split(mutant.find);
  if (parts.length !== 2) throw new Error(`mutant ${mutant.name}: its text occurs ${parts.length - 1} times in ${mutant.file}, not once`);
  return new Map([[path, parts.join(mutant.replace)]]);
}
