/**
 * Many executions of one scenario, until one fails or the limits are reached. Execution i has
 * the seed `seed + i`.
 */
import { setImmediate } from 'node:timers/promises';
import type { Execution, Verdict } from './execution.ts';
import { outcomeOf } from './failures/outcome.ts';
import type { Core } from './load.ts';
import type { Monitor } from './monitor.ts';
import { describeRace, RaceFound } from './monitors/races/race-found.ts';
import { withBothStacks } from './monitors/races/two-stacks.ts';
import { Explorer } from './scheduler.ts';
import type { MakeOracle, Prepared, Scenario, Setting } from './scenarios/scenario.ts';
import { DEFAULT_STRATEGY, makeStrategy } from './strategies/catalog.ts';
import type { Strategy } from './strategy.ts';

export interface CampaignOptions {
  readonly core: Core;
  readonly scenario: Scenario;
  readonly setting: Setting;
  readonly makeOracle: MakeOracle;
  /** Of the first execution. */
  readonly seed: number;
  /** As `makeStrategy` takes it; DEFAULT_STRATEGY unless given. */
  readonly strategy?: string;
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
  /** What the strategy has covered without gaps, in words; '' if nothing. */
  readonly covered: string;
  /** The strategy's search is over. */
  readonly exhausted: boolean;
  readonly failure?: CampaignFailure;
}

/** The execution that failed, and what it takes to repeat it. */
export interface CampaignFailure {
  readonly seed: number;
  /** What makes it again on its own, from its seed. */
  readonly strategy: string;
  readonly verdict: Exclude<Verdict, 'ok'>;
  /** Who threw; '' if nobody did. */
  readonly thread: string;
  /** What was found, a line each; where threads wait for ever, and what the machine was doing. */
  readonly facts: readonly string[];
  readonly execution: Execution;
}

/** Each takes some 40 bytes. */
export const MOST_DISTINCT = 1_000_000;
/** Seeds are words. */
export const SEEDS = 2 ** 32;
/** Milliseconds of executions between two looks at the world outside. */
const BATCH_MS = 100;

export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { core, scenario, setting, makeOracle, seed, strategy, monitors, now, executions = Infinity, seconds = Infinity } = options;
  const session = new Session({ core, prepared: scenario.prepare(core, setting, makeOracle), strategy, monitors });
  const seen = new Set<number>();
  const sums = { executions: 0, steps: 0, switches: 0 };
  let failure: CampaignFailure | undefined;
  const started = now();
  const end = started + seconds * 1000;
  let next = started + BATCH_MS;
  const result = (time: number): CampaignResult => {
    const { covered, exhausted } = session;
    return { ...sums, distinct: seen.size, seconds: (time - started) / 1000, covered, exhausted, ...(failure && { failure }) };
  };
  while (sums.executions < executions && !session.exhausted) {
    const execution = session.run((seed + sums.executions) % SEEDS);
    sums.executions++;
    sums.steps += execution.steps;
    sums.switches += execution.switches;
    if (seen.size < MOST_DISTINCT) seen.add(execution.traceHash);
    if (execution.verdict !== 'ok') {
      failure = session.describe(execution);
      break;
    }
    const time = now();
    if (time >= end || options.signal?.aborted) break;
    if (time < next) continue;
    options.onProgress?.(result(time));
    await setImmediate();
    next = now() + BATCH_MS;
  }
  return result(now());
}

export interface SessionOptions {
  readonly core: Core;
  readonly prepared: Prepared;
  /** As `makeStrategy` takes it; DEFAULT_STRATEGY unless given. */
  readonly strategy?: string;
  /** What looks on; it needs the hooked variant of the core. */
  readonly monitors?: (prepared: Prepared) => readonly Monitor[];
}

/** A memory, and a strategy that goes on learning from one execution to the next. */
export class Session {
  readonly #core: Core;
  readonly #prepared: Prepared;
  readonly #strategy: Strategy;
  readonly #explorer: Explorer;

  constructor({ core, prepared, monitors, strategy = DEFAULT_STRATEGY }: SessionOptions) {
    this.#core = core;
    this.#prepared = prepared;
    this.#strategy = makeStrategy(strategy);
    this.#explorer = new Explorer({ core, ...prepared, strategy: this.#strategy, monitors: monitors?.(prepared) });
  }

  run(seed: number): Execution {
    return this.#explorer.run(seed);
  }

  /** The strategy's search is over. */
  get exhausted(): boolean {
    return this.#strategy.exhausted ?? false;
  }

  get covered(): string {
    return this.#strategy.covered ?? '';
  }

  /** What is to be told of the execution just over, which failed. */
  describe(execution: Execution): CampaignFailure {
    const { seed, error } = execution;
    const { verdict, thread, facts } = outcomeOf(execution, this.#prepared.names, this.#explorer.m);
    const strategy = this.#strategy.spec ?? this.#strategy.name;
    const told = error instanceof RaceFound ? this.#describeRace(error, strategy, seed) : facts;
    return { seed, strategy, verdict: verdict as Exclude<Verdict, 'ok'>, thread, facts: told, execution };
  }

  /** With both call stacks. */
  #describeRace(found: RaceFound, strategy: string, seed: number): string[] {
    const rerun = (monitors: readonly Monitor[]) => new Explorer({ core: this.#core, ...this.#prepared, strategy: makeStrategy(strategy), monitors }).run(seed);
    return describeRace(withBothStacks(found, this.#core, rerun), found.words);
  }
}
