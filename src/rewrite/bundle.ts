/**
 * Gathers the core into one module. Scope hoisting is what makes the rest simple: after it
 * every function has one name, every call between files is a call between declarations,
 * and one guard variable serves them all.
 *
 * The .ts sources are bundled directly, not what tsc emitted: a mutant is then a changed
 * text and 60 ms, and `tsc` is not in the way.
 */
import { dirname, resolve } from 'node:path';
import type { SourceMapPayload } from 'node:module';
import { rolldown } from 'rolldown';
import { plantCounts } from './edges/plant.ts';
import { countLoops } from './loop-budget.ts';

/** Texts that stand in for files, by absolute path; such a file needs not exist. */
export type Overlay = ReadonlyMap<string, string>;

export interface Bundle {
  readonly code: string;
  /** Leads back to the .ts sources; its paths are absolute. */
  readonly map: SourceMapPayload;
}

/**
 * What the core has from outside, by the end of its path. The clock of an execution is the
 * scheduler's, and views are kept, not made anew; `$now` and `$bytes` are in the prologue. What
 * was compiled can't be stopped at an access: the source it was compiled from can.
 */
const INTRINSICS: Readonly<Record<string, string>> = {
  'src/base/clock.ts': `export function nanotime(): number { return $now(); }
export function unixtime(): number { return Math.floor($now() / 1e6); }
`,
  'src/memory/bytes.ts': `export function byteView(memory: Int32Array): Uint8Array { return $bytes(memory); }
`,
  'src/gc/compiled.ts': `export { scanRun } from './scan-run.ts';
`,
};

/** What scenarios of the user's own import; beside the entry. */
const USER_CORE = 'sweepgen/core';

/** The bundler's own helpers, which come along unshaken; ES modules need none of them. */
const RUNTIME = /^import \{ createRequire \} from "node:module";$|^\/\/ \\0rolldown\/runtime\.js\n[^]*?(?=^\/\/ (?!\\0))/gm;

/** Is the file at a path the user's, and no part of the core? */
export type IsUsers = (path: string) => boolean;

/**
 * Bundles `entry` and all it imports, with its intrinsics replaced.
 * @param isUsers for which files loops are counted; for none unless given
 */
export async function bundleCore(entry: string, overlay: Overlay = new Map(), isUsers: IsUsers = () => false): Promise<Bundle> {
  const build = await rolldown({
    input: entry,
    platform: 'node',
    logLevel: 'silent',
    // Shaking also simplifies, and what is explored should be what was written.
    treeshake: false,
    plugins: [
      {
        name: 'overlay',
        resolveId(specifier, importer) {
          if (specifier === USER_CORE) return resolve(dirname(entry), 'user-core.ts');
          const path = importer === undefined ? resolve(specifier) : resolve(dirname(importer), specifier);
          return overlay.has(path) ? path : null;
        },
        load(id) {
          const intrinsic = Object.keys(INTRINSICS).find((path) => id.endsWith(`/${path}`));
          return intrinsic === undefined ? (overlay.get(id) ?? null) : INTRINSICS[intrinsic];
        },
        transform: (code, id) => (isUsers(id) ? countLoops(code, id) : plantCounts(code, id)),
      },
    ],
  });
  try {
    const { output } = await build.generate({ format: 'esm', sourcemap: true, minify: false, dir: dirname(entry) });
    const chunk = output[0];
    if (chunk.map === null) throw new Error(`${entry}: bundled without a source map`);
    const sources = chunk.map.sources.map((source) => resolve(dirname(entry), source));
    return {
      code: chunk.code.replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n').replace(RUNTIME, (lines) => lines.replace(/[^\n]/g, '')),
      map: { ...chunk.map, file: 'core', sourceRoot: '', sources, sourcesContent: chunk.map.sourcesContent ?? [] },
    };
  } finally {
    await build.close();
  }
}
