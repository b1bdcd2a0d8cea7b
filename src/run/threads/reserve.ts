/** Reserves the memory of a machine: a WebAssembly memory if compiled code is to run over it, else a plain one. */
import { UsageError } from '../../base/fatal.ts';
import { LARGE_SHIFT } from '../../memory/address.ts';
import type { MemoryMap } from '../../memory/map.ts';
import { COLLECTORS } from '../../gc/collectors/registry.ts';
import { compilableMemory, canCompile } from '../../compiled/instance.ts';
import { COMPILED, COMPILED_LARGE, COMPILED_MALLOC, COMPILED_MALLOC_LARGE, COMPILED_PROGRAMS, COMPILED_PROGRAMS_LARGE, compiledModule } from '../../compiled/load.ts';
import { MIN_ARENA } from '../machine-options.ts';
import type { MachineTuning } from '../tuning.ts';

/** The mark loops and malloc as WebAssembly, and their memory. Threads share them. */
export interface CompiledLoop {
  readonly module: WebAssembly.Module;
  readonly malloc: WebAssembly.Module;
  readonly programs: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

export interface MachineMemory {
  readonly buffer: SharedArrayBuffer;
  /** Null: every mark loop runs as JavaScript. */
  readonly compiled: CompiledLoop | null;
  /** A sentence about a difference from the default machine. */
  readonly note?: string;
}

/** The system calls for memory; tests replace them. */
export interface Sources {
  /** For both: whether the memory has 64-bit addresses. */
  readonly canCompile: (isLarge: boolean) => boolean;
  readonly compilable: (words: number, isLarge: boolean) => WebAssembly.Memory;
  readonly plain: (bytes: number) => SharedArrayBuffer;
}

const SYSTEM: Sources = { canCompile, compilable: compilableMemory, plain: (bytes) => new SharedArrayBuffer(bytes) };

/**
 * V8 does not count shared memory, so a dead machine would stay until V8 collects for another reason. V8 does count
 * these buffers, which are never touched, so no page backs them. Each dies with its key.
 */
const counted = new WeakMap<SharedArrayBuffer, ArrayBuffer>();
/** Bytes that make V8 collect soon. */
const MOST_COUNTED = 1 << 27;

function countMemory(buffer: SharedArrayBuffer): void {
  try {
    counted.set(buffer, new ArrayBuffer(Math.min(buffer.byteLength, MOST_COUNTED)));
  } catch {
    // Without address space for it, the machine is collected later.
  }
}

/**
 * Reserves the memory of a machine.
 * @param code form of the mark loops; undefined: WebAssembly if the system provides it, else JavaScript
 * @throws UsageError if the system refuses the memory, or `code` is wasm and WebAssembly is not available
 */
export function reserveMemory(map: MemoryMap, code: MachineTuning['code'], sources = SYSTEM): MachineMemory {
  const memory = reserve(map, code, sources);
  countMemory(memory.buffer);
  return memory;
}

function reserve({ shape, words, regions, ptrShift }: MemoryMap, code: MachineTuning['code'], sources: Sources): MachineMemory {
  // The other collectors have mark loops of their own, which are not compiled.
  const isCompiled = COLLECTORS[shape.collector].takesPolicy;
  if (!isCompiled || code === 'javascript') return { buffer: plainMemory(words, regions, sources), compiled: null };
  if (!sources.canCompile(false)) return withoutCompiledCode('this Node has no WebAssembly (--jitless?)');
  const isLarge = ptrShift === LARGE_SHIFT;
  if (isLarge && !sources.canCompile(true)) return withoutCompiledCode('a machine of more than 4 GB needs the 64-bit WebAssembly memory of Node 22 or later');
  const [module, malloc, programs] = (isLarge ? [COMPILED_LARGE, COMPILED_MALLOC_LARGE, COMPILED_PROGRAMS_LARGE] : [COMPILED, COMPILED_MALLOC, COMPILED_PROGRAMS]).map((path) => compiledModule(path));
  try {
    const memory = sources.compilable(words, isLarge);
    return { buffer: memory.buffer as unknown as SharedArrayBuffer, compiled: { module, malloc, programs, memory } };
  } catch (error) {
    return withoutCompiledCode(`the system refuses a WebAssembly memory of ${megabytes(words)} MB (${messageOf(error)})`);
  }

  function withoutCompiledCode(why: string): MachineMemory {
    if (code === 'wasm') throw new UsageError(`--code wasm: ${why}; leave --code out, and the loop runs as JavaScript`);
    return { buffer: plainMemory(words, regions, sources), compiled: null, note: `${why}; the mark loop runs as JavaScript` };
  }
}

function plainMemory(words: number, regions: MemoryMap['regions'], { plain }: Sources): SharedArrayBuffer {
  try {
    return plain(words * 4);
  } catch (error) {
    const arena = regions[regions.length - 1].words;
    const wayOut = arena * 4 > MIN_ARENA ? 'give a smaller --arena, or allow the process more memory' : 'allow the process more memory';
    throw new UsageError(`the system refuses ${megabytes(words)} MB of shared memory (${messageOf(error)}), of which the arena is ${megabytes(arena)} MB; ${wayOut} (ulimit -v)`);
  }
}

function megabytes(words: number): number {
  return Math.ceil((words * 4) / 2 ** 20);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
