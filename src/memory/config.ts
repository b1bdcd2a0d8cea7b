/** The machine's constants. They are written before the first worker starts. */
import { BOOT } from './guardian.ts';
import { by, struct, type Field, type Mem } from './struct.ts';
import { globalRecord } from './segment.ts';
import type { Ref } from './address.ts';

/** Bits of the `debug` word, by the names that Go's GODEBUG has for them. */
export const DEBUG = { allocfreetrace: 1, efence: 2, collectstats: 4, checkptr: 8 } as const;

/** Sources of the collector's knowledge of which words of a block are pointers; see heap/type.ts. */
export const TYPES = { none: 0, mtypes: 1, heapbits: 2 } as const;

/** Ways in which the lab mark loop marks, picks the next object and reads its words; see gc/scanblock-lab.ts. */
export const MARK_BY = { cas: 0, byte: 1 } as const;
export const ORDER = { lifo: 0, fifo: 1 } as const;
export const DIRECTION = { forwards: 0, backwards: 1 } as const;

/**
 * The words that options set, each with its value where the option is not given. The table of the
 * options, run/machine-options.ts, names the word of each: a new option takes a line there and one
 * here.
 */
export const OPTION_WORDS = {
  /** 1: stop for the oracle at each checkpoint of a cycle. */
  verify: 0,
  /** 1: stop for the watcher at checkpoints, whenever it wants to read the heap. */
  recordHeap: 0,
  /** 1: count and log what gctrace prints. 2: also collect twice each time. */
  gctrace: 0,
  /** Seed of every random number of the machine. */
  seed: 1,
  /** Mark loop: see POLICY in gc/policy.ts. */
  policy: 0,
  /** Rounds of spinning in getfull, before it yields. */
  waitSpins: 10,
  /** Rounds of yielding in getfull, before it sleeps. */
  waitYields: 10,
  /** Microseconds of each sleep in getfull. */
  waitSleepUs: 100,
  /** Lab mark loop: how it marks. */
  labMark: MARK_BY.cas,
  /** Lab mark loop: which object it scans next. */
  labOrder: ORDER.lifo,
  /** Lab mark loop: the direction in which it reads an object. */
  labDirection: DIRECTION.forwards,
  /** Lab mark loop: 32-bit words of an object above which it is scanned in pieces; 0: never. */
  labSplit: 0,
  /** Lab mark loop: objects touched ahead of their scan. */
  labPrefetch: 0,
  /** n > 0: after each step of a program, a collection with a chance of 1 in n. */
  gcEvery: 0,
  /** One of TYPES. */
  types: TYPES.none,
  /** Number of the collector in gc/collectors/registry.ts. */
  collector: 0,
  /** Collector concurrent: its write barrier, one of BARRIER in gc/collectors/concurrent/state.ts. */
  barrier: 1,
  /** Collector concurrent: which stacks mark termination scans, one of STACKS there. */
  stacks: 0,
  /** Collector concurrent: how it finds that no work is left, one of TERMINATION there. */
  termination: 0,
  /** Collector concurrent: pointers that a barrier records before it shades them; 0: it shades at once. */
  barrierBuffer: 0,
  /** Collector concurrent: 1: marks again in the stopped world, and compares. */
  checkmark: 0,
  /** Collector concurrent: 1 if allocations during a mark pay for it by marking. */
  assists: 1,
  /** Collector concurrent: what decides when a mark begins, one of PACER in gc/pacer/record.ts. */
  pacer: 0,
  /** Collector concurrent: the soft limit of the machine's memory, in units of 1 KB; 0: none. */
  memoryLimit: 0,
  /** Bits of DEBUG. */
  debug: 0,
  /** Mean bytes between two samples of the memory profiler; 0: none. */
  memprofileRate: 0,
} as const satisfies Readonly<Record<string, number>>;

/** The name of a word that an option sets. */
export type OptionWord = keyof typeof OPTION_WORDS;

export const Config = struct('config', 80, {
  /** 32-bit words of a pointer: 2 on the 64-bit machine, 1 with --goarch 386. */
  ptrWords: by(BOOT),
  /** log2 of the units of a pointer's low word in a 32-bit word: 2, or 1 on a machine of more than 4 GB; see address.ts. */
  ptrShift: by(BOOT),
  nprocs: by(BOOT),
  /** 1: there is a core for each M. */
  hasCores: by(BOOT),
  /** Regions, as refs of their first word; each ends where the next begins. */
  gs: by(BOOT),
  ms: by(BOOT),
  ps: by(BOOT),
  data: by(BOOT),
  bss: by(BOOT),
  cycleLog: by(BOOT),
  persistentStart: by(BOOT),
  persistentEnd: by(BOOT),
  workbufs: by(BOOT),
  spans: by(BOOT),
  spanMap: by(BOOT),
  /** Hints of the tuned mark loop: a bit for each 16 bytes of the arena. */
  hints: by(BOOT),
  /** With --policy spans: a word for each page, and a queue for each M; see gc/spans/state.ts. */
  pageStates: by(BOOT),
  spanQueues: by(BOOT),
  bitmapEnd: by(BOOT),
  arenaStart: by(BOOT),
  arenaEnd: by(BOOT),
  maxGs: by(BOOT),
  maxSpans: by(BOOT),
  maxWorkbufs: by(BOOT),
  /** Most words of a stack; of the smallest one; of the free stacks of one order that a P may keep. */
  stackWords: by(BOOT),
  stackMinWords: by(BOOT),
  stackCacheWords: by(BOOT),
  cycleLogCap: by(BOOT),
  /** Objects a workbuf holds; its stride in words. */
  workbufCap: by(BOOT),
  workbufWords: by(BOOT),
  /** Entries a PtrTarget buffer holds before it is flushed. */
  ptrBufCap: by(BOOT),
  handoffThreshold: by(BOOT),
  /** Pages asked for at least when the heap grows. */
  chunkPages: by(BOOT),
  /** Bits of a lock-free stack's head that name the node; the rest count pushes. */
  lfstackIdBits: by(BOOT),
  lfstackCountMask: by(BOOT),
  /** Steps a goroutine runs before it must let others run. */
  timeslice: by(BOOT),
  /** Type table: descriptors and GC programs of the workload. */
  typeTable: by(BOOT),
  /** A bit for each heap word, with --types heapbits: it may hold a pointer. */
  ptrBits: by(BOOT),
  /** The collector's own data beside the bitmap, if any; see gc/collectors/descriptor.ts. */
  collectorData: by(BOOT),
  /** With --godebug collectstats, a record of counts for each M. */
  collectStats: by(BOOT),
  /** With --godebug allocfreetrace, the ring of its events; see malloc/trace.ts. */
  trace: by(BOOT),
  /** Events that each M's ring of events holds, a power of two; 0: no events are recorded. */
  eventCap: by(BOOT),
  /** The rings, if there are any, and the words of one; see sync/events.ts. */
  events: by(BOOT),
  eventRingWords: by(BOOT),
  /** Finalizers that a block of their queue holds. */
  finBlockCap: by(BOOT),
  ...fieldsOf(OPTION_WORDS),
});

export const CONFIG: Ref = globalRecord('config', Config);

const PTR_WORDS = CONFIG + Config.at.ptrWords;

/** 32-bit words of a pointer on this machine. */
export function ptrWords(m: Mem): number {
  return m[PTR_WORDS];
}

function fieldsOf<Name extends string>(words: Readonly<Record<Name, number>>): Record<Name, Field> {
  return Object.fromEntries(Object.keys(words).map((name) => [name, by(BOOT)])) as Record<Name, Field>;
}
