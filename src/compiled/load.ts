/**
 * The inner mark loops as WebAssembly. The build compiles them from core.ts, whose functions also run
 * as JavaScript. They are faster by a fifth to a half: no bounds check at an access, 32-bit numbers
 * only, and a variant for each combination of their flags.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../base/fatal.ts';
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
  ...['scanObjects', 'scanTyped', 'scanHeapBits'].flatMap((fn) => [
    { fn, name: `${fn}Alone`, bound: { alone: 1, pw: 2 } },
    { fn, name: `${fn}Shared`, bound: { alone: 0, pw: 2 } },
    { fn, name: `${fn}Alone32`, bound: { alone: 1, pw: 1 } },
    { fn, name: `${fn}Shared32`, bound: { alone: 0, pw: 1 } },
  ]),
];
/** Where the build puts the module. */
export const COMPILED = join(ROOT, 'dist/src/compiled/core.wasm');
/** 4 GB, the limit of 32-bit addresses. */
export const MOST_PAGES = 65_536;

/**
 * Loads the module; threads may share it.
 * @throws UsageError if it has not been built
 */
export function compiledModule(path = COMPILED): WebAssembly.Module {
  if (!existsSync(path)) throw new UsageError('the mark loops are not compiled yet: npm run build does it, or give --code javascript');
  return new WebAssembly.Module(readFileSync(path));
}
