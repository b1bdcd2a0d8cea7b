/** Which protocol edges a scenario could pass: all that it passes, and none of protocols that it never comes by. */
import { describe, expect, it } from 'vitest';
import { passed } from '../../src/explore/campaigns/tally.ts';
import { EDGES } from '../../src/rewrite/edges/catalog.ts';
import { possibleEdges } from '../../src/explore/possible-edges.ts';
import { loadScenario } from '../../src/explore/load-scenario.ts';
import { settingOf } from '../../src/explore/scenarios/scenario.ts';
import { settingsOf } from '../../src/explore/campaigns/settings.ts';
import { SCENARIOS } from '../../src/explore/scenarios/catalog.ts';
import { Explorer } from '../../src/explore/scheduler.ts';
import { makeStrategy } from '../../src/explore/strategies/catalog.ts';
import { sampled } from '../support/nightly.ts';

describe('the edges that a scenario could pass', () => {
  it.each(['lfstack', 'parfor', 'mark-bits', 'runq', 'channels', 'finalizers-queue'])('of %s are at least those that it passes', async (name) => {
    const loaded = await loadScenario(name, false);
    const { core, scenario } = loaded;
    const possible = possibleEdges(loaded);
    const { template, threads, stepLimit } = scenario.prepare(core, settingOf(scenario), () => ({ forget() {}, check: () => ({ problems: [] }) }));
    const explorer = new Explorer({ core, template, threads, stepLimit, strategy: makeStrategy('portfolio') });
    core.$edges.fill(0);
    for (let seed = 1; seed <= 40; seed++) explorer.run(seed);
    const impossible = EDGES.filter((_, i) => core.$edges[i] > 0 && possible[i] === 0).map((edge) => edge.name);
    expect(impossible).toEqual([]);
    expect(passed(possible)).toBeLessThan(EDGES.length);
  });

  it('of a stack are those of stacks alone', async () => {
    const possible = possibleEdges(await loadScenario('lfstack', false));
    expect([...new Set(EDGES.filter((_, i) => possible[i] === 1).map(({ protocol }) => protocol))]).toEqual(['lfstack']);
  });

  it.each(sampled(SCENARIOS.map(({ name }) => name), 8))('of %s are the same if all combinations of its knobs are tried', async (name) => {
    const loaded = await loadScenario(name, false);
    const all = settingsOf(loaded.scenario, {}).map((knobs) => possibleEdges(loaded, knobs));
    expect(possibleEdges(loaded)).toEqual(Uint8Array.from(EDGES, (_, i) => (all.some((edges) => edges[i] === 1) ? 1 : 0)));
  });
});
