/** What the commands need of the world, in one place, so that tests can bring their own. */
import type { Runtime, RuntimeOptions } from '../drivers/api.ts';
import type { ExplorePool } from '../drivers/explore/campaigns/pool.ts';
import type { HeapImage } from '../workloads/heaps/image.ts';
import type { Workload, WorkloadFacts } from '../workloads/workload.ts';

export interface Terminal {
  /** Results. Text ends with its own newline. */
  out(text: string): void;
  /** Errors, traces, progress. */
  err(text: string): void;
  /** Whether somebody watches stderr, and may be shown progress. */
  readonly errIsTerminal: boolean;
  readonly outIsColored: boolean;
  readonly errIsColored: boolean;
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
  /** Throws a UsageError if the file can't be written. */
  checkWritable(path: string): void;
  writeFile(path: string, bytes: Uint8Array): void;
  /** Writes a long text to a file, or to stdout for '-'; throws a UsageError when it can't. */
  writeText(path: string, pieces: Iterable<string>): Promise<void>;
  /** Worker threads that explore, at most so many. */
  explorePool(jobs: number): ExplorePool;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly version: string;
  readonly cores: number;
  /** Milliseconds. */
  now(): number;
  /** A number from 1 to 2^32 - 1 that nobody chose. */
  freshSeed(): number;
  /** Aborted when the user wants to stop. */
  readonly signal: AbortSignal;
}
