/** Runs one scenario repeatedly on one memory, and describes failed executions. */
import type { Execution, Verdict } from './execution.ts';
import { outcomeOf, type Outcome } from './failures/outcome.ts';
import type { Core } from './load.ts';
import type { Monitor } from './monitor.ts';
import { describeRace, RaceFound } from './monitors/races/race-found.ts';
import { withBothStacks } from './monitors/races/two-stacks.ts';
import { Explorer } from './scheduler.ts';
import type { Prepared } from './scenarios/scenario.ts';
import { DEFAULT_STRATEGY, makeStrategy } from './strategies/catalog.ts';
import type { SearchProgress, Strategy } from './strategy.ts';
import type { Memory } from './weak/memory.ts';

/** Number of seeds: a seed is a word. */
export const SEEDS = 2 ** 32;

/** A failed execution, and what is needed to repeat it. */
export interface FailedExecution {
  readonly seed: number;
  /** The strategy that repeats the execution from its seed. */
  readonly strategy: string;
  readonly verdict: Exclude<Verdict, 'ok'>;
  /** The thread that threw; '' if none did. */
  readonly thread: string;
  /** Findings, one line each; for threads that wait for ever, where each waits and what the machine was doing. */
  readonly facts: readonly string[];
  readonly fault: Outcome['fault'];
  readonly history?: Outcome['history'];
  readonly execution: Execution;
}

export interface SessionOptions {
  readonly core: Core;
  readonly prepared: Prepared;
  /** As `makeStrategy` takes it; DEFAULT_STRATEGY by default. */
  readonly strategy?: string;
  /** Decides what loads return; 'sc' by default. Others need the hooked variant of the core. */
  readonly memory?: Memory;
  /** Makes the monitors; they need the hooked variant of the core. */
  readonly monitors?: (prepared: Prepared) => readonly Monitor[];
}

/** A memory, and a strategy that keeps learning from one execution to the next. */
export class Session {
  readonly #core: Core;
  readonly #prepared: Prepared;
  readonly #strategy: Strategy;
  readonly #memory: Memory | undefined;
  readonly #explorer: Explorer;

  constructor({ core, prepared, memory, monitors, strategy = DEFAULT_STRATEGY }: SessionOptions) {
    this.#core = core;
    this.#prepared = prepared;
    this.#strategy = makeStrategy(strategy);
    this.#memory = memory;
    this.#explorer = new Explorer({ core, ...prepared, strategy: this.#strategy, memory, monitors: monitors?.(prepared) });
  }

  run(seed: number): Execution {
    return this.#explorer.run(seed);
  }

  /** The strategy's search is over. */
  get exhausted(): boolean {
    return this.#strategy.exhausted ?? false;
  }

  get progress(): SearchProgress | undefined {
    return this.#strategy.progress;
  }

  get covered(): string {
    return this.#strategy.covered ?? '';
  }

  /** Describes the last execution, which failed. */
  describe(execution: Execution): FailedExecution {
    const { seed, error } = execution;
    const { verdict, thread, facts, fault, history } = outcomeOf(execution, this.#prepared, this.#explorer.m);
    const strategy = this.#strategy.spec ?? this.#strategy.name;
    const told = error instanceof RaceFound ? this.#describeRace(error, strategy, seed) : facts;
    return { seed, strategy, verdict: verdict as Exclude<Verdict, 'ok'>, thread, facts: told, fault, ...(history && { history }), execution };
  }

  /** Describes a race with both call stacks. */
  #describeRace(found: RaceFound, strategy: string, seed: number): string[] {
    const rerun = (monitors: readonly Monitor[]) => new Explorer({ core: this.#core, ...this.#prepared, strategy: makeStrategy(strategy), memory: this.#memory, monitors }).run(seed);
    return describeRace(withBothStacks(found, this.#core, rerun), found.words);
  }
}
