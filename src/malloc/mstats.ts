/**
 * MStats: the statistics of memory and collection. Bytes, and counts that only grow, are wide
 * (two words); live-heap quantities are in quads (see memory/address.ts).
 */
import { BOOT, guardedBy, stoppedWorld } from '../memory/guardian.ts';
import { atomic, by, padding, struct } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import { NUM_SIZE_CLASSES } from '../heap/size-classes.ts';
import type { Ref } from '../memory/address.ts';
import type { Figure } from '../base/figure.ts';

const HEAP = guardedBy('mheap.lock');
const STOPPED = stoppedWorld();
const SYS = guardedBy('sys.lock');

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
  mcacheInuse: by(BOOT, 2),
  mcacheSys: by(SYS, 2),
  gcSys: by(SYS, 2),
  buckhashSys: by(SYS, 2),
  otherSys: by(SYS, 2),
  /** Stacks outside the heap: always 0 here. */
  stacksSys: by(SYS, 2),
  /** Bytes of stack spans; contained in heapInuse and heapSys until MemStats separates them. */
  stacksInuse: by(HEAP, 2),
  /** 1 once boot has finished: a collection may start. */
  enablegc: by(BOOT),
  /** GOGC; -1 for off. */
  gcpercent: by(guardedBy('mheap.lock', { reads: 'racy', note: 'to decide on a collection' })),
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

/**
 * How a field of MemStats is read: `wide` is two words, `word` one, `flag` one that is 0 or not,
 * `quads` one in units of 8 bytes, `ring` the last PAUSES values, `sum` the fields with `inSys`,
 * `classes` a record for each size class, `off` always false.
 */
export type MemStatKind = 'wide' | 'word' | 'flag' | 'quads' | 'ring' | 'sum' | 'classes' | 'off';

export interface MemStatField extends Figure {
  readonly kind: MemStatKind;
  /** The field's place in MStats; 0 where it has none. */
  readonly at: number;
  /** A part of Sys. */
  readonly inSys?: true;
  /** How often stacksInuse is added, to move stack spans out of the heap's figures; see separateStacks. */
  readonly stacks?: 1 | -1;
}

const at = MStats.at;

/**
 * Go's runtime.MemStats, in its order. An entry gives the type, the reader (gc/memstats.ts), the JSON schema
 * (report/schema.ts) and the row of docs/json.md.
 */
export const MEMSTATS_FIELDS = {
  Alloc: { kind: 'quads', at: at.heapAllocQ, unit: 'bytes', about: 'the same as HeapAlloc' },
  TotalAlloc: { kind: 'wide', at: at.totalAlloc, unit: 'bytes', about: 'allocated since the start, freed blocks included' },
  Sys: { kind: 'sum', at: 0, unit: 'bytes', about: 'obtained from the system: the sum of all fields whose names end with `Sys`' },
  Lookups: { kind: 'wide', at: at.nlookup, unit: 'count', about: 'pointer lookups' },
  Mallocs: { kind: 'wide', at: at.nmalloc, unit: 'count', about: 'objects allocated since the start' },
  Frees: { kind: 'wide', at: at.nfree, unit: 'count', about: 'objects freed since the start' },
  HeapAlloc: { kind: 'quads', at: at.heapAllocQ, unit: 'bytes', about: 'allocated blocks that are not yet swept away' },
  HeapSys: { kind: 'wide', at: at.heapSys, unit: 'bytes', about: 'heap memory obtained from the system', inSys: true, stacks: -1 },
  HeapIdle: { kind: 'wide', at: at.heapIdle, unit: 'bytes', about: 'in free spans' },
  HeapInuse: { kind: 'wide', at: at.heapInuse, unit: 'bytes', about: 'in spans in use', stacks: -1 },
  HeapReleased: { kind: 'wide', at: at.heapReleased, unit: 'bytes', about: 'of HeapIdle, returned to the system by the scavenger' },
  HeapObjects: { kind: 'wide', at: at.heapObjects, unit: 'count', about: 'allocated objects' },
  StackInuse: { kind: 'wide', at: at.stacksInuse, unit: 'bytes', about: 'in stack spans' },
  StackSys: { kind: 'wide', at: at.stacksSys, unit: 'bytes', about: 'stack memory obtained from the system', inSys: true, stacks: 1 },
  MSpanInuse: { kind: 'wide', at: at.mspanInuse, unit: 'bytes', about: 'span records in use' },
  MSpanSys: { kind: 'wide', at: at.mspanSys, unit: 'bytes', about: 'memory obtained for span records', inSys: true },
  MCacheInuse: { kind: 'wide', at: at.mcacheInuse, unit: 'bytes', about: 'MCaches in use' },
  MCacheSys: { kind: 'wide', at: at.mcacheSys, unit: 'bytes', about: 'memory obtained for MCaches', inSys: true },
  BuckHashSys: { kind: 'wide', at: at.buckhashSys, unit: 'bytes', about: "the profiler's bucket table", inSys: true },
  GCSys: { kind: 'wide', at: at.gcSys, unit: 'bytes', about: 'metadata of the collector', inSys: true },
  OtherSys: { kind: 'wide', at: at.otherSys, unit: 'bytes', about: 'other persistent allocations', inSys: true },
  NextGC: { kind: 'quads', at: at.xnextGcQ, unit: 'bytes', about: 'HeapAlloc at which the next collection starts' },
  LastGC: { kind: 'wide', at: at.lastGc, unit: 'ms', about: 'end of the last collection; 0 before the first' },
  PauseTotalNs: { kind: 'wide', at: at.pauseTotalNs, unit: 'ns', about: 'sum of all pauses' },
  PauseNs: { kind: 'ring', at: at.pauseNs, unit: 'ns', about: 'ring of the last 256 pauses; the latest is at `(NumGC + 255) % 256`' },
  PauseEnd: { kind: 'ring', at: at.pauseEnd, unit: 'ms', about: 'ring of the ends of these pauses' },
  NumGC: { kind: 'word', at: at.numgc, unit: 'count', about: 'completed collections' },
  EnableGC: { kind: 'flag', at: at.enablegc, unit: 'flag', about: 'collections may start' },
  DebugGC: { kind: 'off', at: 0, unit: 'flag', about: 'always false: Go kept the field and removed its use' },
  BySize: { kind: 'classes', at: 0, unit: 'count', about: '`Size` in bytes, `Mallocs` and `Frees` of the 61 smallest size classes' },
} as const satisfies Readonly<Record<string, MemStatField>>;
