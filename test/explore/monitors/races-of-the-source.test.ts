/** The source has no data race in any scenario, and small mistakes planted in it are found as races. */
import { describe, expect, it } from 'vitest';
import { explainFailure } from '../../../src/explore/failure.ts';
import { loadCore, type LoadedCore } from '../../../src/explore/load.ts';
import { makeRaceDetector } from '../../../src/explore/monitors/races.ts';
import type { Mutant } from '../../../src/mutants/mutant.ts';
import { SCENARIOS } from '../../../src/explore/scenarios/catalog.ts';
import { settingOf, type Scenario } from '../../../src/explore/scenarios/scenario.ts';
import { sweepRefill } from '../../../src/explore/scenarios/sweep-refill.ts';
import { seeds } from '../../support/nightly.ts';
import { search } from '../search.ts';

function watched({ core, sites }: LoadedCore, scenario: Scenario, procs: number, executions: number) {
  return search({
    core,
    scenario,
    setting: settingOf(scenario, { procs }),
    seed: 20140901,
    executions,
    makeOracle: () => ({ forget() {}, check: () => ({ problems: [] }) }),
    monitors: ({ names }) => [makeRaceDetector(core, sites, names)],
  });
}

describe('the source', () => {
  it.each(SCENARIOS)('has no race in $name', async (scenario) => {
    const [first, ...others] = scenario.knobs.find(({ name }) => name === 'procs')!.values;
    expect(watched(await loadCore(true), scenario, first, seeds(3, 12)).failure).toBeUndefined();
    for (const procs of others) expect(watched(await loadCore(true), scenario, procs, seeds(1, 12)).failure).toBeUndefined();
  });
});

describe('a planted mistake', () => {
  const slips: readonly (Pick<Mutant, 'breaks' | 'file' | 'find' | 'replace'> & { scenario: Scenario; word: RegExp })[] = [
    {
      breaks: 'a span changes its list before the lock is taken',
      file: 'src/malloc/mcentral-free.ts',
      find: `lock(m, mp, c);
  if (wasEmpty) {
    spanListRemove(m, s);
    spanListInsert(m, c + NONEMPTY, s);
  }
  m[c + NFREE] += n;`,
      replace: `if (wasEmpty) {
    spanListRemove(m, s);
    spanListInsert(m, c + NONEMPTY, s);
  }
  m[c + NFREE] += n;
  lock(m, mp, c);`,
      scenario: sweepRefill,
      word: /^(mcentral\[\d+\]|span \d+)\S* ?\S+ is accessed/,
    },
    {
      breaks: 'a lock is released by a plain store',
      file: 'src/sync/lock.ts',
      find: 'if (Atomics.exchange(m, l, UNLOCKED) === SLEEPING) futexwakeup(m, l, 1);',
      replace: 'const key = Atomics.load(m, l); m[l] = UNLOCKED; if (key === SLEEPING) futexwakeup(m, l, 1);',
      scenario: sweepRefill,
      word: /^\S*lock\S* is accessed/,
    },
  ];
  it.each(slips)('is found as a race: $breaks', async ({ scenario, word, ...slip }) => {
    const { failure } = watched(await loadCore(true, { name: 'slip', history: 'constructed', ...slip }), scenario, 3, 200);
    expect(failure?.verdict).toBe('race');
    expect(failure!.facts[0]).toMatch(word);
    expect(explainFailure(failure!)[0]).toMatch(/^a data race, found as M\d continued:$/);
  });
});
