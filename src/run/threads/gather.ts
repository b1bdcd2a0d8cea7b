/** Gathers the modules of the workers into a few files. Needs the build tools. */
import { basename, dirname } from 'node:path';
import { rolldown } from 'rolldown';

/** The name of a package, which is loaded from where it is installed. */
const PACKAGE = /^[a-z@]/;

/**
 * Writes each module of `workers`, and all that it imports of ours, to the file that `gathered`
 * names for it. What several workers import is in one file beside them.
 */
export async function gatherWorkers(workers: readonly string[], gathered: (worker: string) => string): Promise<void> {
  const names = Object.fromEntries(workers.map((worker) => [basename(gathered(worker)), worker]));
  const build = await rolldown({ input: names, platform: 'node', logLevel: 'silent', external: PACKAGE });
  try {
    // Blanks would be a fifth of what each thread has to scan. Functions keep their names: stacks show them.
    const minify = { compress: false, mangle: { toplevel: false, keepNames: true }, codegen: { removeWhitespace: true } } as const;
    await build.write({ dir: dirname(gathered(workers[0])), entryFileNames: '[name]', chunkFileNames: '[name].gen.js', format: 'esm', comments: false, minify });
  } finally {
    await build.close();
  }
}
