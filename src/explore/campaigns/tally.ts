/** Counts of a campaign so far, in total and by scenario. */
import { EDGES } from '../../rewrite/edges/catalog.ts';
import type { SearchProgress } from '../strategy.ts';
import type { Memory } from '../weak/memory.ts';
import { Distinct } from './distinct.ts';
import type { Failure, SliceResult, Station } from './slice.ts';

export interface ScenarioTally {
  readonly scenario: string;
  executions: number;
  steps: number;
  switches: number;
  /** Seconds of all workers, added up. */
  seconds: number;
  /** Estimated distinct interleavings. */
  distinct: number;
  /** Number of times that each failure was seen, by key. */
  readonly failures: Map<string, number>;
  /** By number in EDGES: 1 if the edge was passed. */
  readonly edges: Uint8Array;
  /** What a search has covered completely, in words; '' if nothing. */
  covered: string;
  /** How far the last search is; of a log it is not known. */
  progress?: SearchProgress;
}

/** The counts of one slice. */
type SliceCounts = Pick<SliceResult, 'executions' | 'steps' | 'switches' | 'seconds' | 'seen' | 'covered' | 'progress'>;

export class Tally {
  readonly scenarios: readonly ScenarioTally[];
  /** By number in EDGES: 1 if the scenarios could pass the edge. */
  readonly #possible: Uint8Array;
  /** The first failure of each key, in the order of their discovery. */
  readonly failures: Failure[] = [];
  /** Executions by memory model. */
  readonly #memories = new Map<Memory, number>();
  readonly #seen = new Map<string, Distinct>();
  /** Distinct interleavings of former campaigns, from a log: their hashes are gone. */
  readonly #distinctBefore = new Map<string, number>();

  /** @param possible by number in EDGES: 1 if the scenarios could pass the edge; all by default */
  constructor(scenarios: readonly string[], possible: Uint8Array = new Uint8Array(EDGES.length).fill(1)) {
    this.#possible = possible;
    this.scenarios = scenarios.map((scenario) => ({
      scenario,
      executions: 0,
      steps: 0,
      switches: 0,
      seconds: 0,
      distinct: 0,
      failures: new Map(),
      edges: new Uint8Array(EDGES.length),
      covered: '',
    }));
  }

  /**
   * Adds the counts of a slice at `station`, and keeps a failure with a new key.
   * @returns the scenario's counts, the edges that it had not passed before, and how new the slice was: 1 if it passed
   *   such an edge, otherwise the share of its executions whose interleaving had not been seen
   */
  add(station: Station, result: SliceResult): { readonly tally: ScenarioTally; readonly fresh: readonly string[]; readonly novelty: number } {
    const tally = this.#addCounts(station, result);
    const fresh = EDGES.map((_, i) => i).filter((i) => tally.edges[i] === 0 && result.edges[i] > 0);
    for (const i of fresh) tally.edges[i] = 1;
    let seen = this.#seen.get(station.scenario);
    if (seen === undefined) this.#seen.set(station.scenario, (seen = new Distinct()));
    const before = seen.count;
    seen.add(result.hashes);
    const novelty = fresh.length > 0 ? 1 : Math.min(1, (seen.count - before) / Math.max(1, result.executions));
    tally.distinct = (this.#distinctBefore.get(station.scenario) ?? 0) + seen.count;
    for (const failure of result.failures) this.addFailure(failure);
    return { tally, fresh: fresh.map((i) => EDGES[i].name), novelty };
  }

  /** Adds a logged slice: `distinct` is the scenario's estimate after it, `fresh` are its new edges. */
  addLogged(station: Station, counts: SliceCounts, distinct: number, fresh: readonly string[]): void {
    const tally = this.#addCounts(station, counts);
    tally.distinct = distinct;
    EDGES.forEach(({ name }, i) => {
      if (fresh.includes(name)) tally.edges[i] = 1;
    });
    this.#distinctBefore.set(station.scenario, distinct);
  }

  addFailure(failure: Failure): void {
    if (!this.knows(failure.key)) this.failures.push(failure);
  }

  /** Puts a failure in the place of the one with its key: it has been shrunk. */
  replaceFailure(failure: Failure): void {
    const at = this.failures.findIndex(({ key }) => key === failure.key);
    if (at >= 0) this.failures[at] = failure;
  }

  knows(key: string): boolean {
    return this.failures.some((failure) => failure.key === key);
  }

  sum(field: 'executions' | 'steps' | 'switches' | 'distinct'): number {
    return this.scenarios.reduce((sum, each) => sum + each[field], 0);
  }

  /** Returns the executions under a memory model. */
  executionsUnder(memory: Memory): number {
    return this.#memories.get(memory) ?? 0;
  }

  /** Returns the edges that any scenario has passed. */
  edges(): Uint8Array {
    const all = new Uint8Array(EDGES.length);
    for (const { edges } of this.scenarios) edges.forEach((passed, i) => (all[i] |= passed));
    return all;
  }

  /** Returns the edges that the scenarios could pass, those that were passed included. */
  possible(): Uint8Array {
    return this.edges().map((passed, i) => passed | this.#possible[i]);
  }

  #addCounts(station: Station, counts: SliceCounts): ScenarioTally {
    const { memory = 'sc' } = station;
    const tally = this.scenarios.find(({ scenario }) => scenario === station.scenario);
    if (tally === undefined) throw new Error(`the campaign has no scenario ${station.scenario}`);
    tally.executions += counts.executions;
    this.#memories.set(memory, this.executionsUnder(memory) + counts.executions);
    tally.steps += counts.steps;
    tally.switches += counts.switches;
    tally.seconds += counts.seconds;
    for (const [key, times] of Object.entries(counts.seen)) tally.failures.set(key, (tally.failures.get(key) ?? 0) + times);
    if (counts.covered !== '') tally.covered = counts.covered;
    if (counts.progress !== undefined) tally.progress = counts.progress;
    return tally;
  }
}

/** Counts the edges that were passed. */
export function passed(edges: Uint8Array): number {
  return edges.reduce((sum, each) => sum + each, 0);
}
