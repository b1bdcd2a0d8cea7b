/** Everything outside the process that commands use, in one interface, so that tests can bring their own. */
import type { Runtime, RuntimeOptions } from '../run/api.ts';
import type { ExplorePool } from '../explore/campaigns/pool.ts';
import type { Chart } from '../report/speedup-bar.ts';
import type { OnProgress } from '../workloads/heaps/open-heap.ts';
import type { HeapImage } from '../workloads/heaps/image.ts';
import type { Workload, WorkloadFacts } from '../workloads/workload.ts';

export interface Terminal {
  /** Prints results. The text ends with its own newline. @throws OutputError, or ReaderGone when the reader has closed stdout */
  out(text: string): void;
  /** Prints errors, traces and progress. Never throws: see errLost. */
  err(text: string): void;
  /** The reason why stderr can't be written any more; undefined as long as it can. */
  readonly errLost: string | undefined;
  /** The current step of the work, for the message of an interrupted command; '' before the first. */
  doing: string;
  /** Whether stderr is a terminal that can show progress. */
  readonly errIsTerminal: boolean;
  readonly outIsColored: boolean;
  /** What small charts in tables are drawn with; undefined if stdout is not a terminal that can show them. */
  readonly outChart?: Chart;
  readonly errIsColored: boolean;
  /** Columns to lay results out for; undefined: no limit. */
  readonly outWidth: number | undefined;
  /** Columns of stderr's terminal; undefined if stderr is not a terminal. */
  readonly errWidth: number | undefined;
}



/** A value at once, or once its room is loaded. */
type Maybe<T> = T | Promise<T>;

export interface Deps {
  startRuntime(options: RuntimeOptions): Promise<Runtime>;
  /**
   * Returns the workload of that name, or of the module at that path. @throws UsageError
   * @param seconds time limit of a module that does not return
   */
  loadWorkload(spec: string, seconds?: number): Promise<WorkloadFacts>;
  /** Returns the built-in workloads, in the order of help. */
  listWorkloads(): Maybe<readonly Workload[]>;
  /** @param labels whether to keep the labels of the image */
  readOwnHeap(labels?: boolean): Promise<HeapImage>;
  /** Reads a heap file of any known format; its content or its name's ending tells which. @throws HeapFormatError */
  readHeapFile(path: string, onProgress: OnProgress, labels?: boolean): Promise<HeapImage>;
  /** Reads a whole file. @throws UsageError if it can't be read */
  readText(path: string): string;
  /** @throws UsageError if the file can't be written */
  checkWritable(path: string): void;
  /** @throws UsageError if no file can be written in the folder */
  checkWritableFolder(path: string): void;
  /** Writes a file. @throws OutputError if it can't be written; the old file is unchanged then */
  writeFile(path: string, bytes: Uint8Array): void;
  /** Writes a long text to a file as writeFile does, or to stdout for '-'. */
  writeText(path: string, pieces: Iterable<string>): Promise<void>;
  /** Returns a pool of at most `jobs` worker threads that explore; they stop when `signal` is aborted, unless the pool `finishes` its slices. */
  explorePool(jobs: number, finishes?: boolean): Maybe<ExplorePool>;
  /** Asks for so many milliseconds to end in order after a signal; without it there are two seconds. */
  needsToEnd(ms: number): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly version: string;
  readonly cores: number;
  /** Milliseconds. */
  now(): number;
  /** Returns a random number from 1 to 2^32 - 1. */
  freshSeed(): number;
  /** Aborted when the user interrupts the command; its reason is a SignalReceived. */
  readonly signal: AbortSignal;
  /** Whether the user has interrupted the command. Works within a synchronous job, too, where `signal` is not yet aborted. */
  isInterrupted(): boolean;
}
