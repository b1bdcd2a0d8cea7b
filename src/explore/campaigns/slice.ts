/** A slice, the part of a campaign that one worker runs at a time, and its result, as both are passed between threads. */
import type { Verdict } from '../execution.ts';
import type { ToldHistory } from '../oracles/history.ts';
import { codeOf } from '../failures/outcome.ts';
import type { TableLine } from '../failures/lane-table.ts';
import type { Knobs } from '../scenarios/scenario.ts';
import type { SearchProgress } from '../strategy.ts';
import type { Memory } from '../weak/memory.ts';

/** What is explored, except for the seeds. */
export interface Station {
  readonly scenario: string;
  readonly knobs: Knobs;
  readonly strategy: string;
  /** Names of the monitors. Without monitors the faster variant of the core runs. */
  readonly monitors: readonly string[];
  /** null for the unchanged source. */
  readonly mutant: string | null;
  /** Decides what loads return; 'sc' if absent. */
  readonly memory?: Memory;
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
  /** How far the search is, if its strategy can tell. */
  readonly progress?: SearchProgress;
  /** The first failure of each key. */
  readonly failures: readonly Failure[];
  /** Number of times that each failure was seen, by key. */
  readonly seen: Readonly<Record<string, number>>;
}

/** A failed execution in full. */
export interface Failure {
  /** Equal for failures that are probably the same: scenario, verdict, the first fact's code, and the memory model. */
  readonly key: string;
  readonly station: Station;
  readonly seed: number;
  readonly verdict: Exclude<Verdict, 'ok'>;
  /** The thread that threw; '' if none did. */
  readonly thread: string;
  readonly facts: readonly string[];
  /** The part at fault: the explored source, or a user's scenario. */
  readonly fault: 'core' | 'scenario';
  /** The operations of the threads, if a spec judges them. */
  readonly history?: ToldHistory;
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
  /** Loads of older values; only under a weak memory model. */
  readonly values?: number;
  readonly steps: number;
  readonly facts: readonly string[];
  /** The operations of this execution, if a spec judges them. */
  readonly history?: ToldHistory;
  /** The explanation of this execution: a sentence, then the facts. */
  readonly explanation: readonly string[];
  /** Sentences about the accesses whose order decides. */
  readonly story: readonly string[];
  /** The lane table: a column for each thread, a row for each relevant step. */
  readonly table: readonly TableLine[];
}

/**
 * Returns the key under which failures are reported once: "mark-bits invariant LOST_OBJECT". A failure under a weak
 * model is another: "mark-bits invariant LOST_OBJECT under js".
 */
export function failureKey({ scenario, memory = 'sc' }: Pick<Station, 'scenario' | 'memory'>, verdict: Failure['verdict'], facts: readonly string[]): string {
  const kind = `${scenario} ${verdict} ${codeOf({ verdict, facts })}`.trimEnd();
  return memory === 'sc' ? kind : `${kind} under ${memory}`;
}

/** Returns a key of the station: slices with equal keys must not overlap in seeds. */
export function stationKey({ scenario, knobs, strategy, monitors, mutant, memory = 'sc' }: Station): string {
  const values = Object.keys(knobs).toSorted().map((name) => `${name}=${knobs[name]}`);
  return [scenario, ...values, strategy, ...monitors, mutant ?? '', ...(memory === 'sc' ? [] : [memory])].join(' ');
}
