/**
 * The inner mark loop as WebAssembly over a machine's memory. It is made by the build from the
 * same source that runs as JavaScript elsewhere (gc/scan-run.ts), and is 1.5 to 2.5 times as fast:
 * no bounds check at an access, no numbers but those of 32 bits.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ref } from '../../memory/address.ts';
import type { CompiledScanRun } from '../../gc/compiled.ts';
import type { Export } from './wat.ts';
import { ROOT } from '../explore/load.ts';

export const ENTRY = join(ROOT, 'src/gc/scan-run.ts');
/** With what is settled for a whole run settled in the code: is there one M, is it a range that is scanned? */
export const EXPORTS: readonly Export[] = [
  { fn: 'scanRun', name: 'scanRunAlone', bound: { alone: 1, only: 0 } },
  { fn: 'scanRun', name: 'scanRunShared', bound: { alone: 0, only: 0 } },
  { fn: 'scanRun', name: 'scanRangeAlone', bound: { alone: 1, only: 1 } },
  { fn: 'scanRun', name: 'scanRangeShared', bound: { alone: 0, only: 1 } },
];
/** Where the build puts the module. */
export const COMPILED = join(ROOT, 'dist/src/drivers/compiled/core.wasm');
/** 4 GB: what 32 bits address. */
export const MOST_PAGES = 65_536;
const PAGE = 1 << 16;

/**
 * A memory of `words` words that compiled code can run over; its buffer is as good as any other.
 * @throws RangeError when there is no room for it
 */
export function compilableMemory(words: number): WebAssembly.Memory {
  const pages = Math.ceil((words * 4) / PAGE);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

type Bound = (sb: Ref, first: Ref, last: Ref, top: Ref, base: Ref, room: Ref, piece: number) => Ref;

/** The loop over `memory`. */
export function compiledScanRun(memory: WebAssembly.Memory): CompiledScanRun {
  const module = new WebAssembly.Module(readFileSync(COMPILED));
  const { scanRunAlone, scanRunShared, scanRangeAlone, scanRangeShared } = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<string, Bound>;
  return (sb, first, last, top, base, room, piece, alone, only) => {
    const run = alone ? (only ? scanRangeAlone : scanRunAlone) : only ? scanRangeShared : scanRunShared;
    return run(sb, first, last, top, base, room, piece);
  };
}
