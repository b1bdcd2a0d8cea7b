/** One access in words. Used in the terminal and in the browser, so it needs nothing of Node. */
import { ACCESS } from '../../rewrite/sites.ts';
import type { Access } from './trace.ts';

/**
 * Returns an access in words: `load mheap.sweepgen = 4`, `cas sched.lock failed, is 1`.
 * @param word the name of the word
 * @param format returns the text of a value of that word
 */
export function operationOf({ kind, value: number, old: before }: Pick<Access, 'kind' | 'value' | 'old'>, word: string, format: (value: number) => string): string {
  const value = format(number);
  const old = format(before);
  switch (kind) {
    case ACCESS.load:
    case ACCESS.atomicLoad:
    case ACCESS.byteLoad:
      return value === old ? `load ${word} = ${value}` : `load ${word} = ${value}, older than ${old}`;
    case ACCESS.store:
    case ACCESS.atomicStore:
    case ACCESS.byteStore:
      return `store ${word} ${value === old ? value : `${old} → ${value}`}`;
    case ACCESS.rmw:
      return `update ${word} ${old} → ${value}`;
    case ACCESS.cas:
      return `cas ${word} ${old} → ${value}`;
    case ACCESS.casFailed:
      return `cas ${word} failed, is ${value}`;
    case ACCESS.wait:
      return `sleep on ${word} = ${value}`;
    case ACCESS.waitRefused:
      return `no sleep on ${word} = ${value}`;
    case ACCESS.notify:
      return `wake ${number} on ${word}`;
    case ACCESS.fill:
      return `fill ${number} words from ${word} with ${old}`;
    default:
      return `copy ${number} words to ${word}`;
  }
}
