/**
 * The soft memory limit: the goal of a heap whose machine may use so much memory in all.
 *
 * The goal is the limit less all memory that is not the heap's blocks, less some headroom for what is allocated before a mark begins.
 * If the live heap alone exceeds that, no goal can keep the limit: then a mark follows the other, and the limiter
 * (limiter.ts) bounds what they cost.
 *
 * The trigger is set when a cycle's sweep is complete, because the live heap is known then.
 *
 * Source: memoryLimitHeapGoal in mgcpacer.go of Go 1.19.
 */
import type { Mem } from '../../memory/struct.ts';
import { CONFIG, Config } from '../../memory/config.ts';
import { QUAD_SHIFT } from '../../memory/address.ts';
import { loadWide } from '../../memory/wide.ts';
import { MSTATS, MStats } from '../../malloc/mstats.ts';
import { NEVER_Q, liveQuads, lowerTrigger } from '../../malloc/pacing.ts';
import { PACING, Pacer } from './record.ts';

const LIMIT_GOAL_Q = PACING + Pacer.at.limitGoalQ;
const MEMORY_LIMIT = CONFIG + Config.at.memoryLimit;
const { mspanSys: MSPAN_SYS, mcacheSys: MCACHE_SYS, gcSys: GC_SYS, buckhashSys: BUCKHASH_SYS, otherSys: OTHER_SYS } = MStats.at;
const { heapInuse: HEAP_INUSE, heapAllocQ: HEAP_ALLOC_Q } = MStats.at;

/** Units of the option's word: 1 KB. */
export const LIMIT_UNIT = 1024;
/** The part of the way from the live heap to the goal at which a mark begins: the least that Go 1.18 allows, since the limit matters more than the work. */
const LIMIT_TRIGGER = 0.7;
/** The headroom: 1 MB, as in Go 1.19. */
const HEADROOM_Q = (1 << 20) >> QUAD_SHIFT;

/**
 * Returns the goal of the heap.
 * @param limitQ the limit
 * @param otherQ all memory but the heap's blocks
 * @param liveQ the live heap, below which no goal lies
 */
export function goalUnderLimit(limitQ: number, otherQ: number, liveQ: number): number {
  const most = limitQ - otherQ;
  return Math.max(liveQ, most < 2 * HEADROOM_Q ? HEADROOM_Q : most - HEADROOM_Q);
}

/** Reports whether the machine has a memory limit. */
export function hasLimit(m: Mem): boolean {
  return m[MEMORY_LIMIT] !== 0;
}

/** Notes the goal that the memory limit sets, whatever is live. The world is stopped. */
export function noteLimitGoal(m: Mem): void {
  if (!hasLimit(m)) return;
  m[LIMIT_GOAL_Q] = Math.min(NEVER_Q, Math.floor(goalUnderLimit((m[MEMORY_LIMIT] * LIMIT_UNIT) / 8, otherQuads(m), 0)));
}

/** Returns the goal that the memory limit sets for a live heap of `liveQ` quads, as noted last; NEVER_Q without a limit. */
export function limitGoal(m: Mem, liveQ: number): number {
  return hasLimit(m) ? Math.max(liveQ, m[LIMIT_GOAL_Q]) : NEVER_Q;
}

/** The sweep of a cycle is complete: lowers the trigger to the one that the memory limit sets. */
export function limitTrigger(m: Mem): void {
  if (!hasLimit(m)) return;
  const live = liveQuads(m);
  lowerTrigger(m, live + Math.floor((limitGoal(m, live) - live) * LIMIT_TRIGGER));
}

/** All memory but the heap's blocks: the runtime's own, stacks, and what spans in use have free. */
function otherQuads(m: Mem): number {
  let bytes = loadWide(m, MSTATS + HEAP_INUSE);
  for (const field of [MSPAN_SYS, MCACHE_SYS, GC_SYS, BUCKHASH_SYS, OTHER_SYS]) bytes += loadWide(m, MSTATS + field);
  return bytes / 8 - m[MSTATS + HEAP_ALLOC_Q];
}
