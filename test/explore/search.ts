/** Executions of one scenario, seed after seed, until one fails. */
import type { Core } from '../../src/explore/load.ts';
import type { Monitor } from '../../src/explore/monitor.ts';
import { settingOf, type MakeOracle, type Prepared, type Scenario, type Setting } from '../../src/explore/scenarios/scenario.ts';
import { SEEDS, Session, type FailedExecution } from '../../src/explore/session.ts';
import type { Memory } from '../../src/explore/weak/memory.ts';
import { Verifier } from '../../src/verify/verifier.ts';

export interface SearchOptions {
  readonly core: Core;
  readonly scenario: Scenario;
  /** The scenario's defaults unless given. */
  readonly setting?: Setting;
  /** The verifier unless given. */
  readonly makeOracle?: MakeOracle;
  /** Of the first execution; 1 unless given. */
  readonly seed?: number;
  readonly strategy?: string;
  /** A weak model needs the hooked variant of the core. */
  readonly memory?: Memory;
  readonly monitors?: (prepared: Prepared) => readonly Monitor[];
  /** The most that are tried. */
  readonly executions: number;
}

export interface Found {
  readonly executions: number;
  /** Different interleavings. */
  readonly distinct: number;
  readonly failure?: FailedExecution;
}

export function search(options: SearchOptions): Found {
  const { core, scenario, setting = settingOf(scenario), makeOracle = (m) => new Verifier(m), seed = 1, strategy, memory, monitors } = options;
  const session = new Session({ core, prepared: scenario.prepare(core, setting, makeOracle), strategy, memory, monitors });
  const seen = new Set<number>();
  for (let executions = 1; executions <= options.executions; executions++) {
    const execution = session.run((seed + executions - 1) % SEEDS);
    seen.add(execution.traceHash);
    if (execution.verdict !== 'ok') return { executions, distinct: seen.size, failure: session.describe(execution) };
  }
  return { executions: options.executions, distinct: seen.size };
}
