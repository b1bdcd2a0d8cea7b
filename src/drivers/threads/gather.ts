/** Makes the worker one file. Needs the build tools. */
import { basename, dirname } from 'node:path';
import { rolldown } from 'rolldown';

/** Writes the module at `worker`, and all that it imports of ours, to `gathered`. */
export async function gatherWorker(worker: string, gathered: string): Promise<void> {
  const build = await rolldown({ input: worker, platform: 'node', logLevel: 'silent' });
  try {
    // Comments would be half of what each thread has to scan.
    await build.write({ dir: dirname(gathered), entryFileNames: basename(gathered), format: 'esm', comments: false });
  } finally {
    await build.close();
  }
}
