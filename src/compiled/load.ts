/**
 * The inner mark loops as WebAssembly. The build compiles them from core.ts, whose functions also run
 * as JavaScript. They are faster by a fifth to a half: no bounds check at an access, 32-bit numbers
 * only, and a variant for each combination of their flags.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../base/fatal.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { LARGE_SHIFT, SMALL_SHIFT } from '../memory/address.ts';
import type { Target } from './names.ts';
import type { Export } from './wat.ts';
import { ROOT } from '../base/root.ts';

export const ENTRY = join(ROOT, 'src/compiled/core.ts');
/** The variants: each fixes the flags that are constant for a whole call (one M alone, a range only, words of a pointer). */
export const EXPORTS: readonly Export[] = [
  { fn: 'scanRun', name: 'scanRunAlone', bound: { alone: 1, only: 0 } },
  { fn: 'scanRun', name: 'scanRunShared', bound: { alone: 0, only: 0 } },
  { fn: 'scanRun', name: 'scanRangeAlone', bound: { alone: 1, only: 1 } },
  { fn: 'scanRun', name: 'scanRangeShared', bound: { alone: 0, only: 1 } },
  { fn: 'scanPieces', name: 'scanPieces', bound: {} },
  { fn: 'scanBuffered', name: 'scanBuffered', bound: {} },
  { fn: 'scanSpans', name: 'scanSpansAlone', bound: { alone: 1 } },
  { fn: 'scanSpans', name: 'scanSpansShared', bound: { alone: 0 } },
  ...['scanObjects', 'scanTyped', 'scanHeapBits'].flatMap((fn) => [
    { fn, name: `${fn}Alone`, bound: { alone: 1, pw: 2 } },
    { fn, name: `${fn}Shared`, bound: { alone: 0, pw: 2 } },
    { fn, name: `${fn}Alone32`, bound: { alone: 1, pw: 1 } },
    { fn, name: `${fn}Shared32`, bound: { alone: 0, pw: 1 } },
  ]),
];
const PTR_SHIFT = CONFIG + Config.at.ptrShift;
/** Memories of at most 4 GB, the limit of 32-bit addresses, and larger ones of at most 8 GB. */
export const SMALL_MEMORY: Target = { address: 'i32', pages: 65_536, words: new Map([[PTR_SHIFT, SMALL_SHIFT]]) };
export const LARGE_MEMORY: Target = { address: 'i64', pages: 131_072, words: new Map([[PTR_SHIFT, LARGE_SHIFT]]) };
/** Where the build puts the module for each. */
export const COMPILED = join(ROOT, 'dist/src/compiled/core.wasm');
export const COMPILED_LARGE = join(ROOT, 'dist/src/compiled/core64.wasm');
/** The same of malloc, in modules of its own. */
export const MALLOC_ENTRY = join(ROOT, 'src/compiled/core-malloc.ts');
export const MALLOC_EXPORTS: readonly Export[] = ['leaveMalloc', 'mallocSmall', 'refillOrDie', 'sweepone'].map((fn) => ({ fn, name: fn, bound: {} }));
export const COMPILED_MALLOC = join(ROOT, 'dist/src/compiled/core-malloc.wasm');
export const COMPILED_MALLOC_LARGE = join(ROOT, 'dist/src/compiled/core-malloc64.wasm');
/** The same of workloads' loops. */
export const PROGRAMS_ENTRY = join(ROOT, 'src/compiled/core-programs.ts');
export const PROGRAMS_EXPORTS: readonly Export[] = ['countChunk', 'fillRing', 'growChunk'].map((fn) => ({ fn, name: fn, bound: {} }));
export const COMPILED_PROGRAMS = join(ROOT, 'dist/src/compiled/core-programs.wasm');
export const COMPILED_PROGRAMS_LARGE = join(ROOT, 'dist/src/compiled/core-programs64.wasm');

/**
 * Loads a module; threads may share it.
 * @param path COMPILED, or COMPILED_LARGE for a memory with 64-bit addresses
 * @throws UsageError if it has not been built
 */
export function compiledModule(path = COMPILED): WebAssembly.Module {
  if (!existsSync(path)) throw new UsageError('the mark loops are not compiled yet: npm run build does it, or give --code javascript');
  return new WebAssembly.Module(readFileSync(path));
}
