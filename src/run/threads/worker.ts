/**
 * The modules that threads run: `workers/m.js` and `workers/module.js`, gathered into two files each by the build,
 * since a thread takes 1 ms for each module it loads, and a machine may have 64 threads.
 */
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** As tsc emits it, with more than a hundred modules behind it. */
export const WORKER = fileURLToPath(new URL('../../../workers/m.js', import.meta.url));
/** The thread on which the functions of a user's module run. */
export const MODULE_WORKER = fileURLToPath(new URL('../../../workers/module.js', import.meta.url));

/** Where the build gathers `worker` into one file. */
export function gatheredFile(worker: string): string {
  return worker.replace(/\.js$/, '.gen.js');
}

/** The gathered one, unless the source has been compiled again since. */
export function workerFile(worker = WORKER, gathered = gatheredFile(worker)): string {
  const made = statSync(gathered, { throwIfNoEntry: false });
  return made !== undefined && made.mtimeMs >= statSync(worker).mtimeMs ? gathered : worker;
}
