/** The course of a campaign: its counts over time, when each scenario first passed each edge, and when each failure was first seen. */
import { EDGES } from '../../rewrite/edges/catalog.ts';
import type { LoggedSlice, NamedPasses } from './log.ts';
import { Series } from './series.ts';
import type { SliceResult } from './slice.ts';
import { passed, type Tally } from './tally.ts';

/** The counts of a campaign after a slice. */
export interface Sample {
  /** Seconds that the campaign has run. */
  readonly at: number;
  readonly executions: number;
  /** Estimated distinct interleavings. */
  readonly distinct: number;
  /** Edges that any scenario has passed. */
  readonly edges: number;
  /** Failures of different keys. */
  readonly failures: number;
}

/** How often a scenario passed the edges, by their number in EDGES. */
export interface Passes {
  /** 0 where only an earlier part of the campaign passed the edge, and its end was not logged. */
  readonly counts: Float64Array;
  /** Seconds after which the scenario first passed the edge; NaN if it never did. */
  readonly first: Float64Array;
}

/** The first time that a failure was seen. */
export interface Sighting {
  readonly key: string;
  readonly at: number;
  /** Executions of the campaign up to the slice of the failure. */
  readonly executions: number;
}

/** Samples that a series keeps. */
const MOST = 400;
const NUMBERS: ReadonlyMap<string, number> = new Map(EDGES.map(({ name }, i) => [name, i]));

export class History {
  readonly #series = new Series<Sample>(MOST);
  readonly #passes = new Map<string, Passes>();
  /** Passes of this process alone, for the log. */
  readonly #own = new Map<string, Float64Array>();
  readonly #sightings = new Map<string, Sighting>();
  #at = 0;
  /** Seconds of the earlier parts of a resumed campaign. */
  #before = 0;

  /** Seconds of the earlier parts of the campaign. The seconds that `add` takes are counted from there. */
  get before(): number {
    return this.#before;
  }

  /** Adds a slice that ended after `seconds`; `tally` has it already. */
  add(scenario: string, result: Pick<SliceResult, 'edges' | 'seen'>, tally: Tally, seconds: number): void {
    this.#at = this.#before + seconds;
    const own = this.#ownOf(scenario);
    result.edges.forEach((count, i) => {
      if (count === 0) return;
      own[i] += count;
      this.#pass(scenario, i, count);
    });
    this.#sample(Object.keys(result.seen), tally);
  }

  /** Adds a slice from the log of an earlier part; `tally` has it already. Logs of old versions have no time: then the slice's own seconds count. */
  addLogged({ station: { scenario }, at, seconds, edges, seen }: LoggedSlice, tally: Tally): void {
    this.#at = at ?? this.#at + seconds;
    this.#before = this.#at;
    for (const name of edges) {
      const i = NUMBERS.get(name);
      if (i !== undefined) this.#pass(scenario, i, 0);
    }
    this.#sample(Object.keys(seen), tally);
  }

  /** Adds the passes that the end of an earlier part has logged. */
  addLoggedPasses(passes: NamedPasses): void {
    for (const [scenario, counts] of Object.entries(passes)) {
      for (const [name, count] of Object.entries(counts)) {
        const i = NUMBERS.get(name);
        if (i !== undefined) this.#pass(scenario, i, count);
      }
    }
  }

  /** Returns the passes that `add` has counted. */
  ownPasses(): NamedPasses {
    return Object.fromEntries([...this.#own].map(([scenario, counts]) => [
      scenario,
      Object.fromEntries(EDGES.flatMap(({ name }, i) => (counts[i] > 0 ? [[name, counts[i]]] : []))),
    ]));
  }

  samples(): readonly Sample[] {
    return this.#series.samples();
  }

  passesOf(scenario: string): Passes {
    let passes = this.#passes.get(scenario);
    if (passes === undefined) this.#passes.set(scenario, (passes = { counts: new Float64Array(EDGES.length), first: new Float64Array(EDGES.length).fill(NaN) }));
    return passes;
  }

  sightings(): readonly Sighting[] {
    return [...this.#sightings.values()];
  }

  #ownOf(scenario: string): Float64Array {
    let own = this.#own.get(scenario);
    if (own === undefined) this.#own.set(scenario, (own = new Float64Array(EDGES.length)));
    return own;
  }

  #pass(scenario: string, edge: number, count: number): void {
    const { counts, first } = this.passesOf(scenario);
    counts[edge] += count;
    if (Number.isNaN(first[edge])) first[edge] = this.#at;
  }

  #sample(keys: readonly string[], tally: Tally): void {
    const executions = tally.sum('executions');
    for (const key of keys) if (!this.#sightings.has(key)) this.#sightings.set(key, { key, at: this.#at, executions });
    this.#series.add({ at: this.#at, executions, distinct: tally.sum('distinct'), edges: passed(tally.edges()), failures: this.#sightings.size });
  }
}
