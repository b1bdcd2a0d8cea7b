/**
 * The loops of workloads that measure malloc: the WebAssembly compiled for this thread's memory, or the JavaScript that it is
 * compiled from. The variable is the thread's own, set once before the M runs. Exploration has only the JavaScript.
 */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import type { GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { fillRing as fillRingAsItStands } from './ring.ts';
import { countChunk as countChunkAsItStands, growChunk as growChunkAsItStands } from './tree-chunks.ts';

/** The compiled functions, bound to one memory. */
export interface CompiledPrograms {
  readonly fillRing: (mp: MRef, gp: GRef, at: number, length: number, n: number) => number;
  readonly growChunk: (mp: MRef, gp: GRef, base: number, depth: number, k: number) => void;
  readonly countChunk: (root: Ref, depth: number, k: number) => number;
}

let compiled: CompiledPrograms | null = null;

/** Makes this thread use `functions`, or JavaScript if it is null. */
export function useCompiledPrograms(functions: CompiledPrograms | null): void {
  compiled = functions;
}

/** Calls the compiled fillRing if there is one, otherwise that of ring.ts. */
export function fillRing(m: Mem, mp: MRef, gp: GRef, at: number, length: number, n: number): number {
  return compiled === null ? fillRingAsItStands(m, mp, gp, at, length, n) : compiled.fillRing(mp, gp, at, length, n);
}

/** Calls the compiled growChunk if there is one, otherwise that of tree-chunks.ts. */
export function growChunk(m: Mem, mp: MRef, gp: GRef, base: number, depth: number, k: number): void {
  if (compiled === null) growChunkAsItStands(m, mp, gp, base, depth, k);
  else compiled.growChunk(mp, gp, base, depth, k);
}

/** Calls the compiled countChunk if there is one, otherwise that of tree-chunks.ts. */
export function countChunk(m: Mem, root: Ref, depth: number, k: number): number {
  return compiled === null ? countChunkAsItStands(m, root, depth, k) : compiled.countChunk(root, depth, k);
}
