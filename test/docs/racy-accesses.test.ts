/** The table of racy accesses in the memory model's page, and how its figures are counted. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { chooseWays, type Way } from '../../bench/racy-choice.ts';
import { readRecord } from '../../bench/racy-record.ts';
import { runnerAt, type Place } from '../../bench/racy-run.ts';
import { racySites } from '../../bench/racy-sites.ts';
import { racyTable } from '../../bench/racy-table.ts';
import { ROOT } from '../../src/base/root.ts';
import { findScenario } from '../../src/explore/find.ts';
import { loadCore, type LoadedCore } from '../../src/explore/load.ts';
import { knobsOf } from '../../src/explore/scenarios/scenario.ts';

const CAS_MARK = 'src/gc/mark.ts casMark: racyLoad(m, word)';

let loaded: LoadedCore;
let keys: readonly string[];
beforeAll(async () => {
  loaded = await loadCore(true);
  keys = racySites(loaded.sites).map(({ key }) => key);
});

function placeOf(name: string): Place {
  const scenario = findScenario(name);
  return { scenario, knobs: knobsOf(scenario, { procs: 2 }) };
}

describe('the table of racy accesses', () => {
  it('is made of the record, with a row for each racy access of the core', () => {
    const page = readFileSync(join(ROOT, 'docs/explanation/memory-model.md'), 'utf8');
    expect(page.includes(racyTable(readRecord(), keys)), 'the table is stale: node dist/bench/racy.js --seconds 0').toBe(true);
    expect(keys.length).toBeGreaterThan(30);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('the executions that reach an access', () => {
  it('are counted once each, and those that read an older value', () => {
    const { executions, reached, failures } = runnerAt(placeOf('mark-bits-lab'), 'js', loaded)(1, 40, Infinity);
    expect([executions, reached[CAS_MARK].executions, failures]).toEqual([40, 40, {}]);
    expect(reached[CAS_MARK].older).toBeGreaterThan(0);
    expect(reached[CAS_MARK].older).toBeLessThan(40);
    expect(Object.keys(reached).some((key) => key.includes('mutator.ts'))).toBe(false);
  });

  it('read no older value under sequential consistency, and are counted from 0 in each part', () => {
    const run = runnerAt(placeOf('mark-bits-lab'), 'sc', loaded);
    run(1, 10, Infinity);
    expect(run(11, 10, Infinity).reached[CAS_MARK]).toEqual({ executions: 10, older: 0 });
  });
});

describe('the choice of settings', () => {
  const [a, b, c] = ['mark-bits', 'mark-bits-lab', 'runq'].map(placeOf);
  const way = (place: Place, perSecond: number, older = 0): Way => ({ place, perSecond, older });

  it('prefers one that reaches several accesses to the fastest of each', () => {
    const chosen = chooseWays(new Map([['x', [way(a, 100), way(c, 60)]], ['y', [way(b, 100), way(c, 60)]]]));
    expect([...chosen.values()].map(({ place }) => place)).toEqual([c, c]);
  });

  it('takes none that is far slower than the best, and none without older values if others have them', () => {
    const chosen = chooseWays(new Map([['x', [way(a, 100), way(b, 24, 9)]], ['y', [way(a, 100), way(c, 26, 1)]]]));
    expect(Object.fromEntries([...chosen].map(([key, { place }]) => [key, place]))).toEqual({ x: a, y: c });
  });
});
