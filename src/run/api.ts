/** The library's interface: how a machine is started, watched and read. */
import type { CollectorName } from '../gc/collectors/registry.ts';
import type { Cycle } from '../gc/cycle-log.ts';
import type { Scavenge } from '../malloc/scavenge-log.ts';
import type { Mem } from '../memory/struct.ts';
import type { Hole } from '../malloc/sys.ts';
import type { MachineTuning, Policy } from './tuning.ts';
import type { MemoryMap } from '../memory/map.ts';
import type { HeapImage } from '../workloads/heaps/image.ts';
import type { Represented } from '../workloads/represent.ts';
import type { Params } from '../workloads/workload.ts';
import type { MemProfile } from '../inspect/memprofile.ts';
import type { MemStats } from '../inspect/memstats.ts';
import type { HeapAccount } from '../workloads/account.ts';

export interface RuntimeOptions {
  /** A built-in workload's name, or the path or file URL of a workload module. */
  readonly workload: string;
  /** Its params, by name; the rest have their defaults. */
  readonly params?: Params;
  /** The main goroutine's first ints, instead of what the workload makes of its params. */
  readonly args?: readonly number[];
  /** A heap from outside, loaded before the workload starts; workload is then usually `collect`. */
  readonly heap?: HeapImage;
  /** Free the arrays of `heap` as soon as it is loaded; they are empty then, and only this machine can have it. */
  readonly takesHeap?: boolean;
  /** File to which the heap is dumped at the end, in the format of Go 1.4; in gzip if its name ends with .gz. */
  readonly heapdump?: string;
  /** Ps, each on its own worker thread; 1 to 64. Default: the machine's cores. */
  readonly procs?: number;
  /** GOGC in percent, 'off' for no collections but forced ones. Default 100. */
  readonly gogc?: number | 'off';
  /** Bytes of the arena; default: what the workload asks for. */
  readonly arena?: number;
  /** Of the 32-bit machine: what of the arena's range others hold, so that the heap can't have it; bytes. */
  readonly osHoles?: readonly Hole[];
  readonly seed?: number;
  /** Beside what GOGC asks for, a collection about every so many steps of the workload; 0 for none. */
  readonly gcEvery?: number;
  /** Stop at each checkpoint of each collection and check the heap against an independent oracle. */
  readonly verify?: boolean;
  /** Mark as Go 1.3 did (the default), with the faster loop, or with the one to experiment with (the default if `tuning` has what only that has). */
  readonly policy?: Policy;
  /** What of the mark is not as in Go 1.3; see TUNING. */
  readonly tuning?: MachineTuning;
  /** The machine: 64-bit (the default), or 32-bit, where any integer may look like a pointer. */
  readonly goarch?: 'amd64' | '386';
  /** Where the collector learns which words are pointers: nowhere (the default), MTypes of spans, or a bit for each word. */
  readonly types?: 'none' | 'mtypes' | 'heapbits';
  /** Which collector; see docs/older-collectors.md. Default parallel. */
  readonly collector?: CollectorName;
  /** What GODEBUG switched on in Go. */
  readonly debug?: readonly ('allocfreetrace' | 'efence' | 'collectstats' | 'checkptr')[];
  /** As GODEBUG=gctrace: 2 collects twice each time. Every collection is logged with 1 as without. */
  readonly gctrace?: 1 | 2;
  /** How many seconds of the machine's clock, by which it collects and gives memory back, a real one is; 0 stops it. Default 1. */
  readonly timeScale?: number;
  /** Mean bytes between two samples of the memory profiler; 0 (the default) for none, 1 for every block. */
  readonly memprofileRate?: number;
  /**
   * Called for every collection, in order, soon after it ends. If a callback throws, or a promise
   * that it returns is rejected, the machine ends with that error; `finished` waits for the promises.
   */
  readonly onCycle?: (cycle: Cycle) => unknown;
  /** Called when the machine's clock has forced a collection, and when free memory was given back; in order with `onCycle`. */
  readonly onScavenge?: (scavenge: Scavenge) => unknown;
  /** With `debug: ['allocfreetrace']`, called with a line for each malloc, free and collection, in their order. */
  readonly onTrace?: (line: string) => unknown;
  /** Called a few times a second while the machine runs. */
  readonly onTick?: (progress: Progress) => unknown;
  /** Seconds without any progress after which the machine counts as hung. Default 20. */
  readonly hangSeconds?: number;
  /** Ends the machine early when aborted, also while it is built: then `startRuntime` rejects with Stopped. */
  readonly signal?: AbortSignal;
}

export interface Progress {
  readonly cycles: number;
  readonly heapAlloc: number;
  readonly elapsedNs: number;
  /** The machine's threads, and how many of them are up: it runs when all are. */
  readonly threads: number;
  readonly threadsUp: number;
}

export interface RunResult {
  readonly memstats: MemStats;
  readonly cycles: readonly Cycle[];
  /** What the workload says of its run. */
  readonly lines: readonly string[];
  readonly elapsedNs: number;
  /** Checkpoints at which the oracle found nothing wrong. */
  readonly verified: number;
  /** What the memory profiler saw, if it was on. */
  readonly memProfile?: MemProfile;
  /** What has become of the heap that was loaded, if one was. */
  readonly heap?: LoadedHeap;
  /** The dump that was written, if one was asked for. */
  readonly heapdump?: HeapDumpFile;
}

export interface LoadedHeap extends HeapAccount {
  /** Its objects were put where they lay in the machine that dumped them. */
  readonly inPlace: boolean;
  /** Objects that smaller blocks represent, if there are any. */
  readonly represented?: Represented;
}

export interface HeapDumpFile {
  readonly path: string;
  readonly objects: number;
  /** Of the file, compressed or not. */
  readonly bytes: number;
}

/** A started machine. */
export interface Runtime {
  readonly m: Mem;
  readonly map: MemoryMap;
  /** What of the machine is not as it usually is here, a sentence each; empty as a rule. */
  readonly notes: readonly string[];
  /** Settles when the main goroutine is done, or with the error that ended the machine. */
  readonly finished: Promise<RunResult>;
  /**
   * Ends the machine now, as its signal does: `finished` rejects with Stopped if it had not settled.
   * Resolves when the threads are gone. Calling it again, or after the end, does no harm.
   */
  stop(): Promise<void>;
}
