/**
 * The inner parts of the mark loops: the WebAssembly compiled for this thread's memory, or the
 * JavaScript that it is compiled from. The variable is the thread's own, set once before the M runs.
 * Exploration has only the JavaScript.
 */
import type { Mem8 } from '../memory/bytes.ts';
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import type { MRef } from '../machine/m.ts';
import { scanBuffered as scanBufferedAsItStands } from './collectors/concurrent/scan.ts';
import { scanHeapBits as scanHeapBitsAsItStands } from './scan-heapbits.ts';
import { scanObjects as scanObjectsAsItStands } from './scan-objects.ts';
import { scanPieces as scanPiecesAsItStands } from './scan-pieces.ts';
import { scanRun as scanRunAsItStands } from './scan-run.ts';
import { scanTyped as scanTypedAsItStands } from './scan-typed.ts';
import { scanSpans as scanSpansAsItStands } from './spans/scan.ts';
import type { WorkbufRef } from './work.ts';

/** The inner part of Go 1.3's mark loop, in one of its forms; see scanObjects. */
export type Scan = (mp: MRef, sb: Ref, alone: boolean, pw: number) => void;

/** The compiled functions, bound to one memory. */
export interface Compiled {
  readonly scanRun: (sb: Ref, first: Ref, last: Ref, top: Ref, base: Ref, room: Ref, piece: number, alone: boolean, only: boolean) => Ref;
  readonly scanBuffered: (mp: MRef, wbuf: WorkbufRef, budget: number) => WorkbufRef;
  readonly scanObjects: Scan;
  readonly scanTyped: Scan;
  readonly scanHeapBits: Scan;
  readonly scanSpans: (mp: MRef, sb: Ref, alone: boolean) => void;
  readonly scanPieces: (mp: MRef, sb: Ref, byByte: boolean, fifo: boolean, backwards: boolean, split: number, distance: number) => boolean;
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

/** Calls the compiled scanBuffered if there is one, otherwise that of collectors/concurrent/scan.ts. */
export function scanBuffered(m: Mem, mp: MRef, wbuf: WorkbufRef, budget: number): WorkbufRef {
  return compiled === null ? scanBufferedAsItStands(m, mp, wbuf, budget) : compiled.scanBuffered(mp, wbuf, budget);
}

/** Calls the compiled scanObjects if there is one, otherwise that of scan-objects.ts. */
export function scanObjects(m: Mem, mp: MRef, sb: Ref, alone: boolean, pw: number): void {
  if (compiled === null) scanObjectsAsItStands(m, mp, sb, alone, pw);
  else compiled.scanObjects(mp, sb, alone, pw);
}

/** Calls the compiled scanTyped if there is one, otherwise that of scan-typed.ts. */
export function scanTyped(m: Mem, mp: MRef, sb: Ref, alone: boolean, pw: number): void {
  if (compiled === null) scanTypedAsItStands(m, mp, sb, alone, pw);
  else compiled.scanTyped(mp, sb, alone, pw);
}

/** Calls the compiled scanHeapBits if there is one, otherwise that of scan-heapbits.ts. */
export function scanHeapBits(m: Mem, mp: MRef, sb: Ref, alone: boolean, pw: number): void {
  if (compiled === null) scanHeapBitsAsItStands(m, mp, sb, alone, pw);
  else compiled.scanHeapBits(mp, sb, alone, pw);
}

/** Calls the compiled scanSpans if there is one, otherwise that of spans/scan.ts. */
export function scanSpans(m: Mem, mp: MRef, sb: Ref, alone: boolean): void {
  if (compiled === null) scanSpansAsItStands(m, mp, sb, alone);
  else compiled.scanSpans(mp, sb, alone);
}

/** Calls the compiled scanPieces if there is one, otherwise that of scan-pieces.ts. */
export function scanPieces(m: Mem, m8: Mem8, mp: MRef, sb: Ref, byByte: boolean, fifo: boolean, backwards: boolean, split: number, distance: number): boolean {
  return compiled === null ? scanPiecesAsItStands(m, m8, mp, sb, byByte, fifo, backwards, split, distance) : compiled.scanPieces(mp, sb, byByte, fifo, backwards, split, distance);
}
