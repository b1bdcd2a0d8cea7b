/** One scenario, run again and again on one memory, and what is to be told of an execution that failed. */
import type { Execution, Verdict } from './execution.ts';
import { outcomeOf, type Outcome } from './failures/outcome.ts';
import type { Core } from './load.ts';
import type { Monitor } from './monitor.ts';
import { describeRace, RaceFound } from './monitors/races/race-found.ts';
import { withBothStacks } from './monitors/races/two-stacks.ts';
import { Explorer } from './scheduler.ts';
import type { Prepared } from './scenarios/scenario.ts';
import { DEFAULT_STRATEGY, makeStrategy } from './strategies/catalog.ts';
import type { Strategy } from './strategy.ts';

/** Seeds are words. */
export const SEEDS = 2 ** 32;

/** The execution that failed, and what it takes to repeat it. */
export interface FailedExecution {
  readonly seed: number;
  /** What makes it again on its own, from its seed. */
  readonly strategy: string;
  readonly verdict: Exclude<Verdict, 'ok'>;
  /** Who threw; '' if nobody did. */
  readonly thread: string;
  /** What was found, a line each; where threads wait for ever, and what the machine was doing. */
  readonly facts: readonly string[];
  readonly fault: Outcome['fault'];
  readonly execution: Execution;
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
  describe(execution: Execution): FailedExecution {
    const { seed, error } = execution;
    const { verdict, thread, facts, fault } = outcomeOf(execution, this.#prepared, this.#explorer.m);
    const strategy = this.#strategy.spec ?? this.#strategy.name;
    const told = error instanceof RaceFound ? this.#describeRace(error, strategy, seed) : facts;
    return { seed, strategy, verdict: verdict as Exclude<Verdict, 'ok'>, thread, facts: told, fault, execution };
  }

  /** With both call stacks. */
  #describeRace(found: RaceFound, strategy: string, seed: number): string[] {
    const rerun = (monitors: readonly Monitor[]) => new Explorer({ core: this.#core, ...this.#prepared, strategy: makeStrategy(strategy), monitors }).run(seed);
    return describeRace(withBothStacks(found, this.#core, rerun), found.words);
  }
}
