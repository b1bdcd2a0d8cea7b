/**
 * Bundles the core into one module. Scope hoisting keeps the rest simple: every function has
 * one name, every call between files becomes a call between declarations, and one guard
 * variable serves all functions.
 *
 * The input is the .ts sources, not tsc's output: planting a mutant is a text change that
 * takes 60 ms to bundle.
 */
import { dirname, isAbsolute, resolve } from 'node:path';
import type { SourceMapPayload } from 'node:module';
import { rolldown, type RolldownBuild } from 'rolldown';
import { plantCounts } from './edges/plant.ts';
import { countLoops } from './loop-budget.ts';

/** Texts that replace files, by absolute path; such a file need not exist. */
export type Overlay = ReadonlyMap<string, string>;

export interface Bundle {
  readonly code: string;
  /** Maps to the .ts sources; its paths are absolute. */
  readonly map: SourceMapPayload;
}

/** In place of src/malloc/compiled.ts: the functions as they stand, where no WebAssembly is bound to the memory, or they are compiled themselves. */
export const MALLOC_AS_IT_STANDS = `export { leaveMalloc } from './help.ts';
export { mallocSmall, refillOrDie } from './small.ts';
export { sweepone } from './sweep.ts';
`;

/**
 * Modules that are replaced in the bundle, by path suffix. The scheduler provides the clock, and
 * the byte view is cached; thread i runs M i; `$now`, `$thread` and `$bytes` are in the prologue. Compiled code can't stop at
 * an access, so the source that it was compiled from runs instead.
 */
const INTRINSICS: Readonly<Record<string, string>> = {
  'src/base/clock.ts': `export function nanotime(): number { return $now(); }
export function unixtime(): number { return Math.floor($now() / 1e6); }
`,
  'src/base/this-m.ts': `export function becomeM(_i: number): void {}
export function thisM(): number { return $thread(); }
`,
  'src/memory/bytes.ts': `export function byteView(memory: Int32Array): Uint8Array { return $bytes(memory); }
`,
  'src/gc/compiled.ts': `export { scanBuffered } from './collectors/concurrent/scan.ts';
export { scanHeapBits } from './scan-heapbits.ts';
export { scanObjects } from './scan-objects.ts';
export { scanPieces } from './scan-pieces.ts';
export { scanRun } from './scan-run.ts';
export { scanTyped } from './scan-typed.ts';
export { scanSpans } from './spans/scan.ts';
`,
  'src/malloc/compiled.ts': MALLOC_AS_IT_STANDS,
  'src/workloads/compiled.ts': `export { fillRing } from './ring.ts';
export { countChunk, growChunk } from './tree-chunks.ts';
`,
};

/** The module that a user's scenario imports; it lies in the entry's folder. */
const USER_CORE = 'sweepgen/core';

/** The bundler's own helpers, which remain without tree shaking; ES modules don't need them. */
const RUNTIME = /^import \{ createRequire \} from "node:module";$|^\/\/ \\0rolldown\/runtime\.js\n[^]*?(?=^\/\/ (?!\\0))/gm;

/** Tells whether the file at a path is the user's and not part of the core. */
export type IsUsers = (path: string) => boolean;

/**
 * Bundles `entry` and everything it imports, with the intrinsics replaced.
 * @param isUsers selects the files whose loops are counted; none by default
 */
export async function bundleCore(entry: string, overlay: Overlay = new Map(), isUsers: IsUsers = () => false): Promise<Bundle> {
  const build = await rolldown({
    input: entry,
    platform: 'node',
    logLevel: 'silent',
    // Tree shaking also simplifies code; explored code must be the code as written.
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
  const { code, map } = await outputOf(build, entry);
  return { code: code.replace(RUNTIME, (lines) => lines.replace(/[^\n]/g, '')), map };
}

/** Returns the paths of `entry` and of everything that it imports. */
export async function sourcesOf(entry: string): Promise<readonly string[]> {
  const build = await rolldown({ input: entry, platform: 'node', logLevel: 'silent', treeshake: false });
  await build.generate({ format: 'esm' });
  const files = await build.watchFiles;
  await build.close();
  return files.filter((path) => isAbsolute(path));
}

/** Returns the one chunk of a build, with absolute paths in its map, and closes the build. */
export async function outputOf(build: RolldownBuild, entry: string): Promise<Bundle> {
  try {
    const { output } = await build.generate({ format: 'esm', sourcemap: true, minify: false, codeSplitting: false, dir: dirname(entry) });
    const chunk = output[0];
    if (chunk.map === null) throw new Error(`${entry}: bundled without a source map`);
    const sources = chunk.map.sources.map((source) => resolve(dirname(entry), source));
    return {
      code: chunk.code.replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n'),
      map: { ...chunk.map, file: 'core', sourceRoot: '', sources, sourcesContent: chunk.map.sourcesContent ?? [] },
    };
  } finally {
    await build.close();
  }
}
