/** Call stacks, by which the profiler groups allocations. A pc is an index into the text segment. */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { FRAME_HEADER, G } from './g.ts';
import { M, type MRef } from './m.ts';

/** The most frames that are kept, the innermost first. */
export const MAX_CALLERS = 32;

/** The only pc of a system goroutine's stack, and of allocations while the heap is built. */
export const PSEUDO_PC = { system: -1, build: -2 } as const;

const PTR_WORDS = CONFIG + Config.at.ptrWords;
const { curg: CURG } = M.at;
const { pc: PC, base: BASE, fp: FP, issystem: ISSYSTEM } = G.at;

/**
 * Returns the call stack of the goroutine that M `mp` runs: the pc of its step, then for each
 * frame the pc at which the caller continues.
 * @param skip innermost frames to leave out
 * @returns at most MAX_CALLERS pcs
 */
export function callers(m: Mem, mp: MRef, skip: number): number[] {
  const gp = m[mp + CURG];
  if (gp === 0) return [PSEUDO_PC.build];
  if (m[gp + ISSYSTEM] !== 0) return [PSEUDO_PC.system];
  const stk: number[] = [];
  const pw = m[PTR_WORDS];
  let pc = m[gp + PC];
  let fp = m[gp + FP];
  // The first frame returns to GOEXIT, which is negative.
  for (let depth = 0; pc >= 0 && stk.length < MAX_CALLERS; depth++) {
    if (depth >= skip) stk.push(m[gp + BASE] + pc);
    const header = fp - FRAME_HEADER * pw;
    pc = m[header + pw];
    fp = m[header];
  }
  return stk;
}
