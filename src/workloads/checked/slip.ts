/** What a user's workload passes wrongly to a function of the toolkit is told as the user's. */
import { UsageError } from '../../base/fatal.ts';

/** A function of the toolkit. */
// oxlint-disable-next-line no-explicit-any -- of any parameters
export type Call = (...args: any[]) => unknown;

/**
 * Throws: an argument of `call` can't be.
 * @param wrong what is wrong with it, after the function's name and parameters
 */
export function slip(call: Call, wrong: string): never {
  throw new UsageError(`${signatureOf(call)}: ${wrong}`);
}

/** "getSlot(m, gp, i)", as the function was declared. */
export function signatureOf(call: Call): string {
  const [, name, parameters] = /^function\s+(\w+)\s*\(([^)]*)\)/.exec(String(call)) ?? ['', call.name, '…'];
  return `${name}(${parameters.replace(/\s+/g, ' ').trim()})`;
}
