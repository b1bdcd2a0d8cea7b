/**
 * Many executions of one scenario, until one fails or the limits are reached. Execution i has
 * the seed `seed + i`; its distance takes turns, because no distance finds everything.
 */
import { setImmediate } from 'node:timers/promises';
import type { Execution, Verdict } from './execution.ts';
import { outcomeOf } from './failures/outcome.ts';
import type { Core } from './load.ts';
import { RandomWalk } from './strategies/random-walk.ts';
import { Explorer } from './scheduler.ts';
import type { MakeOracle, Prepared, Scenario, Setting } from './scenarios/scenario.ts';

/** Mean accesses between switches. */
export const DISTANCES: readonly number[] = [10, 1, 100];

export interface CampaignOptions {
  readonly core: Core;
  readonly scenario: Scenario;
  readonly setting: Setting;
  readonly makeOracle: MakeOracle;
  /** Of the first execution. */
  readonly seed: number;
  /** Taken in turn; DISTANCES unless given. */
  readonly distances?: readonly number[];
  /** Stop after so many; no limit unless given. */
  readonly executions?: number;
  /** Stop after so long; no limit unless given. */
  readonly seconds?: number;
  /** Milliseconds; a campaign has no clock of its own. */
  readonly now: () => number;
  /** Called some times a second. */
  readonly onProgress?: (soFar: CampaignResult) => void;
  /** Ends the campaign early when aborted. */
  readonly signal?: AbortSignal;
}

export interface CampaignResult {
  readonly executions: number;
  /** Accesses to the shared memory, in all. */
  readonly steps: number;
  readonly switches: number;
  /** Different interleavings; counting stops at MOST_DISTINCT. */
  readonly distinct: number;
  readonly seconds: number;
  readonly failure?: CampaignFailure;
}

/** The execution that failed, and what it takes to repeat it. */
export interface CampaignFailure {
  readonly seed: number;
  readonly distance: number;
  readonly verdict: Exclude<Verdict, 'ok'>;
  /** Who threw; '' if nobody did. */
  readonly thread: string;
  /** What was found, a line each; where threads wait for ever, and what the machine was doing. */
  readonly facts: readonly string[];
  readonly execution: Execution;
}

/** Each takes some 40 bytes. */
export const MOST_DISTINCT = 1_000_000;
const SEEDS = 2 ** 32;
/** Milliseconds of executions between two looks at the world outside. */
const BATCH_MS = 100;

export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { seed, now, executions = Infinity, seconds = Infinity } = options;
  const fleet = new Fleet(options);
  const started = now();
  const end = started + seconds * 1000;
  let next = started + BATCH_MS;
  while (fleet.executions < executions) {
    fleet.run((seed + fleet.executions) % SEEDS);
    if (fleet.failure !== undefined) break;
    const time = now();
    if (time >= end || options.signal?.aborted) break;
    if (time < next) continue;
    options.onProgress?.(fleet.result((time - started) / 1000));
    await setImmediate();
    next = now() + BATCH_MS;
  }
  return fleet.result((now() - started) / 1000);
}

/** An explorer for each distance, and what they have done. */
class Fleet {
  executions = 0;
  failure: CampaignFailure | undefined;
  readonly #prepared: Prepared;
  readonly #explorers = new Map<number, Explorer>();
  readonly #distances: readonly number[];
  readonly #core: Core;
  readonly #seen = new Set<number>();
  #steps = 0;
  #switches = 0;

  constructor({ core, scenario, setting, makeOracle, distances = DISTANCES }: CampaignOptions) {
    this.#core = core;
    this.#distances = distances;
    this.#prepared = scenario.prepare(core, setting, makeOracle);
  }

  run(seed: number): void {
    const distance = this.#distances[this.executions % this.#distances.length];
    const explorer = this.#explorerOf(distance);
    const execution = explorer.run(seed);
    this.executions++;
    this.#steps += execution.steps;
    this.#switches += execution.switches;
    if (this.#seen.size < MOST_DISTINCT) this.#seen.add(execution.traceHash);
    if (execution.verdict !== 'ok') this.failure = this.#describe(execution, distance, explorer.m);
  }

  #explorerOf(distance: number): Explorer {
    let explorer = this.#explorers.get(distance);
    if (explorer === undefined) {
      explorer = new Explorer({ core: this.#core, ...this.#prepared, strategy: new RandomWalk(distance) });
      this.#explorers.set(distance, explorer);
    }
    return explorer;
  }

  #describe(execution: Execution, distance: number, m: Int32Array): CampaignFailure {
    const { names } = this.#prepared;
    const outcome = outcomeOf(execution, names, m);
    return { seed: execution.seed, distance, execution, verdict: outcome.verdict as Exclude<Verdict, 'ok'>, thread: outcome.thread, facts: outcome.facts };
  }

  result(seconds: number): CampaignResult {
    const { executions, failure } = this;
    return { executions, steps: this.#steps, switches: this.#switches, distinct: this.#seen.size, seconds, ...(failure && { failure }) };
  }
}
