/** Exploration finds the classic races, and finds nothing where there is nothing. */
import { describe, expect, it } from 'vitest';
import type { Coroutine } from '../../src/rewrite/generated.ts';
import type { Execution, Verdict } from '../../src/explore/execution.ts';
import { RandomWalk } from '../../src/explore/strategies/random-walk.ts';
import { Explorer } from '../../src/explore/scheduler.ts';
import { loadFixtures, type FixtureCore } from '../rewrite/compile.ts';
import { WORKBUF_WORDS } from './fixtures/workbuf.ts';

const HEAD = 16;
const NODES = [32, 48, 64];
const KEY = 1;
const WORD = 2;
const WORK = { full: 16, empty: 17, sum: 18 };

interface Scenario {
  readonly template: Int32Array;
  readonly threads: readonly ((m: Int32Array) => Coroutine)[];
  readonly check: (m: Int32Array) => string;
}

/** Executions until the first with another verdict than ok; null if `runs` are all ok. */
function find(core: FixtureCore, scenario: Scenario, distance: number, runs: number): (Execution & { runs: number }) | null {
  const explorer = new Explorer({ core, ...scenario, strategy: new RandomWalk(distance), stepLimit: 20_000 });
  for (let seed = 1; seed <= runs; seed++) {
    const execution = explorer.run(seed);
    if (execution.verdict !== 'ok') return { ...execution, runs: seed };
  }
  return null;
}

function stackScenario(core: FixtureCore, countMask: number): Scenario {
  const template = new Int32Array(128);
  for (const node of NODES) {
    template[node] = template[HEAD];
    template[HEAD] = node;
  }
  return {
    template,
    threads: [1, 2, 3].map(() => (m) => core.churn(m, HEAD, 4, countMask)),
    check(m) {
      const seen: number[] = [];
      for (let node = m[HEAD] & 0xffff; node !== 0 && seen.length <= NODES.length; node = m[node] & 0xffff) seen.push(node);
      return seen.sort((a, b) => a - b).join() === NODES.join() ? '' : `stack holds ${seen.join()}`;
    },
  };
}

function counterScenario(threads: Scenario['threads'], expected: number): Scenario {
  return { template: new Int32Array(128), threads, check: (m) => (m[WORD] === expected ? '' : `counted ${m[WORD]} of ${expected}`) };
}

function mutexScenario(core: FixtureCore): Scenario {
  return counterScenario([1, 2, 3].map(() => (m) => core.addLocked(m, KEY, WORD, 3)), 9);
}

describe('exploration', () => {
  it('finds the lost update of an unlocked increment', async () => {
    const core = await loadFixtures();
    for (const distance of [1, 10]) {
      const scenario = counterScenario([1, 2].map(() => (m) => core.addUnlocked(m, WORD, 5)), 10);
      expect(find(core, scenario, distance, 50)).toMatchObject({ verdict: 'invariant' });
    }
  });

  it('finds the ABA of a lock-free stack with too narrow a counter', async () => {
    const core = await loadFixtures();
    for (const mask of [0, 1]) expect(find(core, stackScenario(core, mask), 10, 20_000)).not.toBeNull();
  });

  const mutants: readonly { name: string; find: string; replace: string; verdict: Verdict; distance: number }[] = [
    {
      name: 'mutex-forgets-to-wake',
      find: 'if (Atomics.exchange(m, key, 0) === 2) futexwakeup(m, key, 1);',
      replace: 'Atomics.exchange(m, key, 0);',
      verdict: 'deadlock',
      distance: 1,
    },
    {
      name: 'mutex-sleeper-leaves-no-mark',
      find: 'while (Atomics.exchange(m, key, 2) !== 0) futexsleep(m, key, 2);',
      replace: 'while (Atomics.exchange(m, key, 1) !== 0) futexsleep(m, key, 1);',
      verdict: 'deadlock',
      distance: 1,
    },
    {
      name: 'mutex-takes-without-cas',
      find: 'Atomics.load(m, key) === 0 && Atomics.compareExchange(m, key, 0, 1) === 0',
      replace: 'Atomics.load(m, key) === 0 && Atomics.store(m, key, 1) === 1',
      verdict: 'invariant',
      distance: 1,
    },
  ];
  for (const { verdict, distance, ...patch } of mutants) {
    it(`finds ${patch.name}`, async () => {
      const core = await loadFixtures({ ...patch, history: 'constructed', breaks: 'the mutex', file: 'test/explore/fixtures/mutex.ts' });
      expect(find(core, mutexScenario(core), distance, 20_000)).toMatchObject({ verdict });
    });
  }

  it('finds a store in place of the CAS in pop', async () => {
    const core = await loadFixtures({
      name: 'pop-by-store',
      history: 'constructed',
      breaks: 'two threads pop the same node',
      file: 'test/explore/fixtures/lfstack.ts',
      find: 'Atomics.compareExchange(m, head, old, next) === old',
      replace: 'Atomics.store(m, head, next) === next',
    });
    expect(find(core, stackScenario(core, 0xff), 1, 200)).not.toBeNull();
  });
});

describe('exploration without a bug', () => {
  it('finds nothing in the lock-free stack with its counter', async () => {
    const core = await loadFixtures();
    for (const distance of [1, 10, 100]) expect(find(core, stackScenario(core, 0xff), distance, 3000)).toBeNull();
  });

  it('finds nothing in the mutex', async () => {
    const core = await loadFixtures();
    for (const distance of [1, 10, 100]) expect(find(core, mutexScenario(core), distance, 3000)).toBeNull();
  });

  it('finds nothing in work buffers passed between workers', async () => {
    const core = await loadFixtures();
    const template = new Int32Array(128);
    for (let i = 0; i < 4; i++) {
      const buf = 32 + i * WORKBUF_WORDS;
      template[buf] = template[WORK.empty];
      template[WORK.empty] = buf;
    }
    const scenario: Scenario = {
      template,
      threads: [100, 200].map((from) => (m) => core.worker(m, WORK, 2, from)),
      check: (m) => (m[WORK.sum] === 1045 + 2045 ? '' : `sum ${m[WORK.sum]}`),
    };
    for (const distance of [1, 10]) expect(find(core, scenario, distance, 2000)).toBeNull();
  });
});
