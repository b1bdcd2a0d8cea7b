/**
 * The concurrent collector of Go 1.5 to 1.8: it marks while the program runs.
 *
 *   1. The world stops. The remaining spans are swept, the barrier is switched on (beginMark), and
 *      background workers are woken (runtime/beside.ts). The world starts.
 *   2. Workers scan roots and objects (drain.ts). The program runs beside them. Its pointer stores
 *      pass the barrier (shade.ts), its new blocks are black, and each M scans the stacks of its own
 *      goroutines (stacks.ts).
 *   3. When no work is in sight, or the heap has reached its goal, the world stops again: all Ms
 *      mark what is left, with the parallel collector's loop (mark termination). The barrier is
 *      switched off, and spans are swept as by the parallel collector.
 *
 * Roots that no barrier guards are scanned in mark termination: objects with finalizers, queued
 * finalizers, and stacks, as STACKS says. A forced collection marks in one stopped world, as Go's
 * did until 1.8.
 *
 * Invariant, from beginMark to endMark: each block that was reachable when the mark began, or has
 * become so since, is marked, or is reached from a grey block, or from a stack that is still to be
 * scanned. Which barriers keep it with which stacks: test/gc/collectors/concurrent.
 *
 * Source: mgc.go, mgcmark.go and mbarrier.go of Go 1.5 and 1.8; proposal 17503.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { gAt, type GRef } from '../../../machine/g.ts';
import { M, type MRef } from '../../../machine/m.ts';
import { allglen } from '../../../machine/sched.ts';
import { clearMarks } from '../../../heap/bitmap.ts';
import { SPAN_STATE, Span, spanAt } from '../../../heap/span.ts';
import { nspan } from '../../../malloc/mheap.ts';
import { lfstackpop } from '../../../sync/lfstack.ts';
import { markWithOthers } from '../../helper.ts';
import { charge, clearDebt } from '../../pacer/debt.ts';
import { ROOT_BSS, ROOT_COUNT, ROOT_DATA } from '../../roots.ts';
import { FULL, putempty } from '../../work.ts';
import type { Collector } from '../descriptor.ts';
import { checkMarks } from './checkmark.ts';
import { drain, goroutineRests, isAtEnd, noWork, pushShaded, rootJobs } from './drain.ts';
import { resetRounds } from './rounds.ts';
import { LINKS_PER_PAGE, blockAllocated, flushBarriers, pointerStored, resetBarriers } from './shade.ts';
import { claimRunning, goroutineMade, goroutineRuns, hasUnscanned, isDone } from './stacks.ts';
import { CONCURRENT, Concurrent, MARKING, MARK_PHASE, STACKS, TERMINATION, isMarking } from './state.ts';

const TERMINATION_OF = CONFIG + Config.at.termination;
const STACKS_OF = CONFIG + Config.at.stacks;
const CHECKS = CONFIG + Config.at.checkmark;
const { proved: PROVED, cycle: CYCLE, nroots: NROOTS, xnextroot: XNEXTROOT, xshaded: XSHADED } = Concurrent.at;
const { curg: CURG } = M.at;

function beginMark(m: Mem): void {
  m[CONCURRENT + CYCLE]++;
  m[CONCURRENT + NROOTS] = rootJobs(m, allglen(m));
  Atomics.store(m, CONCURRENT + XNEXTROOT, 0);
  resetBarriers(m);
  resetRounds(m);
  m[CONCURRENT + PROVED] = 0;
  claimRunning(m);
  m[MARKING] = MARK_PHASE.mark;
}

/** Marks in a stopped world all that is reachable and not marked yet. */
function markRest(m: Mem, mp: MRef): void {
  if (isMarking(m) && m[CONCURRENT + PROVED] === 0) pushShaded(m, mp);
  markWithOthers(m, mp);
}

function endMark(m: Mem, mp: MRef): void {
  if (m[CHECKS] !== 0) checkMarks(m, mp);
  m[MARKING] = MARK_PHASE.off;
}

