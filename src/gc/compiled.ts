/**
 * Where the tuned mark loop finds its inner part: as it was compiled for this thread's memory
 * (compiled), or as it stands in scan-run.ts. The word is the thread's own, set once before
 * it runs; under exploration there is only scan-run.ts.
 */
import type { Mem8 } from '../memory/bytes.ts';
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { scanRun as scanRunAsItStands } from './scan-run.ts';

/** scan-run.ts's scanRun over a memory that is known. */
export type CompiledScanRun = (sb: Ref, first: Ref, last: Ref, top: Ref, base: Ref, room: Ref, piece: number, alone: boolean, only: boolean) => Ref;

let compiled: CompiledScanRun | null = null;

/** From here on this thread, which knows one memory, scans so. */
export function useCompiled(scanRun: CompiledScanRun | null): void {
  compiled = scanRun;
}

/** As scan-run.ts's scanRun. */
export function scanRun(m: Mem, m8: Mem8, sb: Ref, first: Ref, last: Ref, top: Ref, base: Ref, room: Ref, piece: number, alone: boolean, only: boolean): Ref {
  return compiled === null ? scanRunAsItStands(m, m8, sb, first, last, top, base, room, piece, alone, only) : compiled(sb, first, last, top, base, room, piece, alone, only);
}
