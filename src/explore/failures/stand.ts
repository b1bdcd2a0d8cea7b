/** A test stand: runs one setting of a scenario repeatedly, by preemptions or by a strategy. */
import type { Core } from '../load.ts';
import type { Monitor } from '../monitor.ts';
import { Explorer } from '../scheduler.ts';
import type { MakeOracle, Prepared, Scenario, Setting } from '../scenarios/scenario.ts';
import { RecordPreemptions, ReplayPreemptions, type Departure } from '../strategies/preemptions.ts';
import type { Scene, Strategy } from '../strategy.ts';
import type { Execution } from '../execution.ts';
import type { Memory } from '../weak/memory.ts';
import { nameIn, outcomeOf, type Outcome } from './outcome.ts';

/** What all settings have in common. */
export interface Ground {
  readonly core: Core;
  readonly scenario: Scenario;
  readonly makeOracle: MakeOracle;
  /** Decides what loads return; 'sc' by default. Others need the hooked variant. */
  readonly memory?: Memory;
  /** They need the hooked variant. */
  readonly monitors?: readonly Monitor[];
}

export interface Trial {
  readonly outcome: Outcome;
  /** The preemptions that took effect, and the loads of older values: replayed, they repeat the execution. */
  readonly departures: readonly Departure[];
  readonly execution: Execution;
}

export class Stand {
  readonly scenario: Scenario;
  readonly setting: Setting;
  readonly names: readonly string[];
  readonly #prepared: Prepared;
  readonly #explorer: Explorer;
  readonly #driver = new Driver();

  constructor({ core, scenario, makeOracle, memory, monitors = [] }: Ground, setting: Setting) {
    this.scenario = scenario;
    this.setting = setting;
    this.#prepared = scenario.prepare(core, setting, makeOracle);
    this.names = this.#prepared.names;
    this.#explorer = new Explorer({ core, ...this.#prepared, strategy: this.#driver, memory, ...(monitors.length > 0 && { monitors }) });
  }

  /** Returns the name of the word `at` at this moment. */
  nameWord(at: number): string {
    return nameIn(this.m, at, this.#prepared);
  }

  /** Formats a value of the word `at` that no 32-bit number is; undefined for others. */
  show(at: number, value: number): string | undefined {
    return this.#prepared.show?.(at, value);
  }

  /** The memory of the current or last execution. */
  get m(): Int32Array {
    return this.#explorer.m;
  }

  replay(departures: readonly Departure[]): Trial {
    return this.run(new ReplayPreemptions(departures), 0);
  }

  run(strategy: Strategy, seed: number): Trial {
    const recorder = new RecordPreemptions(strategy);
    this.#driver.inner = recorder;
    const execution = this.#explorer.run(seed);
    return { outcome: outcomeOf(execution, this.#prepared, this.m), departures: recorder.departures, execution };
  }
}

/** Delegates to one strategy after another, so that one explorer, with its memory, serves all. */
class Driver implements Strategy {
  inner!: Strategy;
  budget = 1;

  get name(): string {
    return this.inner.name;
  }

  get asksOnWake(): boolean {
    return this.inner.asksOnWake;
  }

  begin(scene: Scene, seed: number): void {
    this.inner.begin(scene, seed);
  }

  next(scene: Scene): number {
    const thread = this.inner.next(scene);
    this.budget = this.inner.budget;
    return thread;
  }

  choose(scene: Scene, count: number): number {
    return this.inner.choose?.(scene, count) ?? 0;
  }

  end(scene: Scene): void {
    this.inner.end?.(scene);
  }
}
