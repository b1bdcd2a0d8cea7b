/** Instances of the compiled code over the memory of a machine. */
import type { Compiled } from '../gc/compiled.ts';
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
type ScanObjects = (mp: MRef, sb: Ref) => void;

/** Returns the functions of `module` over `memory`, of which `m` is a view. */
export function compiledFunctions(module: WebAssembly.Module, memory: WebAssembly.Memory, m: Mem): Compiled {
  const host = Object.fromEntries(Object.entries(HOST).map(([name, fn]) => [name, (...args: number[]) => fn(m, ...args)]));
  const { exports } = new WebAssembly.Instance(module, { env: { memory, ...host } });
  const { scanRunAlone, scanRunShared, scanRangeAlone, scanRangeShared } = exports as Record<string, ScanRun>;
  const { scanObjectsAlone, scanObjectsShared, scanObjectsAlone32, scanObjectsShared32 } = exports as Record<string, ScanObjects>;
  return {
    scanRun: (sb, first, last, top, base, room, piece, alone, only) => {
      const run = alone ? (only ? scanRangeAlone : scanRunAlone) : only ? scanRangeShared : scanRunShared;
      return run(sb, first, last, top, base, room, piece);
    },
    scanObjects: (mp, sb, alone, pw) => {
      const scan = pw === 2 ? (alone ? scanObjectsAlone : scanObjectsShared) : alone ? scanObjectsAlone32 : scanObjectsShared32;
      scan(mp, sb);
    },
  };
}
