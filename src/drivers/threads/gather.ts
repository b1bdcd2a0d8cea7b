/** Makes the worker one file. Needs the build tools. */
import { basename, dirname } from 'node:path';
import { rolldown } from 'rolldown';

/** The name of a package, which is loaded from where it is installed. */
const PACKAGE = /^[a-z@]/;

/** Writes the module at `worker`, and all that it imports of ours, to `gathered`. */
export async function gatherWorker(worker: string, gathered: string): Promise<void> {
  const build = await rolldown({ input: worker, platform: 'node', logLevel: 'silent', external: PACKAGE });
  try {
    // Blanks would be a fifth of what each thread has to scan. Names are kept: stacks show them.
    const minify = { compress: false, mangle: false, codegen: { removeWhitespace: true } } as const;
    await build.write({ dir: dirname(gathered), entryFileNames: basename(gathered), format: 'esm', comments: false, minify });
  } finally {
    await build.close();
  }
}
