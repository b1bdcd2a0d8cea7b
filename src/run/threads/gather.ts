/** Bundles the modules of the workers into a few files. Needs the build tools. */
import { basename, dirname } from 'node:path';
import { rolldown } from 'rolldown';

/** Matches the name of a package, which is not bundled. */
const PACKAGE = /^[a-z@]/;

/**
 * Writes each module of `workers` with its imports, packages excepted, to the file that `gathered`
 * returns for it. Modules that several workers import go into one shared file.
 */
export async function gatherWorkers(workers: readonly string[], gathered: (worker: string) => string): Promise<void> {
  const names = Object.fromEntries(workers.map((worker) => [basename(gathered(worker)), worker]));
  const build = await rolldown({ input: names, platform: 'node', logLevel: 'silent', external: PACKAGE });
  try {
    // Whitespace is a fifth of the text that each thread scans. Functions keep their names for stack traces.
    const minify = { compress: false, mangle: { toplevel: false, keepNames: true }, codegen: { removeWhitespace: true } } as const;
    await build.write({ dir: dirname(gathered(workers[0])), entryFileNames: '[name]', chunkFileNames: '[name].gen.js', format: 'esm', comments: false, minify });
  } finally {
    await build.close();
  }
}
