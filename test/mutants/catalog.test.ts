/** Scenarios find planted bugs, and find them again from the seed that found them: some each time, all at night. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { loadCore } from '../../src/explore/load.ts';
import { plant } from '../../src/mutants/mutant.ts';
import { MUTANTS } from '../../src/mutants/catalog.ts';
import type { KnownBug } from '../../src/mutants/known-bug.ts';
import { SCENARIOS } from '../../src/explore/scenarios/catalog.ts';
import { wholeCycleGo } from '../../src/explore/scenarios/whole-cycle.ts';
import type { Scenario } from '../../src/explore/scenarios/scenario.ts';
import { sampled } from '../support/nightly.ts';
import { search } from '../explore/search.ts';

/** More executions than any needs from this seed. A bug that takes longer needs a sharper scenario. */
const MOST = 2000;

async function find(scenario: Scenario, name: string) {
  const mutant = MUTANTS.find((each) => each.name === name)!;
  const { memory } = mutant;
  const { core } = await loadCore(memory !== undefined, mutant);
  const executions = mutant.executions ?? MOST;
  const { failure } = search({ core, scenario, memory, executions });
  if (failure === undefined) throw new Error(`${name} was not found by ${scenario.name} in ${executions} executions`);
  const again = search({ core, scenario, seed: failure.seed, strategy: failure.strategy, memory, executions: 1 });
  return { failure, again: again.failure };
}

describe('the catalog', () => {
  it('has distinct names, existing scenarios, and excerpts that occur once in the source', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    for (const mutant of MUTANTS) {
      expect(SCENARIOS.map(({ name }) => name)).toEqual(expect.arrayContaining([...mutant.scenarios]));
      expect(() => plant(mutant, ROOT)).not.toThrow();
    }
  });
});

/** Functions over `m` that the mutated text calls, but neither declares nor imports; files that it imports and that are absent. */
function unresolved(mutant: KnownBug): string[] {
  const [[path, text]] = plant(mutant, ROOT);
  const called = new Set([...mutant.replace.matchAll(/(?<![.\w])([a-z]\w*)\(m\b/g)].map(([, name]) => name));
  const functions = [...called].filter((name) => !new RegExp(`function ${name}\\(|^import .*\\b${name}\\b|\\b${name}: `, 'm').test(text));
  const imports = [...mutant.replace.matchAll(/from '(\.[^']+)'/g)].map(([, from]) => resolve(dirname(path), from));
  return [...functions, ...imports.filter((file) => !existsSync(file))];
}

describe('every mutant', () => {
  it('calls only functions that its file declares or imports', () => {
    expect(MUTANTS.flatMap((mutant) => unresolved(mutant).map((name) => `${mutant.name}: ${name}`))).toEqual([]);
  });

  it.each([
    ['a function that is not imported', '  scrub(m, block);\n', ['scrub']],
    ['a file that is not there', "import { lock } from '../explore/sync/lock.ts';\n", [resolve(ROOT, 'src/explore/sync/lock.ts')]],
  ])('is checked for %s', (_, added, expected) => {
    const mutant = MUTANTS.find(({ name }) => name === 'finblock-cleared-late')!;
    expect(unresolved({ ...mutant, replace: mutant.replace + added })).toEqual(expected);
  });
});

describe('exploration', () => {
  it.each(sampled(MUTANTS, 30))('finds $name', async ({ name, scenarios: [scenario] }) => {
    const { failure, again } = await find(SCENARIOS.find((each) => each.name === scenario)!, name);
    expect(again).toMatchObject({ verdict: failure.verdict, facts: failure.facts, execution: { traceHash: failure.execution.traceHash } });
  });

  it.each(sampled(MUTANTS.filter(({ memory }) => memory !== undefined), 4))('finds $name only under a weak memory model', async (mutant) => {
    const { core } = await loadCore(false, mutant);
    for (const name of mutant.scenarios) expect(search({ core, scenario: SCENARIOS.find((each) => each.name === name)!, executions: 300 }).failure?.facts).toBeUndefined();
  });

  it('finds the object that a mark by load and store loses, in whole cycles', async () => {
    const { core } = await loadCore(false, MUTANTS.find(({ name }) => name === 'mark-load-or-store')!);
    // Two Ms that set the same mark count it twice, and are found, too.
    const facts = new Set<string>();
    for (let seed = 1; seed < MOST && !facts.has('LOST_OBJECT'); seed++) {
      const { failure } = search({ core, scenario: wholeCycleGo, seed, executions: MOST });
      expect(failure?.verdict).toBe('invariant');
      facts.add(failure!.facts[0].split(':')[0]);
      seed = failure!.seed;
    }
    expect(facts).toContain('LOST_OBJECT');
  });
});
