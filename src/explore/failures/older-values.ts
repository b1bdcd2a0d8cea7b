/** The loads of an execution that returned older values, and the stores that they missed. */
import { ACCESS } from '../../rewrite/sites.ts';
import { wordOf, wordsOf, writes } from './access.ts';
import type { Access, Trace } from './trace.ts';

const LOADS: ReadonlySet<number> = new Set([ACCESS.load, ACCESS.atomicLoad, ACCESS.byteLoad]);

/** Reports whether the access is a load that returned an older value than the newest. */
export function isOlder({ kind, value, old }: Access): boolean {
  return LOADS.has(kind) && value !== old;
}

/** Returns the place in the trace of the last store before `step` to the word that `step` loads; -1 if there is none. */
export function missedBy(trace: Trace, step: number): number {
  const word = wordOf(trace.at(step));
  for (let before = step - 1; before >= 0; before--) {
    const access = trace.at(before);
    if (writes(access) && wordOf(access) <= word && word < wordOf(access) + wordsOf(access)) return before;
  }
  return -1;
}

/** Returns the places in the trace of all loads of older values. */
export function olderLoads(trace: Trace): number[] {
  return Array.from({ length: trace.length }, (_, step) => step).filter((step) => isOlder(trace.at(step)));
}
