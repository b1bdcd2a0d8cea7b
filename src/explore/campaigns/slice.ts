/**
 * A slice: the piece of a campaign that one worker runs at a time, as it travels between
 * threads, and what came of it.
 */
import type { Verdict } from '../execution.ts';
import { codeOf } from '../failures/outcome.ts';
import type { TableLine } from '../failures/lane-table.ts';
import type { Knobs } from '../scenarios/scenario.ts';

/** What is explored, but for the seeds. */
export interface Station {
  readonly scenario: string;
  readonly knobs: Knobs;
  readonly strategy: string;
  /** Names of monitors that look on; with none the faster variant of the core runs. */
  readonly monitors: readonly string[];
  /** null for the source as it is. */
  readonly mutant: string | null;
}

export interface Slice {
  readonly station: Station;
  /** Of the first execution; each next has the next seed, and 0 comes after the last. */
  readonly seed: number;
  /** It ends after so many executions, */
  readonly executions: number;
  /** or after so many seconds, whatever comes first. */
  readonly seconds: number;
  /** Go on after a failure. */
  readonly keepGoing: boolean;
  /** Shrink and explain what fails. */
  readonly shrink: boolean;
  /** Keys of failures that were found before: they are counted, and not told again. */
  readonly known: readonly string[];
}

/** A slice that only builds what `station` needs. */
export function emptySlice(station: Station): Slice {
  return { station, seed: 0, executions: 0, seconds: 0, keepGoing: false, shrink: false, known: [] };
}

export interface SliceResult {
  readonly executions: number;
  /** Accesses to the shared memory. */
  readonly steps: number;
  readonly switches: number;
  /** Without what shrinking took. */
  readonly seconds: number;
  /** Of the interleaving of each execution. */
  readonly hashes: Uint32Array;
  /** By the numbers of EDGES. */
  readonly edges: Uint32Array;
  /** The strategy's search is over. */
  readonly exhausted: boolean;
  /** What it has covered without gaps, in words; '' if nothing. */
  readonly covered: string;
  /** The first of each key. */
  readonly failures: readonly Failure[];
  /** By key, how often each was seen, the first time included. */
  readonly seen: Readonly<Record<string, number>>;
}

/** An execution that failed, in full. */
export interface Failure {
  /** The same for failures that are probably one: scenario, verdict, and the first fact's code. */
  readonly key: string;
  readonly station: Station;
  readonly seed: number;
  readonly verdict: Exclude<Verdict, 'ok'>;
  /** Who threw; '' if nobody did. */
  readonly thread: string;
  readonly facts: readonly string[];
  /** Whose fault it is: of the source that is explored, or of the scenario, which a user wrote. */
  readonly fault: 'core' | 'scenario';
  /** What broke in words: a sentence, then the facts. */
  readonly explanation: readonly string[];
  readonly steps: number;
  readonly traceHash: number;
  /** The command that runs this one execution again. */
  readonly repeat: string;
  /** null if nobody asked, or why there is none. */
  readonly shrunk: Shrunk | string | null;
}

/** The smallest execution that fails alike, explained. */
export interface Shrunk {
  /** For `sweepgen replay`. */
  readonly line: string;
  readonly preemptions: number;
  readonly steps: number;
  readonly facts: readonly string[];
  /** What broke in this execution: a sentence, then the facts. */
  readonly explanation: readonly string[];
  /** What happened at the accesses whose order decides, a sentence each. */
  readonly story: readonly string[];
  /** A column for each thread, a row for each step that matters. */
  readonly table: readonly TableLine[];
}

/** Which failures are told once: "mark-bits invariant LOST_OBJECT". */
export function failureKey(scenario: string, verdict: Failure['verdict'], facts: readonly string[]): string {
  return `${scenario} ${verdict} ${codeOf({ verdict, facts })}`.trimEnd();
}

/** The same for slices whose seeds must not overlap. */
export function stationKey({ scenario, knobs, strategy, monitors, mutant }: Station): string {
  const values = Object.keys(knobs).toSorted().map((name) => `${name}=${knobs[name]}`);
  return [scenario, ...values, strategy, ...monitors, mutant ?? ''].join(' ');
}
