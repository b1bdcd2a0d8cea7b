/** The pacer at the two ends of a mark; see record.ts. The world is stopped in both. */
import type { Mem } from '../../memory/struct.ts';
import { CONFIG, Config } from '../../memory/config.ts';
import { loadWide, storeWide } from '../../memory/wide.ts';
import { GCStats, sumGCStat } from '../../machine/m.ts';
import { MSTATS, MStats } from '../../malloc/mstats.ts';
import { clearDebts } from './debt.ts';
import { filled, isFull } from './limiter.ts';
import { hasLimit, noteLimitGoal } from './limit.ts';
import { consMark, goalWithRoots, runway, triggerAt } from './runway.ts';
import { FIRST_TRIGGER, GOAL_UTILIZATION, boundedTrigger, nextTriggerRatio } from './feedback.ts';
import { loadRatio, storeRatio } from './ratio.ts';
import { PACER, PACING, Pacer, REMEMBERED } from './record.ts';
import { dedicatedWorkers, fractionalShare } from './shares.ts';

const NPROCS = CONFIG + Config.at.nprocs;
const PACER_OF = CONFIG + Config.at.pacer;
const HEAP_ALLOC_Q = MSTATS + MStats.at.heapAllocQ;
const CYCLE_PERCENT = MSTATS + MStats.at.cyclePercent;
const { triggerRatio: TRIGGER_RATIO, markedQ: MARKED_Q, triggerQ: TRIGGER_Q, endQ: END_Q, goalQ: GOAL_Q, expectedQ: EXPECTED_Q } = Pacer.at;
const { mostQ: MOST_Q, rootsQ: ROOTS_Q, lastScannedQ: LAST_SCANNED_Q, begunNs: BEGUN_NS, utilization: UTILIZATION } = Pacer.at;
const { assistNs: ASSIST_NS, dedicatedNs: DEDICATED_NS, fractionalNs: FRACTIONAL_NS, idleNs: IDLE_NS } = Pacer.at;
const { xscannedQ: XSCANNED_Q, xcreditQ: XCREDIT_Q, xdedicated: XDEDICATED, fractionalShare: SHARE } = Pacer.at;
const { consMark: CONS_MARK, bucketNs: BUCKET_NS, bucketAtNs: BUCKET_AT_NS, isLimiting: IS_LIMITING } = Pacer.at;

/** The growth that GOGC allows, 1 for GOGC=100; with GOGC off, a thousandfold one. */
function growthOf(percent: number): number {
  return percent < 0 ? 1000 : percent / 100;
}

/**
 * Begins the pacing of a mark.
 * @param now ns
 * @param markedQ the live heap after the last cycle
 * @param goalQ the heap that the end of the mark should find
 * @param rootsQ stacks and globals
 */
export function beginPacing(m: Mem, now: number, markedQ: number, goalQ: number, rootsQ: number): void {
  const heapQ = m[HEAP_ALLOC_Q];
  m[PACING + MARKED_Q] = markedQ;
  m[PACING + TRIGGER_Q] = heapQ;
  m[PACING + GOAL_Q] = goalQ;
  m[PACING + ROOTS_Q] = rootsQ;
  // Blocks allocated from now on are black, so nothing but this heap can be scanned.
  m[PACING + MOST_Q] = heapQ + rootsQ;
  m[PACING + EXPECTED_Q] = Math.floor(heapQ / (1 + growthOf(m[CYCLE_PERCENT]))) + rootsQ;
  storeWide(m, PACING + BEGUN_NS, now);
  storeRatio(m, PACING + SHARE, fractionalShare(m[NPROCS]));
  Atomics.store(m, PACING + XSCANNED_Q, 0);
  Atomics.store(m, PACING + XCREDIT_Q, 0);
  Atomics.store(m, PACING + XDEDICATED, dedicatedWorkers(m[NPROCS]));
  fillBucket(m, now, 0);
  clearDebts(m);
}

/**
 * Ends the pacing of a mark: notes its figures, and corrects the trigger.
 * @param stopped when the world was stopped for its end, ns
 */
export function endPacing(m: Mem, stopped: number, now: number): void {
  const { assistNs, dedicatedNs, fractionalNs, idleMarkNs } = GCStats.at;
  m[PACING + END_Q] = m[HEAP_ALLOC_Q];
  m[PACING + LAST_SCANNED_Q] = Atomics.load(m, PACING + XSCANNED_Q);
  storeWide(m, PACING + ASSIST_NS, sumGCStat(m, assistNs));
  storeWide(m, PACING + DEDICATED_NS, sumGCStat(m, dedicatedNs));
  storeWide(m, PACING + FRACTIONAL_NS, sumGCStat(m, fractionalNs));
  storeWide(m, PACING + IDLE_NS, sumGCStat(m, idleMarkNs));
  storeRatio(m, PACING + UTILIZATION, utilizationOf(m, stopped));
  correctRatio(m);
  rememberConsMark(m, stopped);
  noteLimitGoal(m);
  fillBucket(m, now, gcTime(m) + (now - stopped) * m[NPROCS]);
}

