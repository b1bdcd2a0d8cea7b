/**
 * MStats: what the runtime knows about its memory. Bytes and counts that only grow are wide
 * (two words); live-heap quantities are in quads, see memory/address.ts.
 */
import { BOOT, guardedBy, stoppedWorld } from '../memory/guardian.ts';
import { atomic, by, padding, struct } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import { NUM_SIZE_CLASSES } from '../heap/size-classes.ts';
import type { Ref } from '../memory/address.ts';

const HEAP = guardedBy('mheap.lock');
const STOPPED = stoppedWorld();
const SYS = guardedBy('sys.lock');

/** Pauses remembered. */
export const PAUSES = 256;

export const MStats = struct('mstats', 1408, {
  /**
   * Live heap as far as the MCaches have reported it. malloc reads it racily to decide on a
   * collection: a stale value starts one a little late or early, and gc() asks again.
   */
  heapAllocQ: by(HEAP),
  pad0: padding(15),
  /** Goal of the next collection; sweepers take freed memory off it while mutators read. */
  xnextGcQ: atomic('sweepers; set with the world stopped'),
  /** What was marked, less what sweepers have freed of it: the goal follows from it. */
  xliveQ: atomic('sweepers; set with the world stopped'),
  pad1: padding(14),
  heapSys: by(SYS, 2),
  heapIdle: by(HEAP, 2),
  heapInuse: by(HEAP, 2),
  heapReleased: by(HEAP, 2),
  tinyallocs: by(HEAP, 2),
  nlargefree: by(HEAP, 2),
  largefree: by(HEAP, 2),
  nlookup: by(HEAP, 2),
  /** Bytes of span records, of MCaches, of the collector's structures, of the profiler's, of everything else persistent. */
  mspanInuse: by(STOPPED, 2),
  mspanSys: by(SYS, 2),
  mcacheInuse: by(BOOT, 2),
  mcacheSys: by(SYS, 2),
  gcSys: by(SYS, 2),
  buckhashSys: by(SYS, 2),
  otherSys: by(SYS, 2),
  /** Stacks that are not in the heap: none here. */
  stacksSys: by(SYS, 2),
  /** Bytes of stack spans, part of heapInuse and heapSys until somebody reads the figures. */
  stacksInuse: by(HEAP, 2),
  enablegc: by(BOOT),
  /** GOGC; -1 for off. */
  gcpercent: by(guardedBy('mheap.lock', { reads: 'racy', note: 'to decide on a collection' })),
  /** As it was when the last mark ended: the goal is kept by it until the next. */
  cyclePercent: by(STOPPED),
  numgc: by(STOPPED),
  lastGc: by(STOPPED, 2),
  pauseTotalNs: by(STOPPED, 2),
  /** heap_alloc as it was when the last mark ended, in quads. */
  heapMarkedQ: by(STOPPED),
  nsmallfree: by(HEAP, NUM_SIZE_CLASSES * 2),
  /** Recounted by updatememstats. */
  nmalloc: by(STOPPED, 2),
  nfree: by(STOPPED, 2),
  totalAlloc: by(STOPPED, 2),
  heapObjects: by(STOPPED, 2),
  bySizeNmalloc: by(STOPPED, NUM_SIZE_CLASSES * 2),
  /** Ring of the last pauses, ns, and their ends, Unix ms; see numgc. */
  pauseNs: by(STOPPED, PAUSES * 2),
  pauseEnd: by(STOPPED, PAUSES * 2),
});

export const MSTATS: Ref = globalRecord('mstats', MStats);
