/**
 * The inner part of the tuned mark loop: the WebAssembly compiled for this thread's memory, or the
 * JavaScript of scan-run.ts. The variable is the thread's own, set once before the M runs.
 * Exploration has only scan-run.ts.
 */
import type { Mem8 } from '../memory/bytes.ts';
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { scanRun as scanRunAsItStands } from './scan-run.ts';

/** scanRun of scan-run.ts, bound to one memory. */
export type CompiledScanRun = (sb: Ref, first: Ref, last: Ref, top: Ref, base: Ref, room: Ref, piece: number, alone: boolean, only: boolean) => Ref;

let compiled: CompiledScanRun | null = null;

/** Makes this thread use `scanRun`, or JavaScript if it is null. */
export function useCompiled(scanRun: CompiledScanRun | null): void {
  compiled = scanRun;
}

/** Calls the compiled scanRun if there is one, otherwise that of scan-run.ts. */
export function scanRun(m: Mem, m8: Mem8, sb: Ref, first: Ref, last: Ref, top: Ref, base: Ref, room: Ref, piece: number, alone: boolean, only: boolean): Ref {
  return compiled === null ? scanRunAsItStands(m, m8, sb, first, last, top, base, room, piece, alone, only) : compiled(sb, first, last, top, base, room, piece, alone, only);
}
