/**
 * The hook behind malloc's fast path: malloc calls noticeMalloc if an MCache's countdown of
 * bytes has run out, and for each block of `sampleAll` bytes or more. If nothing is to be
 * notified (profiler, collector, debugging), neither happens, and the hook costs malloc one
 * subtraction.
 */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { M, mAt, type MRef } from '../machine/m.ts';
import { CONFIG, Config, DEBUG, TYPES } from '../memory/config.ts';
import { heapBitsSetAll } from './heapbits.ts';
import { FLAG_NOSCAN, FLAG_TYPED } from './flags.ts';
import { MCache, type MCacheRef } from './mcache-record.ts';
import { tellCollector, wantsEveryBlock } from './handed-out.ts';
import { NEVER, alwaysSampled, firstSample, profileMalloc } from './mprof.ts';
import { noticeFenced } from './efence.ts';
import { hasEfence } from './fault.ts';
import { tracealloc, traces } from './trace.ts';

const TYPES_OF = CONFIG + Config.at.types;
const NPROCS = CONFIG + Config.at.nprocs;
const { mcache: MCACHE } = M.at;
const { nextSample: NEXT_SAMPLE, sampleAll: SAMPLE_ALL } = MCache.at;

/** Initialises the countdown of the MCache `c`. */
export function noticeInit(m: Mem, c: MCacheRef): void {
  m[c + NEXT_SAMPLE] = NEVER;
  m[c + SAMPLE_ALL] = leastNoticed(m);
}

/** Restarts the countdown of the MCache `c` of `mp` after a change of the profiler's rate. */
export function noticeReset(m: Mem, mp: MRef, c: MCacheRef): void {
  m[c + NEXT_SAMPLE] = firstSample(m, mp);
  m[c + SAMPLE_ALL] = leastNoticed(m);
}

/** The collector now wants to hear of every block, or no longer does. The world is stopped, or the machine is shut down. */
export function noticeAnew(m: Mem): void {
  for (let i = 0; i < m[NPROCS]; i++) m[m[mAt(m, i) + MCACHE] + SAMPLE_ALL] = leastNoticed(m);
}

/** Returns the size, in bytes, from which malloc reports a block whatever the countdown says. */
function leastNoticed(m: Mem): number {
  const isDebugged = (m[CONFIG + Config.at.debug] & (DEBUG.allocfreetrace | DEBUG.efence)) !== 0;
  return wantsEveryBlock(m) || m[TYPES_OF] === TYPES.heapbits || isDebugged ? 0 : alwaysSampled(m);
}

/**
 * Notifies the collector, the profiler and the debugging options of the new block `p` of
 * `bytes` bytes. Called outside malloc's locks and before the next safe point.
 */
export function noticeMalloc(m: Mem, mp: MRef, c: MCacheRef, p: Ref, bytes: number, flags: number): void {
  tellCollector(m, mp, p, bytes);
  profileMalloc(m, mp, c, p, bytes, flags);
  // The collector never scans a pointer-free block, so its bits may be stale.
  if (m[TYPES_OF] === TYPES.heapbits && (flags & (FLAG_TYPED | FLAG_NOSCAN)) === 0) heapBitsSetAll(m, p, bytes);
  if (hasEfence(m)) noticeFenced(m, c, bytes);
  if (traces(m)) tracealloc(m, mp, p, bytes);
}
