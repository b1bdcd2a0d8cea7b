/** What the machine was built with. Written before the first worker starts, constant after. */
import { BOOT } from './guardian.ts';
import { by, struct, type Mem } from './struct.ts';
import { globalRecord } from './segment.ts';
import type { Ref } from './address.ts';

/** Bits of the `debug` word: what GODEBUG switched on in Go. */
export const DEBUG = { allocfreetrace: 1, efence: 2, collectstats: 4, checkptr: 8 } as const;

/** Where the collector learns which words of a block are pointers; see heap/type.ts. */
export const TYPES = { none: 0, mtypes: 1, heapbits: 2 } as const;

/** What can be chosen of the lab's mark loop: how it marks, which object is next, which of its words; see gc/scanblock-lab.ts. */
export const MARK_BY = { cas: 0, byte: 1 } as const;
export const ORDER = { lifo: 0, fifo: 1 } as const;
export const DIRECTION = { forwards: 0, backwards: 1 } as const;

export const Config = struct('config', 64, {
  /** 32-bit words of a pointer: 2 on the 64-bit machine, 1 with --goarch 386. */
  ptrWords: by(BOOT),
  nprocs: by(BOOT),
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
  /** How getfull waits: rounds of spinning, then of yielding, then sleeps of so many µs. */
  waitSpins: by(BOOT),
  waitYields: by(BOOT),
  waitSleepUs: by(BOOT),
  /** Pages asked for at least when the heap grows. */
  chunkPages: by(BOOT),
  /** Bits of a lock-free stack's head that name the node; the rest count pushes. */
  lfstackIdBits: by(BOOT),
  lfstackCountMask: by(BOOT),
  /** 1: stop for the oracle at each checkpoint of a cycle. */
  verify: by(BOOT),
  /** 1: count and log what gctrace prints; 2: and collect twice each time. */
  gctrace: by(BOOT),
  /** Steps a goroutine runs before it must let others run. */
  timeslice: by(BOOT),
  seed: by(BOOT),
  /** Which mark loop: see POLICY in gc/policy.ts. */
  policy: by(BOOT),
  /** Of the lab's mark loop: one of MARK_BY, of ORDER, of DIRECTION. */
  labMark: by(BOOT),
  labOrder: by(BOOT),
  labDirection: by(BOOT),
  /** Words of an object above which it is scanned in pieces, 0 for none; objects touched ahead. */
  labSplit: by(BOOT),
  labPrefetch: by(BOOT),
  /** n > 0: after each step of a program, a collection with a chance of 1 in n. */
  gcEvery: by(BOOT),
  /** Type table: descriptors and GC programs of the workload. */
  typeTable: by(BOOT),
  /** A bit for each heap word, with --types heapbits: it may hold a pointer. */
  ptrBits: by(BOOT),
  /** What the collector keeps beside the bitmap, if anything; see gc/collectors/descriptor.ts. */
  collectorData: by(BOOT),
  /** One of TYPES; the number of the collector in gc/collectors/registry.ts; bits of DEBUG. */
  types: by(BOOT),
  collector: by(BOOT),
  debug: by(BOOT),
  /** With --godebug collectstats, a record of counts for each M. */
  collectStats: by(BOOT),
  /** With --godebug allocfreetrace, the ring of its events; see malloc/trace.ts. */
  trace: by(BOOT),
  /** Mean bytes between two samples of the memory profiler, 0 for none. */
  memprofileRate: by(BOOT),
  /** Finalizers that a block of their queue holds. */
  finBlockCap: by(BOOT),
  /** 1: the collector has a write barrier; see heap/write-pointer.ts. */
  barrier: by(BOOT),
});

export const CONFIG: Ref = globalRecord('config', Config);

const PTR_WORDS = CONFIG + Config.at.ptrWords;

/** 32-bit words of a pointer on this machine. */
export function ptrWords(m: Mem): number {
  return m[PTR_WORDS];
}
