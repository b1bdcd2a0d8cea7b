/**
 * The module that the threads of the Ms run: `workers/m.js` gathered into one file by the build,
 * since a thread takes 1 ms for each module it loads, and a machine may have 64 threads.
 */
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** As tsc emits it, with more than a hundred modules behind it. */
export const WORKER = fileURLToPath(new URL('../../../workers/m.js', import.meta.url));
/** The same in one file. */
export const GATHERED_WORKER = fileURLToPath(new URL('../../../workers/m.gen.js', import.meta.url));

/** The gathered one, unless the source has been compiled again since. */
export function workerFile(worker = WORKER, gathered = GATHERED_WORKER): string {
  const made = statSync(gathered, { throwIfNoEntry: false });
  return made !== undefined && made.mtimeMs >= statSync(worker).mtimeMs ? gathered : worker;
}
