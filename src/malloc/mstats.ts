/**
 * MStats: the statistics of memory and collection. Bytes, and counts that only grow, are wide
 * (two words); live-heap quantities are in quads (see memory/address.ts).
 */
import { atomic, by, padding, struct } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import { NUM_SIZE_CLASSES } from '../heap/size-classes.ts';
import type { Ref } from '../memory/address.ts';

const HEAP = 'mheap.lock';
const STOPPED = 'world stopped';
const SYS = 'sys.lock';

/** Pauses kept in the ring. */
export const PAUSES = 256;

export const MStats = struct('mstats', 1408, {
  /**
   * Live heap, in quads, as of the last flush of each MCache. Read racily to decide on a
   * collection: a stale value starts one a little early or late, and gcStart reads it again.
   */
  heapAllocQ: by(HEAP),
  pad0: padding(15),
  /** Goal of the next collection, in quads; sweepers lower it while mutators read it. */
  xnextGcQ: atomic('sweepers; set with the world stopped'),
  /** Quads allocated at the end of marking, less those that sweepers have freed; determines the goal. */
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
  /** Bytes of span records, of MCaches, of the collector's structures, of the profiler's, and of all other persistent memory. */
  mspanInuse: by(STOPPED, 2),
  mspanSys: by(SYS, 2),
  mcacheInuse: by('boot', 2),
  mcacheSys: by(SYS, 2),
  gcSys: by(SYS, 2),
  buckhashSys: by(SYS, 2),
  otherSys: by(SYS, 2),
  /** Stacks outside the heap: always 0 here. */
  stacksSys: by(SYS, 2),
  /** Bytes of stack spans; contained in heapInuse and heapSys until MemStats separates them. */
  stacksInuse: by(HEAP, 2),
  /** 1 once boot has finished: a collection may start. */
  enablegc: by('boot'),
  /** GOGC; -1 for off. */
  gcpercent: by('mheap.lock; racily read, with racyLoad, to decide on a collection'),
  /** GOGC at the end of the last mark; the goal of this cycle depends on it. */
  cyclePercent: by(STOPPED),
  numgc: by(STOPPED),
  lastGc: by(STOPPED, 2),
  pauseTotalNs: by(STOPPED, 2),
  /** heap_alloc at the end of the last mark, in quads. */
  heapMarkedQ: by(STOPPED),
  nsmallfree: by(HEAP, NUM_SIZE_CLASSES * 2),
  /** Recounted by updatememstats. */
  nmalloc: by(STOPPED, 2),
  nfree: by(STOPPED, 2),
  totalAlloc: by(STOPPED, 2),
  heapObjects: by(STOPPED, 2),
  bySizeNmalloc: by(STOPPED, NUM_SIZE_CLASSES * 2),
  /** Ring of the last pauses, ns; collection n is at (n - 1) mod PAUSES. */
  pauseNs: by(STOPPED, PAUSES * 2),
  /** Ends of those pauses, Unix ms. */
  pauseEnd: by(STOPPED, PAUSES * 2),
});

export const MSTATS: Ref = globalRecord('mstats', MStats);
