/** Compiled code over the memory of a machine. */
import type { CompiledScanRun } from '../gc/compiled.ts';
import type { Ref } from '../memory/address.ts';

const PAGE = 1 << 16;

/** Does this Node run WebAssembly? Without a just-in-time compiler it has none. */
export function canCompile(): boolean {
  return typeof WebAssembly === 'object';
}

/**
 * A memory of `words` words that compiled code can run over; its buffer is as good as any other.
 * @throws RangeError when there is no room for it
 */
export function compilableMemory(words: number): WebAssembly.Memory {
  const pages = Math.ceil((words * 4) / PAGE);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

type Bound = (sb: Ref, first: Ref, last: Ref, top: Ref, base: Ref, room: Ref, piece: number) => Ref;

/** The mark loop of `module` over `memory`. */
export function compiledScanRun(module: WebAssembly.Module, memory: WebAssembly.Memory): CompiledScanRun {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const { scanRunAlone, scanRunShared, scanRangeAlone, scanRangeShared } = exports as Record<string, Bound>;
  return (sb, first, last, top, base, room, piece, alone, only) => {
    const run = alone ? (only ? scanRangeAlone : scanRunAlone) : only ? scanRangeShared : scanRunShared;
    return run(sb, first, last, top, base, room, piece);
  };
}
