/**
 * Measures the speed of exploration with the race detector relative to the speed without it, scenario by scenario, in accesses a
 * second of CPU time. Both run the same executions, alternating, so that the load of the machine affects both alike.
 */
import { loadCore, type LoadedCore } from '../src/explore/load.ts';
import { makeMonitors } from '../src/explore/monitors/catalog.ts';
import { Explorer } from '../src/explore/scheduler.ts';
import { SCENARIOS } from '../src/explore/scenarios/catalog.ts';
import { settingOf, type Scenario } from '../src/explore/scenarios/scenario.ts';
import { makeStrategy } from '../src/explore/strategies/catalog.ts';
import { Verifier } from '../src/verify/verifier.ts';
import { cpuMs } from './cpu-ms.ts';
import type { Suite } from './suite.ts';

const STRATEGY = 'random:10';
const SAMPLES = 7;
/** CPU time of the executions of a sample, without the detector. */
const SAMPLE_MS = 100;

export const racesSuite: Suite = {
  name: 'races',
  summary: 'speed of each scenario with the race detector, relative to that without',
  async *measure() {
    const plain = await loadCore(false);
    const hooked = await loadCore(true);
    for (const scenario of SCENARIOS) yield { name: `races/${scenario.name}`, unit: 'of plain', samples: ratiosOf(scenario, plain, hooked) };
  },
};

function ratiosOf(scenario: Scenario, plain: LoadedCore, hooked: LoadedCore): number[] {
  const without = explorerOf(scenario, plain, []);
  const watched = explorerOf(scenario, hooked, ['races']);
  let seed = 1;
  let count = 1;
  // Both warm up while the size of a sample is found.
  for (let ms = 0; ms < SAMPLE_MS; count *= 2) {
    ms = msOf(without, seed, count);
    msOf(watched, seed, count);
    seed += count;
  }
  return Array.from({ length: SAMPLES }, () => {
    const ratio = msOf(without, seed, count) / msOf(watched, seed, count);
    seed += count;
    return ratio;
  });
}

function explorerOf(scenario: Scenario, { core, sites }: LoadedCore, monitors: readonly string[]): Explorer {
  const prepared = scenario.prepare(core, settingOf(scenario), (m, writes) => new Verifier(m, writes));
  return new Explorer({
    core,
    ...prepared,
    strategy: makeStrategy(STRATEGY),
    ...(monitors.length > 0 && { monitors: makeMonitors(core, sites, monitors, prepared.names) }),
  });
}

/** Returns the CPU time of `count` executions, in milliseconds. */
function msOf(explorer: Explorer, seed: number, count: number): number {
  const started = cpuMs();
  for (let i = 0; i < count; i++) explorer.run(seed + i);
  return cpuMs() - started;
}
