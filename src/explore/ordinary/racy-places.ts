/** Places whose races a scenario calls intended. */
import { hint } from '../../base/suggest.ts';
import type { Site } from '../../rewrite/sites.ts';
import { unusable } from './exports.ts';

/**
 * Returns, by site, 1 if `racy` names its place: a function as reports name it (`read`), a file (`seqlock.ts`), or a line of
 * one (`seqlock.ts:31`). With `true` it names all.
 * @param path of the scenario, for messages
 * @throws UsageError for an entry that names no access
 */
export function racySites(path: string, racy: true | readonly string[] | undefined, sites: readonly Site[]): Uint8Array {
  if (racy === true) return new Uint8Array(sites.length).fill(1);
  const found = new Uint8Array(sites.length);
  for (const entry of racy ?? []) {
    let isKnown = false;
    for (const [i, site] of sites.entries()) {
      if (!namesOf(site).includes(entry)) continue;
      found[i] = 1;
      isKnown = true;
    }
    if (!isKnown) throw unusable(path, `its racy names '${entry}', where nothing accesses shared memory${hint(entry, [...new Set(sites.flatMap(namesOf))])}`);
  }
  return found;
}

function namesOf({ fn, file, line }: Site): readonly string[] {
  const parts = file.split('/');
  const files = parts.map((_, i) => parts.slice(i).join('/'));
  return [fn, fn.slice(fn.lastIndexOf('.') + 1), ...files, ...files.map((each) => `${each}:${line}`)];
}
