/** Bundles entry modules into a few files. Needs the build tools. */
import { rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { rolldown } from 'rolldown';
import { noticesOf } from '../../notices.ts';
import type { Bundle } from './worker.ts';

/** Matches the name of a package that is not bundled. Of zod, a program loads a hundred files, and uses ten. */
const PACKAGE = /^(?!zod$)[a-z@]/;

/**
 * Writes each of the entries with its imports to the bundle's folder, under its own name. Modules that several entries
 * import, or that are imported when they are needed, go into files that they share. Functions keep their names for stack traces.
 */
export async function gather({ folder, entries, isDense }: Bundle): Promise<void> {
  const input = Object.fromEntries(entries.map((entry) => [basename(entry, '.js'), entry]));
  const build = await rolldown({ input, platform: 'node', logLevel: 'silent', external: PACKAGE });
  rmSync(folder, { recursive: true, force: true });
  try {
    const minify = { compress: false, mangle: { toplevel: false, keepNames: true }, codegen: { removeWhitespace: isDense } } as const;
    const { output } = await build.write({ dir: folder, entryFileNames: '[name].js', chunkFileNames: '[name].gen.js', format: 'esm', comments: false, minify });
    const notices = noticesOf(output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : [])));
    if (notices !== '') writeFileSync(join(folder, 'NOTICES.txt'), notices);
  } finally {
    await build.close();
  }
}
