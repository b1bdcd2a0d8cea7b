/**
 * The modules that threads run: `workers/m.js` and `workers/module.js`. The build bundles each into one file,
 * because a thread takes about half a millisecond to load a module, and a machine may have 64 threads.
 */
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The module of an M, as tsc emits it. */
export const WORKER = fileURLToPath(new URL('../../../workers/m.js', import.meta.url));
/** The module of a user module's thread, as tsc emits it. */
export const MODULE_WORKER = fileURLToPath(new URL('../../../workers/module.js', import.meta.url));

/** Returns the path of the bundle of `worker`. */
export function gatheredFile(worker: string): string {
  return worker.replace(/\.js$/, '.gen.js');
}

/** Returns the bundle, or the module itself if it has been compiled since. */
export function workerFile(worker = WORKER, gathered = gatheredFile(worker)): string {
  const made = statSync(gathered, { throwIfNoEntry: false });
  return made !== undefined && made.mtimeMs >= statSync(worker).mtimeMs ? gathered : worker;
}
