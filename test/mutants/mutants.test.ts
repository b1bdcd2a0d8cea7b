/** Planted bugs are found by their scenarios, and found again by the seed that found them: some each time, all at night. */
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { loadCore } from '../../src/explore/load.ts';
import { plant } from '../../src/mutants/mutant.ts';
import { MUTANTS } from '../../src/mutants/catalog.ts';
import { SCENARIOS } from '../../src/explore/scenarios/catalog.ts';
import { wholeCycleGo } from '../../src/explore/scenarios/whole-cycle.ts';
import type { Scenario } from '../../src/explore/scenarios/scenario.ts';
import { sampled } from '../support/nightly.ts';
import { search } from '../explore/search.ts';

/** More than each needs from this seed; a bug that takes longer wants a sharper scenario. */
const MOST = 2000;

async function find(scenario: Scenario, name: string) {
  const mutant = MUTANTS.find((each) => each.name === name)!;
  const { core } = await loadCore(false, mutant);
  const executions = mutant.executions ?? MOST;
  const { failure } = search({ core, scenario, executions });
  if (failure === undefined) throw new Error(`${name} was not found by ${scenario.name} in ${executions} executions`);
  const again = search({ core, scenario, seed: failure.seed, strategy: failure.strategy, executions: 1 });
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
  it.each(sampled(MUTANTS, 30))('$name', async ({ name, scenarios: [scenario] }) => {
    const { failure, again } = await find(SCENARIOS.find((each) => each.name === scenario)!, name);
    expect(again).toMatchObject({ verdict: failure.verdict, facts: failure.facts, execution: { traceHash: failure.execution.traceHash } });
  });

  it('the object that a mark by load, or and store loses, in whole cycles', async () => {
    const { failure } = await find(wholeCycleGo, 'mark-load-or-store');
    expect(failure.verdict).toBe('invariant');
    expect(failure.facts[0]).toMatch(/^LOST_OBJECT: /);
  });
});
