/** Instances of the compiled code over the memory of a machine. */
import type { CompiledScanRun } from '../gc/compiled.ts';
import type { Ref } from '../memory/address.ts';

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

type Bound = (sb: Ref, first: Ref, last: Ref, top: Ref, base: Ref, room: Ref, piece: number) => Ref;

/** Returns the mark loop of `module` over `memory`. */
export function compiledScanRun(module: WebAssembly.Module, memory: WebAssembly.Memory): CompiledScanRun {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const { scanRunAlone, scanRunShared, scanRangeAlone, scanRangeShared } = exports as Record<string, Bound>;
  return (sb, first, last, top, base, room, piece, alone, only) => {
    const run = alone ? (only ? scanRangeAlone : scanRunAlone) : only ? scanRangeShared : scanRunShared;
    return run(sb, first, last, top, base, room, piece);
  };
}
