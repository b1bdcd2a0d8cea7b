/** The player of ordinary code has its sources, its words and its values. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { record } from '../../src/explore/failures/recording.ts';
import { presentSources } from '../../src/explore/film/sources.ts';
import { loadScenario } from '../../src/explore/load-scenario.ts';
import { settingOf } from '../../src/explore/scenarios/scenario.ts';
import { makePlayer } from '../../src/report/make-player.ts';

const MUTEX = join(ROOT, 'docs/examples/own-code/mutex.scenario.ts');

describe('the player of ordinary code', () => {
  it('has its threads, files, words, and values by their types', async () => {
    const { core, sites, scenario } = await loadScenario(MUTEX, true);
    const ground = { core, scenario, makeOracle: () => ({ forget() {}, check: () => ({ problems: [] }) }), monitors: [] };
    const setting = settingOf(scenario);
    const player = makePlayer({ ground, setting, sites, recording: record(ground, setting, []), pairs: [], read: presentSources(ROOT), repeat: '' });
    expect(player.name).toMatch(/mutex\.scenario\.ts on 3 threads$/);
    expect(player.threads.map(({ name }) => name)).toEqual(['add 1', 'add 2', 'add 3']);
    expect(player.files.map(({ name }) => name).sort()).toEqual(['docs/examples/own-code/lock-scenario.ts', 'docs/examples/own-code/mutex.ts']);
    expect([...player.words.name].sort()).toEqual(['counter[0]', 'word[0]']);
    expect(player.valueNames.flat()).toEqual(expect.arrayContaining(['0n', '1n', '2n', '3n']));
  });
});
