/** What the commands need of the world, in one place, so that tests can bring their own. */
import type { Runtime, RuntimeOptions } from '../run/api.ts';
import type { ExplorePool } from '../explore/campaigns/pool.ts';
import type { HeapImage } from '../workloads/heaps/image.ts';
import type { Workload, WorkloadFacts } from '../workloads/workload.ts';

export interface Terminal {
  /** Results. Text ends with its own newline. @throws OutputError, or ReaderGone when nothing more is wanted */
  out(text: string): void;
  /** Errors, traces, progress. Never throws: see errLost. */
  err(text: string): void;
  /** Why stderr can't be written any more; undefined as long as it can. */
  readonly errLost: string | undefined;
  /** What is under way, for the case that the command is interrupted; '' if nothing has said so. */
  doing: string;
  /** Whether stderr is a terminal, and may show progress. */
  readonly errIsTerminal: boolean;
  readonly outIsColored: boolean;
  readonly errIsColored: boolean;
  /** Columns to lay results out for; undefined if they may be as wide as they are. */
  readonly outWidth: number | undefined;
  /** Columns of stderr's terminal; undefined if there is none. */
  readonly errWidth: number | undefined;
}

export type OnProgress = (read: number, total: number | undefined) => void;

export type MachineOptions = RuntimeOptions;

export interface Deps {
  startRuntime(options: MachineOptions): Promise<Runtime>;
  /**
   * The workload of that name, or of the module at that path; throws a UsageError.
   * @param seconds after which a module that does not come to an end is given up
   */
  loadWorkload(spec: string, seconds?: number): Promise<WorkloadFacts>;
  /** The built-in workloads, in the order in which help lists them. */
  listWorkloads(): readonly Workload[];
  readOwnHeap(): Promise<HeapImage>;
  /** Any heap file that can be read, by its content or its name's ending. */
  readHeapFile(path: string, onProgress: OnProgress): Promise<HeapImage>;
  /** A whole file; throws a UsageError if it can't be read. */
  readText(path: string): string;
  /** Throws a UsageError if the file can't be written, or no file in the folder. */
  checkWritable(path: string): void;
  checkWritableFolder(path: string): void;
  /** Throws an OutputError if it can't be written; what was there before is still there then. */
  writeFile(path: string, bytes: Uint8Array): void;
  /** Writes a long text to a file as writeFile does, or to stdout for '-'. */
  writeText(path: string, pieces: Iterable<string>): Promise<void>;
  /** Worker threads that explore, at most so many; they stop when `signal` is aborted. */
  explorePool(jobs: number): ExplorePool;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly version: string;
  readonly cores: number;
  /** Milliseconds. */
  now(): number;
  /** A number from 1 to 2^32 - 1 that nobody chose. */
  freshSeed(): number;
  /** Aborted when the user wants to stop; its reason is a SignalReceived. */
  readonly signal: AbortSignal;
  /** Whether the user wants to stop; also within a synchronous job, where `signal` hears nothing. */
  isInterrupted(): boolean;
}
