/**
 * Malloc of small objects and the sweep: the WebAssembly compiled for this thread's memory, or the JavaScript that it is
 * compiled from. Threads share the WebAssembly's code, whereas each thread's V8 compiles the JavaScript again. The variable
 * is the thread's own, set once before the M runs. Exploration has only the JavaScript.
 */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import type { MRef } from '../machine/m.ts';
import type { SpanRef } from '../heap/span.ts';
import type { MCacheRef } from './mcache-record.ts';
import { leaveMalloc as leaveMallocAsItStands } from './help.ts';
import { mallocSmall as mallocSmallAsItStands, refillOrDie as refillOrDieAsItStands } from './small.ts';
import { sweepone as sweeponeAsItStands } from './sweep.ts';

/** The compiled functions, bound to one memory. */
export interface CompiledMalloc {
  readonly mallocSmall: (mp: MRef, size: number, sizeclass: number, flags: number) => Ref;
  readonly refillOrDie: (mp: MRef, c: MCacheRef, sizeclass: number, size: number) => SpanRef;
  readonly leaveMalloc: (mp: MRef) => void;
  readonly sweepone: (mp: MRef) => number;
}

let compiled: CompiledMalloc | null = null;

/** Makes this thread use `functions`, or JavaScript if it is null. */
export function useCompiledMalloc(functions: CompiledMalloc | null): void {
  compiled = functions;
}

/** Calls the compiled mallocSmall if there is one, otherwise that of small.ts. */
export function mallocSmall(m: Mem, mp: MRef, size: number, sizeclass: number, flags: number): Ref {
  return compiled === null ? mallocSmallAsItStands(m, mp, size, sizeclass, flags) : compiled.mallocSmall(mp, size, sizeclass, flags);
}

/** Calls the compiled refillOrDie if there is one, otherwise that of small.ts. */
export function refillOrDie(m: Mem, mp: MRef, c: MCacheRef, sizeclass: number, size: number): SpanRef {
  return compiled === null ? refillOrDieAsItStands(m, mp, c, sizeclass, size) : compiled.refillOrDie(mp, c, sizeclass, size);
}

/** Calls the compiled leaveMalloc if there is one, otherwise that of help.ts. */
export function leaveMalloc(m: Mem, mp: MRef): void {
  if (compiled === null) leaveMallocAsItStands(m, mp);
  else compiled.leaveMalloc(mp);
}

/** Calls the compiled sweepone if there is one, otherwise that of sweep.ts. */
export function sweepone(m: Mem, mp: MRef): number {
  return compiled === null ? sweeponeAsItStands(m, mp) : compiled.sweepone(mp);
}
