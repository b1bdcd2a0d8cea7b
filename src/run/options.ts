/** Checks the options that a caller of the library gives. */
import { UsageError } from '../base/fatal.ts';
import { shown } from '../base/printable.ts';
import { hint } from '../base/suggest.ts';
import { checkImage } from '../workloads/heaps/image.ts';
import type { RuntimeOptions } from './api.ts';
import { text, type Kind } from './kinds.ts';
import { MACHINE_OPTIONS } from './machine-options.ts';

const WORKLOAD = "a workload's name, or the path or file URL of a module";

const KINDS: ReadonlyMap<string, Kind<unknown>> = new Map<string, Kind<unknown>>([
  ['workload', text(WORKLOAD)],
  ...Object.entries<{ readonly kind: Kind<unknown> }>(MACHINE_OPTIONS).map(([name, { kind }]) => [name, kind] as const),
]);

/**
 * Checks every option and copies it, so that later changes by the caller have no effect.
 * @throws UsageError for the first option that is unknown or out of range, HeapFormatError for a heap
 *   that breaks its invariants
 */
export function checkOptions(given: unknown): RuntimeOptions {
  const options = withPrefix(() => checkAll(given));
  if (options.heap !== undefined) checkImage(options.heap);
  return options;
}

function checkAll(given: unknown): RuntimeOptions {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw new UsageError(`the options must be an object, not ${shown(given)}`);
  const { workload, ...others } = given as Readonly<Record<string, unknown>>;
  const checked: Record<string, unknown> = { workload: KINDS.get('workload')!.check(workload, 'workload') };
  for (const [name, value] of Object.entries(others)) {
    const kind = KINDS.get(name);
    if (kind === undefined) throw new UsageError(`there is no option ${shown(name)}${hint(name, [...KINDS.keys()])}`);
    if (value !== undefined) checked[name] = kind.check(value, name);
  }
  return checked as unknown as RuntimeOptions;
}

function withPrefix<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`startRuntime: ${error.message}`) : error;
  }
}