/** The part of the processors that a mark took: the workers' share, and on top of it the assists. */
function utilizationOf(m: Mem, now: number): number {
  const duration = now - loadWide(m, PACING + BEGUN_NS);
  if (duration <= 0) return GOAL_UTILIZATION;
  return GOAL_UTILIZATION + loadWide(m, PACING + ASSIST_NS) / (duration * m[NPROCS]);
}

function correctRatio(m: Mem): void {
  const marked = m[PACING + MARKED_Q];
  if (marked === 0 || m[CYCLE_PERCENT] < 0) return;
  const growth = growthOf(m[CYCLE_PERCENT]);
  const actual = m[PACING + END_Q] / marked - 1;
  storeRatio(m, PACING + TRIGGER_RATIO, nextTriggerRatio(triggerRatio(m, growth), growth, actual, loadRatio(m, PACING + UTILIZATION)));
}

/** Notes the cons/mark ratio of the mark that ends, and forgets the oldest one. */
function rememberConsMark(m: Mem, stopped: number): void {
  const processors = (stopped - loadWide(m, PACING + BEGUN_NS)) * m[NPROCS];
  const idle = processors <= 0 ? 0 : loadWide(m, PACING + IDLE_NS) / processors;
  const ratio = consMark(m[PACING + END_Q] - m[PACING + TRIGGER_Q], m[PACING + LAST_SCANNED_Q], loadRatio(m, PACING + UTILIZATION), idle);
  for (let i = REMEMBERED - 1; i > 0; i--) storeRatio(m, consMarkAt(i), loadRatio(m, consMarkAt(i - 1)));
  storeRatio(m, consMarkAt(0), ratio);
}

function consMarkAt(i: number): number {
  return PACING + CONS_MARK + 2 * i;
}

/** Returns the processor time of the mark that ends, ns, without idle workers. */
function gcTime(m: Mem): number {
  return loadWide(m, PACING + ASSIST_NS) + loadWide(m, PACING + DEDICATED_NS) + loadWide(m, PACING + FRACTIONAL_NS);
}

/** Fills the limiter's bucket for the time since it was filled last, of which the collector had `gcNs`. */
function fillBucket(m: Mem, now: number, gcNs: number): void {
  if (!hasLimit(m)) return;
  const since = loadWide(m, PACING + BUCKET_AT_NS);
  const total = since === 0 ? 0 : (now - since) * m[NPROCS];
  const bucket = filled(loadWide(m, PACING + BUCKET_NS), gcNs, Math.max(total, gcNs), m[NPROCS]);
  storeWide(m, PACING + BUCKET_NS, bucket);
  storeWide(m, PACING + BUCKET_AT_NS, now);
  m[PACING + IS_LIMITING] = isFull(bucket, m[NPROCS]) ? 1 : 0;
}

function triggerRatio(m: Mem, growth: number): number {
  const ratio = loadRatio(m, PACING + TRIGGER_RATIO);
  return ratio === 0 ? FIRST_TRIGGER * growth : ratio;
}

/** Returns the growth in percent at which the next mark begins, for GOGC `percent`; negative if GOGC is off. */
export function triggerPercent(m: Mem, percent: number): number {
  if (percent < 0) return percent;
  const growth = percent / 100;
  const ratio = m[PACER_OF] === PACER.runway ? runwayRatio(m, growth) : boundedTrigger(triggerRatio(m, growth), growth);
  return Math.floor(100 * ratio);
}

/**
 * The growth of the heap at which a mark begins by the runway. The live heap is not known before the sweep; it is at least what was
 * live before, or what the mark has scanned.
 */
function runwayRatio(m: Mem, growth: number): number {
  const live = Math.max(m[PACING + MARKED_Q], m[PACING + LAST_SCANNED_Q] - m[PACING + ROOTS_Q]);
  if (live <= 0) return FIRST_TRIGGER * growth;
  let most = 0;
  for (let i = 0; i < REMEMBERED; i++) most = Math.max(most, loadRatio(m, consMarkAt(i)));
  const goal = goalWithRoots(live, m[PACING + ROOTS_Q], growth);
  return triggerAt(live, goal, runway(most, m[PACING + LAST_SCANNED_Q])) / live - 1;
}
