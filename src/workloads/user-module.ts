/**
 * Imports users' workload modules without validation. load-workload.ts validates a module once, on a
 * thread of its own; the threads of the Ms load its steps from here and start without the checks.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { messageOf } from '../base/thrown.ts';
import { placeOf } from '../base/user-frame.ts';
import type { Step } from '../runtime/goroutine.ts';
import { BUILT_INS, builtIn } from './built-ins.ts';
import { checkedSteps } from './checked-steps.ts';
import { guardGlobals } from './guard-globals.ts';
import { toolkit } from './toolkit.ts';
import type { Workload } from './workload.ts';

/** Loads the steps of a workload that loadWorkload has validated. */
export async function loadSteps(spec: string, file = spec): Promise<readonly Step[]> {
  const known = builtIn(spec);
  if (known !== undefined) return known.steps;
  guardGlobals();
  const { steps } = (await importWorkload(spec, file)) as Workload;
  return checkedSteps(steps);
}

/**
 * Imports the default export of the module at the path or file URL `spec`. If it is a function, calls
 * it with the toolkit and returns the result.
 * @throws UsageError for a module that is missing or can't be loaded
 */
export async function importWorkload(spec: string, file = spec): Promise<unknown> {
  const exported = await importDefault(spec, moduleUrl(file));
  return typeof exported === 'function' ? callFactory(spec, exported as (api: typeof toolkit) => unknown) : exported;
}

/**
 * Returns the URL of the module `spec`.
 * @throws UsageError if `spec` is neither a workload nor a file
 */
export function moduleUrl(spec: string): string {
  if (!/[/\\.]/.test(spec)) {
    const names = BUILT_INS.map(({ name }) => name).join(', ');
    throw new UsageError(`there is no workload ${printable(spec)}; built in are ${names}; a module of your own is named by its path, as ./${printable(spec)}.mjs`);
  }
  if (/^[a-z][a-z+.-]+:/i.test(spec) && !spec.startsWith('file:')) {
    throw new UsageError(`workload module ${printable(spec)}: only files can be loaded, by path or file: URL`);
  }
  const url = spec.startsWith('file:') ? spec : pathToFileURL(resolve(spec)).href;
  if (!existsSync(pathOf(spec, url))) throw new UsageError(`workload module ${printable(spec)}: there is no such file`);
  return url;
}

function pathOf(spec: string, url: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw new UsageError(`workload module ${printable(spec)}: ${messageOf(error)}`);
  }
}

async function importDefault(spec: string, url: string): Promise<unknown> {
  // With source maps, stacks name the user's own lines even if the module was bundled from TypeScript.
  process.setSourceMapsEnabled(true);
  const loaded = await import(/* @vite-ignore */ url).catch((error: unknown) => {
    throw new UsageError(`workload module ${printable(spec)} can't be loaded: ${messageOf(error)}${placeOf(error)}`);
  });
  if (!Object.hasOwn(loaded as object, 'default')) {
    throw new UsageError(`workload module ${printable(spec)} has no default export; export a workload, or a function that makes one from the toolkit`);
  }
  return (loaded as { default: unknown }).default;
}

function callFactory(spec: string, factory: (api: typeof toolkit) => unknown): unknown {
  try {
    return factory(toolkit);
  } catch (error) {
    throw new UsageError(`workload module ${printable(spec)}: its default export threw: ${messageOf(error)}${placeOf(error)}`);
  }
}
