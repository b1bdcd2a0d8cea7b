/** Instances of the compiled code over the memory of a machine. */
import type { Compiled, Scan } from '../gc/compiled.ts';
import type { Ref } from '../memory/address.ts';
import type { Mem } from '../memory/struct.ts';
import type { MRef } from '../machine/m.ts';
import { HOST } from './host.ts';

const PAGE = 1 << 16;

/** Does this Node have WebAssembly? With --jitless it has none. */
export function canCompile(): boolean {
  return typeof WebAssembly === 'object';
}

/**
 * Returns a memory of `words` words that compiled code can use; JavaScript can use its buffer too.
 * @throws RangeError if the memory can't be allocated
 */
export function compilableMemory(words: number): WebAssembly.Memory {
  const pages = Math.ceil((words * 4) / PAGE);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

type ScanRun = (sb: Ref, first: Ref, last: Ref, top: Ref, base: Ref, room: Ref, piece: number) => Ref;
/** Booleans become 0 and 1. */
type ScanPieces = (...args: Parameters<Compiled['scanPieces']>) => number;
type BoundScan = (mp: MRef, sb: Ref) => void;

/** Returns the functions of `module` over `memory`, of which `m` is a view. */
export function compiledFunctions(module: WebAssembly.Module, memory: WebAssembly.Memory, m: Mem): Compiled {
  const host = Object.fromEntries(Object.entries(HOST).map(([name, fn]) => [name, (...args: never[]) => fn(m, ...args)]));
  const { exports } = new WebAssembly.Instance(module, { env: { memory, ...host } });
  const { scanRunAlone, scanRunShared, scanRangeAlone, scanRangeShared } = exports as Record<string, ScanRun>;
  return {
    scanRun: (sb, first, last, top, base, room, piece, alone, only) => {
      const run = alone ? (only ? scanRangeAlone : scanRunAlone) : only ? scanRangeShared : scanRunShared;
      return run(sb, first, last, top, base, room, piece);
    },
    scanObjects: scanIn(exports, 'scanObjects'),
    scanTyped: scanIn(exports, 'scanTyped'),
    scanHeapBits: scanIn(exports, 'scanHeapBits'),
    scanPieces: (mp, sb, ...choices) => (exports.scanPieces as ScanPieces)(mp, sb, ...choices) !== 0,
  };
}

/** Returns the function that calls the variant of `fn` for its arguments. */
function scanIn(exports: Readonly<Record<string, unknown>>, fn: string): Scan {
  const [alone64, shared64, alone32, shared32] = ['Alone', 'Shared', 'Alone32', 'Shared32'].map((variant) => exports[`${fn}${variant}`] as BoundScan);
  return (mp, sb, alone, pw) => {
    const scan = pw === 2 ? (alone ? alone64 : shared64) : alone ? alone32 : shared32;
    scan(mp, sb);
  };
}
