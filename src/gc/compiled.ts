/**
 * The inner parts of the mark loops: the WebAssembly compiled for this thread's memory, or the
 * JavaScript that it is compiled from. The variable is the thread's own, set once before the M runs.
 * Exploration has only the JavaScript.
 */
import type { Mem8 } from '../memory/bytes.ts';
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import type { MRef } from '../machine/m.ts';
import { scanObjects as scanObjectsAsItStands } from './scan-objects.ts';
import { scanRun as scanRunAsItStands } from './scan-run.ts';

/** The compiled functions, bound to one memory. */
export interface Compiled {
  readonly scanRun: (sb: Ref, first: Ref, last: Ref, top: Ref, base: Ref, room: Ref, piece: number, alone: boolean, only: boolean) => Ref;
  readonly scanObjects: (mp: MRef, sb: Ref, alone: boolean, pw: number) => void;
}

let compiled: Compiled | null = null;

/** Makes this thread use `functions`, or JavaScript if it is null. */
export function useCompiled(functions: Compiled | null): void {
  compiled = functions;
}

/** Calls the compiled scanRun if there is one, otherwise that of scan-run.ts. */
export function scanRun(m: Mem, m8: Mem8, sb: Ref, first: Ref, last: Ref, top: Ref, base: Ref, room: Ref, piece: number, alone: boolean, only: boolean): Ref {
  return compiled === null ? scanRunAsItStands(m, m8, sb, first, last, top, base, room, piece, alone, only) : compiled.scanRun(sb, first, last, top, base, room, piece, alone, only);
}

/** Calls the compiled scanObjects if there is one, otherwise that of scan-objects.ts. */
export function scanObjects(m: Mem, mp: MRef, sb: Ref, alone: boolean, pw: number): void {
  if (compiled === null) scanObjectsAsItStands(m, mp, sb, alone, pw);
  else compiled.scanObjects(mp, sb, alone, pw);
}
