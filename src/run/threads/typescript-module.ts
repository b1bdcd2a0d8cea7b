/** Bundles a user's TypeScript module to JavaScript if Node can't strip types. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { messageOf } from '../../base/thrown.ts';

/** A module that this Node can import. */
export interface Importable {
  /** Path or file URL to import. */
  readonly file: string;
  /** Removes the temporary files. */
  remove(): void;
}

const TYPESCRIPT = /\.m?ts$/;

/** Reports whether Node imports TypeScript itself, as 22.18 and later do. */
function stripsTypes(): boolean {
  return Boolean((process.features as { typescript?: unknown }).typescript);
}

/**
 * Returns the file to import for the user's module `spec` at `url`. If it is TypeScript and Node can't strip types, that is
 * a bundle with a source map, so that errors have the lines of the source.
 * @param strips whether Node strips types
 * @throws UsageError if the module can't be bundled
 */
export async function importable(spec: string, url: string, strips = stripsTypes()): Promise<Importable> {
  if (strips || !TYPESCRIPT.test(url)) return { file: spec, remove() {} };
  const { rolldown } = await import('rolldown');
  const folder = mkdtempSync(join(tmpdir(), 'sweepgen-ts-'));
  const file = join(folder, 'module.mjs');
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const build = await rolldown({ input: fileURLToPath(url), platform: 'node', logLevel: 'silent', external: ['sweepgen'] });
    try {
      await build.write({ file, format: 'esm', sourcemap: 'inline' });
    } finally {
      await build.close();
    }
  } catch (error) {
    remove();
    throw new UsageError(`workload module ${printable(spec)} can't be loaded: ${printable(messageOf(error), 400)}`);
  }
  return { file, remove };
}
