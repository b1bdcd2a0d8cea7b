/**
 * Many executions of one scenario, until one fails or the limits are reached. Execution i has
 * the seed `seed + i`; its distance takes turns, because no distance finds everything.
 */
import { setImmediate } from 'node:timers/promises';
import { HeapBroken } from '../errors.ts';
import { describeMachine } from '../machine-state.ts';
import { nameWord } from '../word-names.ts';
import { Violation, type Execution, type Verdict } from './execution.ts';
import type { Core } from './load.ts';
import type { Monitor } from './monitor.ts';
import { describeRace, RaceFound } from './monitors/races/race-found.ts';
import { withBothStacks } from './monitors/races/two-stacks.ts';
import { RandomWalk } from './random-walk.ts';
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
  /** What looks on; it needs the hooked variant of the core. */
  readonly monitors?: (prepared: Prepared) => readonly Monitor[];
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
  readonly #monitors: readonly Monitor[] | undefined;
  readonly #seen = new Set<number>();
  #steps = 0;
  #switches = 0;

  constructor({ core, scenario, setting, makeOracle, distances = DISTANCES, monitors }: CampaignOptions) {
    this.#core = core;
    this.#distances = distances;
    this.#prepared = scenario.prepare(core, setting, makeOracle);
    this.#monitors = monitors?.(this.#prepared);
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
      explorer = this.#makeExplorer(distance, this.#monitors);
      this.#explorers.set(distance, explorer);
    }
    return explorer;
  }

  #makeExplorer(distance: number, monitors: readonly Monitor[] | undefined): Explorer {
    return new Explorer({ core: this.#core, ...this.#prepared, strategy: new RandomWalk(distance), monitors });
  }

  #describe(execution: Execution, distance: number, m: Int32Array): CampaignFailure {
    const { names } = this.#prepared;
    const { seed, error, detail, thread, blocked } = execution;
    const verdict = execution.verdict as Exclude<Verdict, 'ok'>;
    const facts = error instanceof RaceFound ? this.#describeRace(error, seed, distance) : error instanceof HeapBroken ? [...error.problems] : error instanceof Violation ? [...error.facts] : detail.split('\n');
    if (verdict === 'deadlock' || verdict === 'livelock' || verdict === 'step-limit') {
      facts.splice(0, 1, ...blocked.map((each) => `${names[each.thread]} sleeps on ${nameWord(m, each.index)}`), ...describeMachine(m).split('\n'));
    }
    return { seed, distance, verdict, thread: thread < 0 ? '' : names[thread], facts, execution };
  }

  /** With both call stacks. */
  #describeRace(found: RaceFound, seed: number, distance: number): string[] {
    return describeRace(withBothStacks(found, this.#core, (monitors) => this.#makeExplorer(distance, monitors).run(seed)), found.words);
  }

  result(seconds: number): CampaignResult {
    const { executions, failure } = this;
    return { executions, steps: this.#steps, switches: this.#switches, distinct: this.#seen.size, seconds, ...(failure && { failure }) };
  }
}
