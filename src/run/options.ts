/** Checks the options that a caller of the library gives. */
import { UsageError } from '../base/fatal.ts';
import { checkImage } from '../workloads/heaps/image.ts';
import type { RuntimeOptions } from './api.ts';
import { check, fieldsOf, text, type Kind } from './kinds.ts';
import { MACHINE_OPTIONS } from './machine-options.ts';

const KINDS = {
  workload: text("a workload's name, or the path or file URL of a module"),
  ...Object.fromEntries(Object.entries<{ readonly kind: Kind<unknown> }>(MACHINE_OPTIONS).map(([name, { kind }]) => [name, kind])),
};
const OPTIONS = fieldsOf<RuntimeOptions>(KINDS, 'an object', ['workload']);

/**
 * Checks every option and copies it, so that later changes by the caller have no effect.
 * @throws UsageError for the first option that is unknown or out of range, HeapFormatError for a heap
 *   that breaks its invariants
 */
export function checkOptions(given: unknown): RuntimeOptions {
  const options = withPrefix(() => check(OPTIONS, given));
  if (options.heap !== undefined) checkImage(options.heap);
  return options;
}

function withPrefix<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`startRuntime: ${error.message}`) : error;
  }
}
