/** Runs one setting of a scenario under a memory model, and counts the executions that reach each racy access. */
import { performance } from 'node:perf_hooks';
import { settingsOf } from '../src/explore/campaigns/settings.ts';
import type { LoadedCore } from '../src/explore/load.ts';
import { SCENARIOS } from '../src/explore/scenarios/catalog.ts';
import { settingOf, type Knobs, type Scenario } from '../src/explore/scenarios/scenario.ts';
import { SEEDS, Session } from '../src/explore/session.ts';
import type { Memory } from '../src/explore/weak/memory.ts';
import { Verifier } from '../src/verify/verifier.ts';
import { RacyCounter, racySites, type Reached } from './racy-sites.ts';

export interface Place {
  readonly scenario: Scenario;
  readonly knobs: Knobs;
}

export interface Counts {
  readonly executions: number;
  readonly seconds: number;
  /** By key of the racy access; those that no execution reached are left out. */
  readonly reached: Readonly<Record<string, Reached>>;
  /** By the first fact of a failure, the executions that failed so. */
  readonly failures: Readonly<Record<string, number>>;
}

/** Returns all settings of all scenarios. */
export function allPlaces(): Place[] {
  return SCENARIOS.flatMap((scenario) => settingsOf(scenario, {}).map((knobs) => ({ scenario, knobs })));
}

/**
 * Returns a function that runs executions from a seed on, until there are `most` or the time is up.
 * @param loaded the hooked variant of the core
 */
export function runnerAt({ scenario, knobs }: Place, memory: Memory, { core, sites }: LoadedCore): (seed: number, most: number, seconds: number) => Counts {
  const racy = racySites(sites);
  const counter = new RacyCounter(core, sites);
  const prepared = scenario.prepare(core, settingOf(scenario, knobs), (m, writes) => new Verifier(m, writes));
  const session = new Session({ core, prepared, memory, monitors: () => [counter] });
  return (seed, most, seconds) => {
    counter.clear();
    const started = performance.now();
    const failures: Record<string, number> = {};
    let executions = 0;
    while (executions < most && performance.now() - started < 1000 * seconds) {
      const execution = session.run((seed + executions++) % SEEDS);
      if (execution.verdict === 'ok') continue;
      const [fact = execution.verdict] = session.describe(execution).facts;
      const kind = /^[A-Z_]+(?=:)/.exec(fact)?.[0] ?? execution.verdict;
      failures[kind] = (failures[kind] ?? 0) + 1;
    }
    const reached = racy.map((site) => [site.key, counter.of(site)] as const).filter(([, { executions: times }]) => times > 0);
    return { executions, seconds: (performance.now() - started) / 1000, reached: Object.fromEntries(reached), failures };
  };
}
