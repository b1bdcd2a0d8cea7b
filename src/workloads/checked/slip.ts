/** Errors for wrong arguments that a user's workload passes to a function of the toolkit. */
import { UsageError } from '../../base/fatal.ts';

/** A function of the toolkit. */
// oxlint-disable-next-line no-explicit-any -- of any parameters
export type Call = (...args: any[]) => unknown;

/**
 * Throws a UsageError for a wrong argument of `call`.
 * @param wrong the fault; the message puts the signature of the function in front
 */
export function slip(call: Call, wrong: string): never {
  throw new UsageError(`${signatureOf(call)}: ${wrong}`);
}

/** Returns the declared signature of a function: "getSlot(m, gp, i)". */
export function signatureOf(call: Call): string {
  const [, name, parameters] = /^function\s+(\w+)\s*\(([^)]*)\)/.exec(String(call)) ?? ['', call.name, '…'];
  return `${name}(${parameters.replace(/\s+/g, ' ').trim()})`;
}
