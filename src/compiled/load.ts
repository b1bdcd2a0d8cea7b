/**
 * The inner mark loop as WebAssembly. It is made by the build from the same source that runs as
 * JavaScript elsewhere (gc/scan-run.ts), and is faster by a fifth to a half: no bounds check at
 * an access, no numbers but those of 32 bits, and a variant for each way in which it is called.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../base/fatal.ts';
import type { Export } from './wat.ts';
import { ROOT } from '../base/root.ts';

export const ENTRY = join(ROOT, 'src/gc/scan-run.ts');
/** With what is settled for a whole run settled in the code: is there one M, is it a range that is scanned? */
export const EXPORTS: readonly Export[] = [
  { fn: 'scanRun', name: 'scanRunAlone', bound: { alone: 1, only: 0 } },
  { fn: 'scanRun', name: 'scanRunShared', bound: { alone: 0, only: 0 } },
  { fn: 'scanRun', name: 'scanRangeAlone', bound: { alone: 1, only: 1 } },
  { fn: 'scanRun', name: 'scanRangeShared', bound: { alone: 0, only: 1 } },
];
/** Where the build puts the module. */
export const COMPILED = join(ROOT, 'dist/src/compiled/core.wasm');
/** 4 GB: what 32 bits address. */
export const MOST_PAGES = 65_536;

/**
 * The module; threads may share it.
 * @throws UsageError when it was not built
 */
export function compiledModule(path = COMPILED): WebAssembly.Module {
  if (!existsSync(path)) throw new UsageError('the tuned mark loop is not compiled yet: npm run build does it, or give --code javascript');
  return new WebAssembly.Module(readFileSync(path));
}
