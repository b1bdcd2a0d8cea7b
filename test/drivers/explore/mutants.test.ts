/** Every planted bug is found by its scenario, and found again by the seed that found it. */
import { describe, expect, it } from 'vitest';
import { runCampaign, type CampaignOptions } from '../../../src/drivers/explore/campaign.ts';
import { ROOT, loadCore } from '../../../src/drivers/explore/load.ts';
import { plant } from '../../../src/drivers/explore/mutant.ts';
import { MUTANTS } from '../../../src/drivers/explore/mutants/catalog.ts';
import { SCENARIOS } from '../../../src/drivers/explore/scenarios/catalog.ts';
import { wholeCycleGo } from '../../../src/drivers/explore/scenarios/whole-cycle.ts';
import { settingOf, type Scenario } from '../../../src/drivers/explore/scenarios/scenario.ts';
import { Verifier } from '../../../src/verify/verifier.ts';

/** More than each needs from this seed; a bug that takes longer wants a sharper scenario. */
const MOST = 2000;
const SEED = 1;

async function search(scenario: Scenario, name: string) {
  const { core } = await loadCore(false, MUTANTS.find((mutant) => mutant.name === name));
  const options: CampaignOptions = {
    core,
    scenario,
    setting: settingOf(scenario),
    makeOracle: (m) => new Verifier(m),
    seed: SEED,
    executions: MOST,
    now: () => performance.now(),
  };
  const { failure } = await runCampaign(options);
  if (failure === undefined) throw new Error(`${name} was not found by ${scenario.name} in ${MOST} executions`);
  const again = await runCampaign({ ...options, seed: failure.seed, strategy: failure.strategy, executions: 1 });
  return { failure, again: again.failure };
}

describe('the catalog', () => {
  it('names every mutant once, with a scenario and a text that still stands in the source', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    for (const mutant of MUTANTS) {
      expect(SCENARIOS.map(({ name }) => name)).toEqual(expect.arrayContaining([...mutant.scenarios]));
      expect(() => plant(mutant, ROOT)).not.toThrow();
    }
  });
});

describe('exploration finds', () => {
  it.each(MUTANTS)('$name', async ({ name, scenarios: [scenario] }) => {
    const { failure, again } = await search(SCENARIOS.find((each) => each.name === scenario)!, name);
    expect(again).toMatchObject({ verdict: failure.verdict, facts: failure.facts, execution: { traceHash: failure.execution.traceHash } });
  });

  it('the object that a mark by load, or and store loses, in whole cycles', async () => {
    const { failure } = await search(wholeCycleGo, 'mark-load-or-store');
    expect(failure.verdict).toBe('invariant');
    expect(failure.facts[0]).toMatch(/^LOST_OBJECT: /);
  });
});
