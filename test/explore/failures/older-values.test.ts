import { describe, expect, it } from 'vitest';
import { investigate } from '../../../src/explore/failures/describe.ts';
import { laneTable } from '../../../src/explore/failures/lane-table.ts';
import { decodeLine, encodeLine } from '../../../src/explore/failures/line.ts';
import { readArtefact, writeArtefact } from '../../../src/explore/failures/artefact.ts';
import { replayArtefact } from '../../../src/explore/failures/replay.ts';
import { settingOf, type MakeOracle } from '../../../src/explore/scenarios/scenario.ts';
import { Session } from '../../../src/explore/session.ts';
import { makeStrategy } from '../../../src/explore/strategies/catalog.ts';
import { loadUserScenario } from '../../../src/explore/user-scenario.ts';
import { moduleOf, sharing } from '../ordinary/modules.ts';

const makeOracle: MakeOracle = () => ({ forget() {}, check: () => ({ problems: [] }) });
/** A message whose flag is stored by a plain access, among accesses that don't matter. */
const MESSAGE = sharing(`
function sends(a) { a[5]++; a[0] = 7; a[5]++; a[1] = 1; a[5]++; }
function receives(a) { a[6] = a[5]; for (let i = 0; i < 3; i++) if (a[1] === 1 && a[0] !== 7) throw new Error('an empty message'); }
export const threads = [sends, receives];`);

const loaded = await loadUserScenario(moduleOf(MESSAGE), true);
const setting = settingOf(loaded.scenario);
const session = new Session({ core: loaded.core, prepared: loaded.scenario.prepare(loaded.core, setting, makeOracle), strategy: 'random:3', memory: 'js' });
let seed = 0;
while (session.run(seed).verdict === 'ok') seed++;
const { artefact, line, lanes, story } = investigate({ scenario: loaded.scenario, setting, strategy: makeStrategy('random:3'), seed, memory: 'js' }, { core: loaded, makeOracle });

describe('a failure that takes an older value', () => {
  it('is shrunk to the one load', () => {
    expect(artefact).toMatchObject({ memory: 'js', values: [{ thread: 1, part: 0, value: 1 }], facts: ['an empty message', expect.anything()] });
  });

  it('is told in the lanes and the story', () => {
    const text = laneTable(lanes).map((each) => each.text).join('\n');
    expect(text).toMatch(/load view\[0\]: saw the older value 0; 7 was stored at step \d+ by sends/);
    const step = /stored at step (\d+)/.exec(text)![1];
    expect(lanes.rows.find((row) => String(row.step) === step)).toMatchObject({ thread: 0, operation: 'store view[0] 0 → 7' });
    expect(story).toContain(`receives's load of view[0] saw the older value 0, not the 7 that sends had stored at step ${step}`);
  });

  it.each([['a line', () => decodeLine(line)], ['a file', () => readArtefact(writeArtefact(artefact), 'it')]])('is repeated from %s, and only with the older value', async (_, read) => {
    const recorded = read();
    expect({ ...recorded, trace: null, facts: [] }).toEqual({ ...artefact, trace: null, facts: [] });
    expect(await replayArtefact(recorded, { makeOracle, loaded })).toMatchObject({ fails: true, divergence: '' });
    expect(await replayArtefact({ ...recorded, values: [] }, { makeOracle, loaded })).toMatchObject({ fails: false });
  });

  it('leaves the line of others as it was', () => {
    const { memory: _, values: __, ...others } = artefact;
    expect(decodeLine(encodeLine(others))).not.toHaveProperty('memory');
  });

  it('does not come up when every load returns the newest value', () => {
    const strong = new Session({ core: loaded.core, prepared: loaded.scenario.prepare(loaded.core, setting, makeOracle), strategy: 'dfs:3' });
    while (!strong.exhausted) expect(strong.run(0).verdict).toBe('ok');
  });
});
