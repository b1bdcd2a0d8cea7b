/** Finds what a module of ordinary code gives as its scenario: its exports, or the object that it exports as default. */
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import type { OrdinaryExports } from './exports.ts';

type Threads = NonNullable<OrdinaryExports['threads']>;

/** The scenario as a user writes it: threads may be an object of functions by name. */
interface Written {
  readonly threads?: Threads | Readonly<Record<string, Threads[number]>>;
  readonly check?: OrdinaryExports['check'];
}

/** Returns the object that `module` exports as default. @throws UsageError if it is no object */
export function defaultOf(path: string, module: object): Readonly<Record<string, unknown>> {
  const { default: given } = module as { readonly default?: unknown };
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw new UsageError(`${printable(path)} is no scenario: its default export must be an object, as scenario({ setup, threads, check }) returns it`);
  return given as Readonly<Record<string, unknown>>;
}

/**
 * Returns `module`, whose scenario is `written`, in the form that the engine reads. Threads by name become a list, and
 * check gets their results by name.
 * @param written a default export, or the module itself
 */
export function asExports<Module extends object>(module: Module, written: object): Module {
  const own = written === module ? {} : written;
  const { threads, check } = written as Written;
  if (typeof threads !== 'object' || threads === null || Array.isArray(threads)) return extended(module, own);
  const names = Object.keys(threads);
  const byName = (results: readonly unknown[]) => Object.fromEntries(names.map((name, i) => [name, results[i]]));
  return extended(module, {
    ...own,
    threads: Object.values(threads),
    threadNames: names,
    ...(typeof check === 'function' && { check: (state: unknown, results: readonly unknown[]) => check(state, byName(results) as never) }),
  });
}

/** Properties of a module can't be assigned, but another object may have them in its prototype. */
function extended<Module extends object>(module: Module, properties: object): Module {
  const descriptors = Object.entries(properties).map(([name, value]) => [name, { value, enumerable: true }]);
  return descriptors.length === 0 ? module : (Object.create(module, Object.fromEntries(descriptors)) as Module);
}
