/** Scenarios, strategies and monitors have one registry each; commands, listings and completion take them from there. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { catalogDocument } from '../../src/cli/catalog-document.ts';
import { wordsOf } from '../../src/cli/completion/words.ts';
import { findScenario } from '../../src/explore/find.ts';
import { loadCore } from '../../src/explore/load.ts';
import { MONITOR_NAMES, makeMonitors } from '../../src/explore/monitors/catalog.ts';
import { CANARIES, SCENARIOS } from '../../src/explore/scenarios/catalog.ts';
import { fromModules } from '../../src/explore/scenarios/from-modules.ts';
import * as MODULES from '../../src/explore/scenarios/modules/registry.ts';
import { STRATEGIES, TURNS, makeStrategy } from '../../src/explore/strategies/catalog.ts';
import { nameOf, type StrategyEntry } from '../../src/explore/strategies/entry.ts';

const words = await wordsOf({ listWorkloads: async () => [] }, []);
const listed = JSON.parse(catalogDocument()) as { readonly scenarios: readonly { name: string }[]; readonly canaries: readonly { name: string }[]; readonly strategies: readonly { spec: string }[]; readonly monitors: readonly string[] };

/** Everything that the TypeScript files of `folder` export. */
async function exportsOf(folder: string): Promise<readonly unknown[]> {
  const path = join(ROOT, folder);
  const files = readdirSync(path).filter((name) => name.endsWith('.ts'));
  const modules = await Promise.all(files.map((name) => import(pathToFileURL(join(path, name)).href) as Promise<object>));
  return modules.flatMap((module) => Object.values(module) as unknown[]);
}

describe('the registry of scenarios', () => {
  it('has distinct names, each of which is found, listed and completed', () => {
    const names = [...SCENARIOS, ...CANARIES].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(findScenario(name).name).toBe(name);
    expect([...listed.scenarios, ...listed.canaries].map(({ name }) => name)).toEqual(names);
    expect(words('explore', 'scenario')).toEqual(names);
    expect(words('fuzz', 'scenarios')).toEqual(names);
  });

  it('has every file of modules/, under the name of the file', () => {
    const files = readdirSync(join(ROOT, 'src/explore/scenarios/modules')).filter((name) => name !== 'registry.ts');
    expect(Object.values(MODULES).map(({ name }) => `${name}.ts`).sort()).toEqual(files.sort());
    for (const { name } of fromModules()) expect(SCENARIOS.map((each) => each.name)).toContain(name);
  });

  it('puts the program of every module into both variants of the core', async () => {
    for (const { core } of [await loadCore(false), await loadCore(true)]) {
      for (const key of Object.keys(MODULES)) expect(core).toHaveProperty(key);
    }
  });
});

describe('the registry of strategies', () => {
  it('has every entry that a file of strategies/ exports', async () => {
    const isEntry = (value: unknown): value is StrategyEntry => typeof value === 'object' && value !== null && 'spec' in value && 'make' in value;
    const entries = (await exportsOf('src/explore/strategies')).filter(isEntry);
    expect(STRATEGIES.map(nameOf)).toEqual(expect.arrayContaining(entries.map(nameOf)));
    expect(entries.length).toBeGreaterThan(STRATEGIES.length / 2);
  });

  it('has distinct names, each of which is made, listed and completed', () => {
    expect(new Set(STRATEGIES.map(nameOf)).size).toBe(STRATEGIES.length);
    for (const { spec } of STRATEGIES) expect(makeStrategy(spec).name).toBe(spec);
    expect(listed.strategies.map(({ spec }) => spec)).toEqual(STRATEGIES.map(({ spec }) => spec));
    expect(words('fuzz', 'strategy')).toEqual(STRATEGIES.map(({ spec }) => spec));
  });

  it('has the strategies of the portfolio, none of which is a search', () => {
    expect(STRATEGIES.map(nameOf)).toEqual(expect.arrayContaining(TURNS.map((spec) => nameOf({ spec }))));
    for (const spec of TURNS) expect(makeStrategy(spec).exhausted).toBeUndefined();
  });
});

describe('the registry of monitors', () => {
  it('has distinct names, each of which is made, listed and completed', async () => {
    const { core, sites } = await loadCore(true);
    expect(new Set(MONITOR_NAMES).size).toBe(MONITOR_NAMES.length);
    for (const name of MONITOR_NAMES) expect(makeMonitors(core, sites, [name]).length).toBeGreaterThan(0);
    expect(listed.monitors).toEqual(MONITOR_NAMES);
    expect(words('explore', 'monitors')).toEqual(expect.arrayContaining([...MONITOR_NAMES]));
  });
});
