/** The prebuilt core, and a core that is rebuilt with a mutant. */
import { describe, expect, it } from 'vitest';
import { loadCore, type Core } from '../../src/explore/load.ts';
import { RandomWalk } from '../../src/explore/strategies/random-walk.ts';
import { Explorer } from '../../src/explore/scheduler.ts';
import { formatSite } from '../../src/rewrite/sites.ts';
import type { Coroutine } from '../../src/rewrite/generated.ts';

const KEY = 1000;
const RECORDS = [2000, 3000, 4000];

function* critical(core: Core, m: Int32Array, mp: number): Coroutine<void> {
  for (let i = 0; i < 3; i++) {
    yield* core.lock(m, mp, KEY);
    yield* core.unlock(m, mp, KEY);
  }
}

/** Returns how executions that use the runtime's own lock end. */
function verdicts(core: Core): Set<string> {
  const explorer = new Explorer({
    core,
    template: new Int32Array(8192),
    threads: RECORDS.map((mp) => (m) => critical(core, m, mp)),
    strategy: new RandomWalk(1),
    stepLimit: 20_000,
    monitors: core.$hooked ? [{ access() {} }] : undefined,
  });
  return new Set(Array.from({ length: 200 }, (_, seed) => explorer.run(seed).verdict));
}

describe('the core', () => {
  it('is prebuilt in both variants, with its sites', async () => {
    for (const hooked of [false, true]) {
      const { core, sites } = await loadCore(hooked);
      expect(core.$hooked).toBe(hooked);
      expect(verdicts(core)).toEqual(new Set(['ok']));
      expect(sites.map(formatSite)).toContainEqual(expect.stringMatching(/^src\/sync\/lock\.ts:\d+:\d+ unlock: m\[/));
    }
  });

  it('can be rebuilt with a mutant', async () => {
    const { core } = await loadCore(false, {
      name: 'unlock-forgets-to-wake',
      history: 'constructed',
      breaks: 'sleepers of a lock sleep on',
      file: 'src/sync/lock.ts',
      find: 'if (Atomics.exchange(m, l, UNLOCKED) === SLEEPING) futexwakeup(m, l, 1);',
      replace: 'Atomics.exchange(m, l, UNLOCKED);',
    });
    expect(verdicts(core)).toContain('deadlock');
  });
});
