/** What a campaign has done so far, in all and by scenario. */
import { EDGES } from '../edges/catalog.ts';
import { Distinct } from './distinct.ts';
import type { Failure, SliceResult, Station } from './slice.ts';

export interface ScenarioTally {
  readonly scenario: string;
  executions: number;
  steps: number;
  switches: number;
  /** Seconds of workers, which run beside each other. */
  seconds: number;
  /** Different interleavings, about. */
  distinct: number;
  /** Different failures, and how often each was seen. */
  readonly failures: Map<string, number>;
  readonly edges: Float64Array;
}

/** What one slice adds; a log holds the same. */
export interface SliceCounts extends Omit<SliceResult, 'hashes' | 'edges' | 'failures'> {
  readonly edges: ArrayLike<number>;
}

export class Tally {
  readonly scenarios: readonly ScenarioTally[];
  /** The first failure of each key, in the order in which they came. */
  readonly failures: Failure[] = [];
  readonly #seen = new Map<string, Distinct>();
  /** Of campaigns that a log tells of: their hashes are gone. */
  readonly #distinctBefore = new Map<string, number>();

  constructor(scenarios: readonly string[]) {
    this.scenarios = scenarios.map((scenario) => ({
      scenario,
      executions: 0,
      steps: 0,
      switches: 0,
      seconds: 0,
      distinct: 0,
      failures: new Map(),
      edges: new Float64Array(EDGES.length),
    }));
  }

  /** Counts what a slice at `station` has done; a failure whose key is new is kept. */
  add(station: Station, result: SliceResult): ScenarioTally {
    const tally = this.#addCounts(station, result);
    let seen = this.#seen.get(station.scenario);
    if (seen === undefined) this.#seen.set(station.scenario, (seen = new Distinct()));
    seen.add(result.hashes);
    tally.distinct = (this.#distinctBefore.get(station.scenario) ?? 0) + seen.count;
    for (const failure of result.failures) this.addFailure(failure);
    return tally;
  }

  /** Counts what a log says of a slice; `distinct` is that of the scenario after it. */
  addLogged(station: Station, counts: SliceCounts, distinct: number): void {
    this.#addCounts(station, counts).distinct = distinct;
    this.#distinctBefore.set(station.scenario, distinct);
  }

  addFailure(failure: Failure): void {
    if (!this.knows(failure.key)) this.failures.push(failure);
  }

  knows(key: string): boolean {
    return this.failures.some((failure) => failure.key === key);
  }

  sum(field: 'executions' | 'steps' | 'switches' | 'distinct'): number {
    return this.scenarios.reduce((sum, each) => sum + each[field], 0);
  }

  /** How often each edge was passed. */
  edges(): Float64Array {
    const all = new Float64Array(EDGES.length);
    for (const { edges } of this.scenarios) edges.forEach((count, i) => (all[i] += count));
    return all;
  }

  #addCounts(station: Station, counts: SliceCounts): ScenarioTally {
    const tally = this.scenarios.find(({ scenario }) => scenario === station.scenario);
    if (tally === undefined) throw new Error(`the campaign has no scenario ${station.scenario}`);
    tally.executions += counts.executions;
    tally.steps += counts.steps;
    tally.switches += counts.switches;
    tally.seconds += counts.seconds;
    for (const [key, times] of Object.entries(counts.seen)) tally.failures.set(key, (tally.failures.get(key) ?? 0) + times);
    for (let i = 0; i < tally.edges.length; i++) tally.edges[i] += counts.edges[i] ?? 0;
    return tally;
  }
}

/** How many edges were passed. */
export function passed(edges: Float64Array): number {
  return edges.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
}
