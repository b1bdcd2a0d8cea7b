/** Instances of the compiled code over the memory of a machine. */
import type { Compiled, Scan } from '../gc/compiled.ts';
import type { Ref } from '../memory/address.ts';
import type { Mem } from '../memory/struct.ts';
import type { MRef } from '../machine/m.ts';
import type { CompiledMalloc } from '../malloc/compiled.ts';
import type { CompiledPrograms } from '../workloads/compiled.ts';
import { fatal } from '../base/fatal.ts';
import { HOST, type HostFunctions } from './host.ts';
import { HOST_MALLOC } from './host-malloc.ts';
import { HOST_PROGRAMS } from './host-programs.ts';

const PAGE = 1 << 16;

/** A module with nothing but a memory of 64-bit addresses. */
const WITH_MEMORY_64 = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 4, 1]);

/**
 * Does this Node have WebAssembly? With --jitless it has none.
 * @param isLarge with 64-bit addresses, too; Node has them from version 22 on
 */
export function canCompile(isLarge = false): boolean {
  return typeof WebAssembly === 'object' && (!isLarge || WebAssembly.validate(WITH_MEMORY_64));
}

/**
 * Returns a memory of `words` words that compiled code can use; JavaScript can use its buffer too.
 * @param isLarge with 64-bit addresses
 * @throws RangeError if the memory can't be allocated
 */
export function compilableMemory(words: number, isLarge = false): WebAssembly.Memory {
  const pages = Math.ceil((words * 4) / PAGE);
  if (!isLarge) return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  try {
    return memory64({ initial: BigInt(pages), maximum: BigInt(pages), shared: true, address: 'i64' });
  } catch (error) {
    // Node 22 knows an earlier form of the proposal, in which sizes are numbers.
    if (!(error instanceof TypeError)) throw error;
    return memory64({ initial: pages, maximum: pages, shared: true, index: 'i64' });
  }
}

/** Makes a memory whose options TypeScript does not know. */
function memory64(options: object): WebAssembly.Memory {
  return new WebAssembly.Memory(options as never);
}

type ScanRun = (sb: Ref, first: Ref, last: Ref, top: Ref, base: Ref, room: Ref, piece: number) => Ref;
/** Booleans become 0 and 1. */
type ScanPieces = (...args: Parameters<Compiled['scanPieces']>) => number;
type BoundScan = (mp: MRef, sb: Ref) => void;

/** Returns the functions of `module` over `memory`, of which `m` is a view. */
export function compiledFunctions(module: WebAssembly.Module, memory: WebAssembly.Memory, m: Mem): Compiled {
  const exports = exportsOf(module, memory, m, HOST);
  const { scanRunAlone, scanRunShared, scanRangeAlone, scanRangeShared } = exports as Record<string, ScanRun>;
  const { scanSpansAlone, scanSpansShared } = exports as Record<string, BoundScan>;
  return {
    scanRun: (sb, first, last, top, base, room, piece, alone, only) => {
      const run = alone ? (only ? scanRangeAlone : scanRunAlone) : only ? scanRangeShared : scanRunShared;
      return run(sb, first, last, top, base, room, piece);
    },
    scanBuffered: exports.scanBuffered as Compiled['scanBuffered'],
    scanObjects: scanIn(exports, 'scanObjects'),
    scanTyped: scanIn(exports, 'scanTyped'),
    scanHeapBits: scanIn(exports, 'scanHeapBits'),
    scanSpans: (mp, sb, alone) => (alone ? scanSpansAlone : scanSpansShared)(mp, sb),
    scanPieces: (mp, sb, ...choices) => (exports.scanPieces as ScanPieces)(mp, sb, ...choices) !== 0,
  };
}

/** Returns the functions of malloc, compiled in `module`, over `memory`, of which `m` is a view. */
export function mallocFunctions(module: WebAssembly.Module, memory: WebAssembly.Memory, m: Mem): CompiledMalloc {
  const { leaveMalloc, mallocSmall, refillOrDie, sweepone } = exportsOf(module, memory, m, HOST_MALLOC) as unknown as CompiledMalloc;
  return { leaveMalloc, mallocSmall, refillOrDie, sweepone };
}

/** Returns the loops of workloads, compiled in `module`, over `memory`, of which `m` is a view. */
export function programFunctions(module: WebAssembly.Module, memory: WebAssembly.Memory, m: Mem): CompiledPrograms {
  const { countChunk, fillRing, growChunk } = exportsOf(module, memory, m, HOST_PROGRAMS) as unknown as CompiledPrograms;
  return { countChunk, fillRing, growChunk };
}

/** Instantiates `module`. Its calls of fatal are imports that name the code and the facts, joined by dots. */
function exportsOf(module: WebAssembly.Module, memory: WebAssembly.Memory, m: Mem, host: HostFunctions): Readonly<Record<string, unknown>> {
  const bound = Object.fromEntries(Object.entries(host).map(([name, fn]) => [name, (...args: never[]) => fn(m, ...args)]));
  const failures = WebAssembly.Module.imports(module).filter((each) => each.module === 'fatal').map(({ name }) => [name, failure(name)] as const);
  return new WebAssembly.Instance(module, { env: { memory, ...bound }, fatal: Object.fromEntries(failures) }).exports;
}

/** Returns the function that throws the Fatal that `name` describes. */
function failure(name: string): (...values: number[]) => never {
  const [code, ...facts] = name.split('.');
  return (...values) => fatal(code, Object.fromEntries(facts.map((fact, i) => [fact, values[i]])));
}

/** Returns the function that calls the variant of `fn` for its arguments. */
function scanIn(exports: Readonly<Record<string, unknown>>, fn: string): Scan {
  const [alone64, shared64, alone32, shared32] = ['Alone', 'Shared', 'Alone32', 'Shared32'].map((variant) => exports[`${fn}${variant}`] as BoundScan);
  return (mp, sb, alone, pw) => {
    const scan = pw === 2 ? (alone ? alone64 : shared64) : alone ? alone32 : shared32;
    scan(mp, sb);
  };
}
