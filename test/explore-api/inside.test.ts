/** Scenarios that a test makes inside itself, this one too. */
import { strict as assert } from 'node:assert';
import { describe, expect, it } from 'vitest';
import { explore, ScenarioFailed, scenario } from 'sweepgen/explore';
import { pathOf } from '../../src/explore-api/inside.ts';
import { placeOfScenario } from '../../src/explore-api/scenario.ts';
import { loadUserScenario } from '../../src/explore/user-scenario.ts';

const HERE = import.meta.filename;
const EXPECTED = 2;

function count(a: Int32Array): void {
  a[0]++;
}

const careless = scenario(import.meta, {
  setup: () => new Int32Array(new SharedArrayBuffer(8)),
  threads: { left: count, right: (a) => count(a) },
  check: (a) => assert.equal(a[0], EXPECTED),
});

describe('a scenario inside a test', () => {
  it('is explored at the top level', async () => {
    const failure: unknown = await explore(careless, { seed: 1 }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ScenarioFailed);
    expect((failure as Error).message).toMatch(/^\.\/test\/explore-api\/inside\.test\.ts#1 fails /);
    expect((failure as ScenarioFailed).lanes).toContain('test/explore-api/inside.test.ts:13 count');
  });

  it('is explored where it is written', async () => {
    const { covered } = await explore(
      scenario(import.meta, {
        setup: () => new Int32Array(new SharedArrayBuffer(8)),
        threads: [(a) => Atomics.add(a, 0, 1), (a) => Atomics.add(a, 0, 1)],
        check: (a) => a[0] === EXPECTED,
      }),
      { strategy: 'dfs:2' },
    );
    expect(covered).toBe('every interleaving');
  });

  it('has a name for the command: the path, and its number in the text', async () => {
    expect(placeOfScenario(careless)).toEqual({ file: HERE, line: 16, column: 18 });
    expect(pathOf(placeOfScenario(careless)!)).toBe(`${HERE}#1`);
    const { scenario: loaded } = await loadUserScenario(`${HERE}#2`, false);
    expect(loaded.name).toBe(`${HERE}#2`);
    await expect(loadUserScenario(HERE, false)).rejects.toThrow(/it has \d scenarios inside; name one: '.*inside\.test\.ts#1' \(line 16\)/);
  });

  it('is found by its line if the stack has no exact place', () => {
    expect(pathOf({ file: HERE, line: 18, column: 1 })).toBe(`${HERE}#1`);
    expect(() => pathOf({ file: HERE, line: 3, column: 1 })).toThrow('makes no scenario(import.meta, …) at line 3');
    expect(() => pathOf({ file: HERE })).toThrow('write the scenario in a module of its own');
  });
});
