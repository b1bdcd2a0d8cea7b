/**
 * The oracle: an independent check of the whole heap while the world is stopped at a checkpoint.
 *
 *   1. decode the span records, their blocks and the span lists into a HeapView,
 *   2. check every invariant of problems.ts that holds at each checkpoint,
 *   3. at *marked*: trace from the roots and compare the marks with the reached blocks,
 *   4. at *swept*: compare the heap with what the mark before left alive.
 *
 * The oracle shares only the layout of the records with the collector. Its tables lie outside the
 * shared memory and are reused from check to check.
 */
import type { Mem } from '../memory/struct.ts';
import { isMarking } from '../gc/collector.ts';
import { CHECKPOINT } from '../gc/doorbell.ts';
import { addMarked, checkBitmap } from './bitmap.ts';
import { checkFreeBlocksClear, checkFreelistCounts, readBlocks } from './blocks.ts';
import { checkCaches, checkCachesFlushed } from './caches.ts';
import { checkChannels } from './channels.ts';
import { checkCounters } from './counters.ts';
import { checkFaultedMemory, checkFaults } from './faults.ts';
import { checkFinalizers } from './finalizers.ts';
import { Goroutines } from './goroutines.ts';
import { History } from './history.ts';
import { checkLists, readLists } from './lists.ts';
import { KnownBlocks } from './known-blocks.ts';
import { explainLost } from './path.ts';
import { Findings, type VerifyReport } from './problems.ts';
import { Tracer } from './reach.ts';
import { checkRefwords, hasRefwords } from './refwords.ts';
import { checkProfile } from './profile.ts';
import { findRoots, type Roots } from './roots.ts';
import { checkFreeSpans, checkSpans, readSpans } from './spans.ts';
import { checkSpanMarks } from './span-marks.ts';
import { checkSpecials } from './specials.ts';
import { checkStatistics } from './statistics.ts';
import { checkTypes } from './types.ts';
import { Stacks, checkNoneKept } from './stacks.ts';
import { checkSys } from './sys.ts';
import { HeapView } from './view.ts';
import { Workbufs, checkMarkEnded } from './workbufs.ts';
import { checkWorld } from './world.ts';

export type { VerifyReport } from './problems.ts';

/** Checks one memory at each of its checkpoints. */
export class Verifier {
  private readonly view: HeapView;
  private readonly known = new KnownBlocks();
  private readonly out = new Findings();
  private readonly tracer = new Tracer();
  private readonly history = new History();
  private readonly workbufs = new Workbufs();
  private readonly goroutines = new Goroutines();
  private readonly stacks = new Stacks();
  private readonly roots: Roots = [];

  /** @param writes flags of the blocks that are written (memory/write-flags.ts); without them each check reads everything */
  constructor(m: Mem, writes?: Uint8Array) {
    this.view = new HeapView(m, writes);
  }

  /** Forgets the previous cycle. Call it after the memory was reset to an earlier state. */
  forget(): void {
    this.history.forget();
  }

  /** Checks the stopped heap. @param point the checkpoint, see CHECKPOINT */
  check(point: number): VerifyReport {
    const { view, out, history } = this;
    this.examine(point);
    // Repeat the check without earlier results: the report must not depend on them.
    if (view.keeps && out.total > 0) {
      view.keeps = false;
      this.examine(point);
    }
    if (point === CHECKPOINT.marked) history.remember(view);
    else history.check(view, out);
    view.keeps = view.writes.areKnown && out.total === 0;
    return out.report(point);
  }

  /** Checks everything that a single checkpoint shows. */
  private examine(point: number): void {
    const { view, known, out } = this;
    view.begin();
    out.begin();
    readSpans(view, out);
    readBlocks(view, out, known);
    readLists(view, out);
    checkSpans(view, out);
    checkFreelistCounts(view, out);
    checkCaches(view, out);
    checkLists(view, out);
    checkCounters(view, out);
    checkStatistics(view, out);
    checkTypes(view, out);
    checkSys(view, out);
    checkSpecials(view, out);
    checkFinalizers(view, out);
    checkProfile(view, out);
    this.workbufs.check(view, out);
    this.goroutines.check(view, out);
    checkChannels(view, out);
    this.stacks.check(view, out);
    checkWorld(view, out);
    if (point === CHECKPOINT.marked) this.checkMarked();
    else this.checkSwept();
  }

  private checkMarked(): void {
    const { view, out, tracer, roots } = this;
    checkMarkEnded(view, out);
    checkSpanMarks(view, out);
    checkCachesFlushed(view, out);
    checkNoneKept(view, out);
    findRoots(view, roots);
    tracer.trace(view, roots);
    checkFaults(view, out, roots);
    // A collector with reference words sets no mark in the bitmap.
    const isByWords = hasRefwords(view);
    const unmarked = checkBitmap(view, out, isByWords ? null : view.reached, isMarking(view.m));
    const lost = isByWords ? checkRefwords(view, out, view.reached) : unmarked;
    if (isMarking(view.m)) addMarked(view);
    if (lost > 0) explainLost(view, out, roots, tracer.count);
    out.checks += tracer.count;
  }

  private checkSwept(): void {
    const { view, out } = this;
    checkBitmap(view, out, null);
    if (hasRefwords(view)) checkRefwords(view, out, null);
    checkFreeSpans(view, out);
    checkFreeBlocksClear(view, out, this.known);
    checkFaultedMemory(view, out);
  }
}

/** Checks a memory once, without comparing cycles. */
export function verifyHeap(m: Mem, point: number): VerifyReport {
  return new Verifier(m).check(point);
}
