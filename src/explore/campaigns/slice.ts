/** A slice, the part of a campaign that one worker runs at a time, and its result, as both are passed between threads. */
import type { Verdict } from '../execution.ts';
import { codeOf } from '../failures/outcome.ts';
import type { TableLine } from '../failures/lane-table.ts';
import type { Knobs } from '../scenarios/scenario.ts';

/** What is explored, except for the seeds. */
export interface Station {
  readonly scenario: string;
  readonly knobs: Knobs;
  readonly strategy: string;
  /** Names of the monitors. Without monitors the faster variant of the core runs. */
  readonly monitors: readonly string[];
  /** null for the unchanged source. */
  readonly mutant: string | null;
}

export interface Slice {
  readonly station: Station;
  /** Seed of the first execution; each next execution has the next seed, and 0 follows the last. */
  readonly seed: number;
  /** Most executions. */
  readonly executions: number;
  /** Time limit. */
  readonly seconds: number;
  /** Continues after a failure. */
  readonly keepGoing: boolean;
  /** Shrinks and explains failures. */
  readonly shrink: boolean;
  /** Keys of known failures: they are counted, but not described again. */
  readonly known: readonly string[];
}

/** Returns a slice that only builds what `station` needs. */
export function emptySlice(station: Station): Slice {
  return { station, seed: 0, executions: 0, seconds: 0, keepGoing: false, shrink: false, known: [] };
}

export interface SliceResult {
  readonly executions: number;
  /** Accesses to the shared memory. */
  readonly steps: number;
  readonly switches: number;
  /** Without the time of shrinking. */
  readonly seconds: number;
  /** Hash of each execution's interleaving. */
  readonly hashes: Uint32Array;
  /** Passes of each edge, by its number in EDGES. */
  readonly edges: Uint32Array;
  /** The strategy's search is over. */
  readonly exhausted: boolean;
  /** What the search has covered completely, in words; '' if nothing. */
  readonly covered: string;
  /** The first failure of each key. */
  readonly failures: readonly Failure[];
  /** Number of times that each failure was seen, by key. */
  readonly seen: Readonly<Record<string, number>>;
}

/** A failed execution in full. */
export interface Failure {
  /** Equal for failures that are probably the same: scenario, verdict, and the first fact's code. */
  readonly key: string;
  readonly station: Station;
  readonly seed: number;
  readonly verdict: Exclude<Verdict, 'ok'>;
  /** The thread that threw; '' if none did. */
  readonly thread: string;
  readonly facts: readonly string[];
  /** The part at fault: the explored source, or a user's scenario. */
  readonly fault: 'core' | 'scenario';
  /** The explanation: a sentence, then the facts. */
  readonly explanation: readonly string[];
  readonly steps: number;
  readonly traceHash: number;
  /** The command that repeats this execution. */
  readonly repeat: string;
  /** null if shrinking was not asked for; a sentence if it failed. */
  readonly shrunk: Shrunk | string | null;
}

/** The smallest execution that fails alike, explained. */
export interface Shrunk {
  /** The argument of `sweepgen replay`. */
  readonly line: string;
  readonly preemptions: number;
  readonly steps: number;
  readonly facts: readonly string[];
  /** The explanation of this execution: a sentence, then the facts. */
  readonly explanation: readonly string[];
  /** Sentences about the accesses whose order decides. */
  readonly story: readonly string[];
  /** The lane table: a column for each thread, a row for each relevant step. */
  readonly table: readonly TableLine[];
}

/** Returns the key under which failures are reported once: "mark-bits invariant LOST_OBJECT". */
export function failureKey(scenario: string, verdict: Failure['verdict'], facts: readonly string[]): string {
  return `${scenario} ${verdict} ${codeOf({ verdict, facts })}`.trimEnd();
}

/** Returns a key of the station: slices with equal keys must not overlap in seeds. */
export function stationKey({ scenario, knobs, strategy, monitors, mutant }: Station): string {
  const values = Object.keys(knobs).toSorted().map((name) => `${name}=${knobs[name]}`);
  return [scenario, ...values, strategy, ...monitors, mutant ?? ''].join(' ');
}