/**
 * Reports whether the mark may end in this stopped world. With the ragged barrier, a mark with work
 * left goes on concurrently with the program: an M may have recorded or shaded a pointer after it answered.
 */
function mayEndMark(m: Mem): boolean {
  if (m[TERMINATION_OF] === TERMINATION.count) return true;
  flushBarriers(m);
  if (!noWork(m)) {
    resetRounds(m);
    return false;
  }
  m[CONCURRENT + PROVED] = 1;
  return true;
}

/**
 * Reports whether mark termination has work for several Ms: grey blocks, or stacks. Otherwise waking a helper, and waiting until
 * it has a processor, takes longer than what is left. Shades what barriers have recorded first, because it may be work.
 */
function wantsHelpers(m: Mem): boolean {
  if (!isMarking(m)) return true;
  flushBarriers(m);
  return m[STACKS_OF] === STACKS.rescan || hasUnscanned(m) || !noWork(m);
}

/**
 * Reports whether mark termination can do without root `i`: barriers guard the globals once their root jobs are
 * done, and a stack may be done. A mark may be ended with root jobs left.
 */
function skipsRoot(m: Mem, i: number): boolean {
  if (!isMarking(m)) return false;
  if (i >= ROOT_COUNT) return isDone(m, gAt(m, i - ROOT_COUNT));
  return (i === ROOT_DATA || i === ROOT_BSS) && Atomics.load(m, CONCURRENT + XNEXTROOT) >= m[CONCURRENT + NROOTS];
}

/** Gives up the mark that is under way, if there is one. */
function abandonMark(m: Mem, mp: MRef): void {
  if (!isMarking(m)) return;
  for (let i = 0; i < nspan(m); i++) {
    const s = spanAt(m, i);
    if (m[s + Span.at.state] === SPAN_STATE.inUse) clearMarks(m, m[s + Span.at.start], m[s + Span.at.npages]);
  }
  dropWork(m, mp);
  resetBarriers(m);
  m[MARKING] = MARK_PHASE.off;
}

/** Drops the work of a mark that nobody will end. */
function dropWork(m: Mem, mp: MRef): void {
  for (let wbuf = lfstackpop(m, FULL); wbuf !== 0; wbuf = lfstackpop(m, FULL)) putempty(m, mp, wbuf);
  Atomics.store(m, CONCURRENT + XSHADED, 0);
}

/** With the ragged barrier, a worker has rounds to look after until the mark ends. */
function hasMarkWork(m: Mem): boolean {
  return m[TERMINATION_OF] === TERMINATION.ragged || !noWork(m);
}

/** Charges the goroutine that `mp` runs for a block of `bytes` bytes, if a mark is under way. */
function allocationCharged(m: Mem, mp: MRef, bytes: number): void {
  if (isMarking(m) && m[mp + CURG] !== 0) charge(m, m[mp + CURG], bytes);
}

/** The new goroutine `gp` has a stack that its creator writes, and no debt. */
function goroutineBegun(m: Mem, gp: GRef): void {
  clearDebt(m, gp);
  goroutineMade(m, gp);
}

/** While a mark is under way, a block may be in a workbuf or on the list of shaded blocks. */
function mayFree(m: Mem): boolean {
  return !isMarking(m);
}

export const concurrent: Collector<'concurrent'> = {
  name: 'concurrent',
  help: 'marks while the program runs, with a write barrier (Go 1.5 to 1.8)',
  helpers: true,
  takesPolicy: true,
  gctrace: 'go1.5',
  marksIn: 'bitmap',
  data: { wordName: 'link', words: (arenaPages) => arenaPages * LINKS_PER_PAGE },
  mark: markRest,
  beginMark,
  isMarking,
  markSome: drain,
  mayEndMark,
  hasMarkWork,
  wantsHelpers,
  isAtEnd,
  endMark,
  abandonMark,
  seesAllocations: isMarking,
  blockAllocated,
  allocationCharged,
  pointerStored,
  ignoresFrames: true,
  mayFree,
  goroutineMade: goroutineBegun,
  goroutineRuns,
  goroutineRests,
  skipsRoot,
};
