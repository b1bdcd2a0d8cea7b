/** The library's interface: how a machine is started, watched and read. */
import type { Cycle } from '../gc/cycle-log.ts';
import type { Mem } from '../memory/struct.ts';
import type { MemoryMap } from '../memory/map.ts';
import type { Represented } from '../workloads/represent.ts';
import type { RecordedEvents } from '../inspect/event-log.ts';
import type { MemProfile } from '../inspect/memprofile.ts';
import type { MemStats } from '../inspect/memstats.ts';
import type { HeapAccount } from '../workloads/account.ts';
import type { MachineOptions } from './machine-options.ts';

export type { Progress } from './progress.ts';

/** The workload that a machine runs, and the machine's options: see the table in machine-options.ts. */
export interface RuntimeOptions extends MachineOptions {
  /** A built-in workload's name, or the path or file URL of a workload module. */
  readonly workload: string;
}

export interface RunResult {
  readonly memstats: MemStats;
  readonly cycles: readonly Cycle[];
  /** The workload's report on its run. */
  readonly lines: readonly string[];
  readonly elapsedNs: number;
  /** The start of the run on the machine's clock, as `endNs` of its collections is: all threads are up. */
  readonly startedNs: number;
  /** Number of checkpoints at which the oracle found nothing wrong. */
  readonly verified: number;
  /** The samples of the memory profiler, if it was on. */
  readonly memProfile?: MemProfile;
  /** The fate of the heap that was loaded, if any. */
  readonly heap?: LoadedHeap;
  /** The events of its Ms, with the option `recordEvents`; timelineOf makes a timeline of them. */
  readonly events?: RecordedEvents;
  /** The dump that was written, if any. */
  readonly heapdump?: HeapDumpFile;
}

export interface LoadedHeap extends HeapAccount {
  /** Whether its objects lie where they lay in the machine that dumped them. */
  readonly inPlace: boolean;
  /** The objects that smaller blocks represent, if any. */
  readonly represented?: Represented;
}

export interface HeapDumpFile {
  readonly path: string;
  readonly objects: number;
  /** Size of the file, compressed or not. */
  readonly bytes: number;
}

/** A started machine. */
export interface Runtime {
  readonly m: Mem;
  readonly map: MemoryMap;
  /** Ways in which this machine differs from the usual one on this host, a sentence each; usually empty. */
  readonly notes: readonly string[];
  /** Resolves when the main goroutine is done; rejects with the error that ended the machine. */
  readonly finished: Promise<RunResult>;
  /**
   * Ends the machine now, as its signal does: `finished` rejects with Stopped if it has not settled.
   * Resolves when the threads are gone. Has no effect after the end.
   */
  stop(): Promise<void>;
}
