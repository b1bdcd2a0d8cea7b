/** Campaigns: the order of turns, the counts, the endings, and a worker's slices. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Distinct } from '../../src/explore/campaigns/distinct.ts';
import { fuzz, type FuzzOptions } from '../../src/explore/campaigns/fuzz.ts';
import { History } from '../../src/explore/campaigns/history.ts';
import { Plan, type PlanOptions, type Turn } from '../../src/explore/campaigns/plan.ts';
import { threadPool } from '../../src/explore/campaigns/pool.ts';
import { WorkerLost } from '../../src/explore/campaigns/worker-lost.ts';
import { makeRunSlice } from '../../src/explore/campaigns/run-slice.ts';
import { settingsOf } from '../../src/explore/campaigns/settings.ts';
import { failureKey, type Station } from '../../src/explore/campaigns/slice.ts';
import { Tally, passed } from '../../src/explore/campaigns/tally.ts';
import { EDGES } from '../../src/rewrite/edges/catalog.ts';
import { ROOT } from '../../src/base/root.ts';
import { markBitsGo } from '../../src/explore/scenarios/mark-bits.ts';
import { STATION, failureOf, poolOf, resultOf, sliceOf } from './slices.ts';

const now = () => performance.now();

describe('settings', () => {
  it('are all combinations of the knobs, the default first', () => {
    const scenario = { ...markBitsGo, knobs: [{ name: 'procs', summary: '', values: [3, 2] }, { name: 'bits', summary: '', values: [8, 0, 1] }] };
    expect(settingsOf(scenario, {})).toEqual([
      { procs: 3, bits: 8 }, { procs: 2, bits: 8 }, { procs: 3, bits: 0 }, { procs: 2, bits: 0 }, { procs: 3, bits: 1 }, { procs: 2, bits: 1 },
    ]);
    expect(settingsOf(scenario, { bits: 1, other: 4 })).toEqual([{ procs: 3, bits: 1 }, { procs: 2, bits: 1 }]);
  });
});

describe('a plan', () => {
  function planOf(changes: Partial<PlanOptions> = {}): Plan {
    const scenarios = [{ name: 'a', settings: [{ procs: 3 }, { procs: 2 }] }, { name: 'b', settings: [{ procs: 3 }] }];
    return new Plan({ scenarios, strategy: 'portfolio', mutant: null, monitors: [], always: false, seed: 100, ...changes });
  }
  /** So many turns, each of `executions`. */
  function turns(plan: Plan, count: number, executions = 10): Turn[] {
    return Array.from({ length: count }, () => {
      const turn = plan.next()!;
      plan.done(turn, executions, false);
      return turn;
    });
  }
  const where = ({ station, seed }: Turn) => `${station.scenario}${station.knobs.procs} ${seed}`;

  it('gives turns to scenarios and to their settings, and continues their seeds', () => {
    expect(turns(planOf(), 6).map(where)).toEqual(['a3 100', 'b3 100', 'a2 100', 'b3 110', 'a3 110', 'b3 120']);
  });

  it('keeps the seeds of two workers at one station apart', () => {
    const plan = planOf({ scenarios: [{ name: 'b', settings: [{ procs: 3 }] }] });
    const [first, second] = [plan.next()!, plan.next()!];
    expect([first.lane, first.seed, second.lane]).toEqual([0, 100, 1]);
    expect(second.seed).not.toBe(first.seed);
    plan.done(second, 5, false);
    expect(plan.next()).toMatchObject({ lane: 1, seed: second.seed + 5 });
  });

  it('has monitors watch one turn of four, and in time each setting', () => {
    const watched = turns(planOf({ monitors: ['races'] }), 64).filter(({ station }) => station.monitors.length > 0);
    expect(watched.length).toBe(16);
    expect(new Set(watched.map(({ station }) => `${station.scenario}${station.knobs.procs}`))).toEqual(new Set(['a3', 'a2', 'b3']));
    expect(turns(planOf({ monitors: ['races'], always: true }), 8).every(({ station }) => station.monitors[0] === 'races')).toBe(true);
  });

  it('has monitors watch ordinary code only if they watch every turn: its races may be intended', () => {
    const scenarios = [{ name: './own.mjs', settings: [{ procs: 2 }], isOrdinary: true }];
    expect(turns(planOf({ scenarios, monitors: ['races'] }), 16).every(({ station }) => station.monitors.length === 0)).toBe(true);
    expect(turns(planOf({ scenarios, monitors: ['races'], always: true }), 4).every(({ station }) => station.monitors[0] === 'races')).toBe(true);
  });

  it('gives each setting a turn under each memory model, watched ones too', () => {
    const named = (plan: Plan, count: number) => turns(plan, count).map(({ station }) => `${station.scenario}${station.knobs.procs} ${station.memory ?? 'sc'}${station.monitors.length > 0 ? ' watched' : ''}`);
    const memories = ['sc', 'js'] as const;
    expect(named(planOf({ memories }), 8)).toEqual(['a3 sc', 'b3 sc', 'a3 js', 'b3 js', 'a2 sc', 'b3 sc', 'a2 js', 'b3 js']);
    const watched = named(planOf({ memories, monitors: ['races'] }), 64).filter((name) => name.endsWith('watched'));
    expect(new Set(watched)).toEqual(new Set(['a3 sc', 'a3 js', 'a2 sc', 'a2 js', 'b3 sc', 'b3 js'].map((name) => `${name} watched`)));
  });

  it('counts the seeds of each memory model apart', () => {
    const plan = planOf({ scenarios: [{ name: 'b', settings: [{ procs: 3 }] }], memories: ['tso', 'js'] });
    expect(turns(plan, 4).map(({ station, seed }) => `${station.memory} ${seed}`)).toEqual(['tso 100', 'js 100', 'tso 110', 'js 110']);
  });

  it('ends the search of a setting under one memory model, not under the others', () => {
    const plan = planOf({ scenarios: [{ name: 'b', settings: [{ procs: 3 }] }], memories: ['sc', 'tso'] });
    plan.done(plan.next()!, 10, true);
    expect(turns(plan, 2).map(({ station }) => station.memory)).toEqual(['tso', 'tso']);
    expect(plan.isExhausted).toBe(false);
  });

  it('gives no more turns to a search that is over', () => {
    const plan = planOf();
    plan.done(plan.next()!, 10, true);
    expect(turns(plan, 4).map(({ station }) => `${station.scenario}${station.knobs.procs}`)).toEqual(['b3', 'a2', 'b3', 'a2']);
    for (let i = 0; i < 2; i++) plan.done(plan.next()!, 10, true);
    expect(plan.isExhausted).toBe(true);
    expect(plan.next()).toBeNull();
  });

  it('gives a scenario that still finds something new up to four turns for one of another', () => {
    const plan = planOf();
    plan.learn('a', 0);
    plan.learn('b', 1);
    const names = turns(plan, 50).map(({ station }) => station.scenario);
    expect(names.filter((name) => name === 'b').length).toBe(40);
    // Spread evenly: none waits for long.
    expect(names.join('')).not.toMatch(/b{6}|aa/);
    plan.learn('a', 0.5);
    plan.learn('b', 0.5);
    expect(turns(plan, 50).filter(({ station }) => station.scenario === 'b').length).toBe(25);
  });

  it('continues a former campaign', () => {
    const before = planOf();
    const resumed = planOf();
    for (const turn of turns(before, 5)) resumed.ranBefore(turn, 10, false);
    expect(turns(resumed, 6)).toEqual(turns(before, 6));
  });
});

describe('counting', () => {
  it('estimates few interleavings exactly, and many to half a percent', () => {
    const distinct = new Distinct();
    distinct.add(Uint32Array.of(5, 6, 5, 6, 7));
    expect(distinct.count).toBe(3);
    distinct.add(Uint32Array.from({ length: 3_000_000 }, (_, i) => i));
    expect(Math.abs(distinct.count / 3_000_000 - 1)).toBeLessThan(0.005);
  });

  it('treats failures with the same scenario, verdict and code as one', () => {
    expect(failureKey({ scenario: 'mark-bits' }, 'invariant', ['LOST_OBJECT: object 3'])).toBe('mark-bits invariant LOST_OBJECT');
    expect(failureKey({ scenario: 'mark-bits' }, 'invariant', ['LOST_OBJECT: object 4'])).toBe(failureKey({ scenario: 'mark-bits' }, 'invariant', ['LOST_OBJECT: object 3']));
    expect(failureKey({ scenario: 'mark-bits' }, 'deadlock', ['M0 sleeps on a lock'])).toBe('mark-bits deadlock');
  });

  it('treats failures under different memory models as different: one that is expected under js must not hide another', () => {
    expect(failureKey({ scenario: 'mark-bits', memory: 'sc' }, 'invariant', ['LOST_OBJECT: object 3'])).toBe('mark-bits invariant LOST_OBJECT');
    expect(failureKey({ scenario: 'mark-bits', memory: 'js' }, 'invariant', ['LOST_OBJECT: object 3'])).toBe('mark-bits invariant LOST_OBJECT under js');
  });

  it('adds slices up by scenario', () => {
    const tally = new Tally(['mark-bits', 'channels']);
    const edges = new Uint32Array(EDGES.length);
    edges[4] = 2;
    expect(tally.add(STATION, resultOf({ executions: 2, hashes: Uint32Array.of(1, 2), edges })).fresh).toEqual([EDGES[4].name]);
    edges[6] = 1;
    expect(tally.add(STATION, resultOf({ executions: 1, hashes: Uint32Array.of(2), edges, failures: [failureOf('k')], seen: { k: 3 } })).fresh).toEqual([EDGES[6].name]);
    expect(tally.scenarios[0]).toMatchObject({ executions: 3, steps: 200, distinct: 2 });
    expect(tally.scenarios[0].failures).toEqual(new Map([['k', 3]]));
    expect(tally.scenarios[1]).toMatchObject({ executions: 0 });
    expect(passed(tally.edges())).toBe(2);
  });
});

describe('a campaign', () => {
  async function run(changes: Partial<FuzzOptions> & Pick<FuzzOptions, 'pool'>) {
    const tally = new Tally(['mark-bits', 'channels']);
    const scenarios = [{ name: 'mark-bits', settings: [{ procs: 2 }] }, { name: 'channels', settings: [{ procs: 2 }] }];
    const plan = new Plan({ scenarios, strategy: 'portfolio', mutant: null, monitors: [], always: false, seed: 1 });
    const signal = new AbortController().signal;
    const result = await fuzz({ plan, tally, history: new History(), stations: 2, strategy: 'portfolio', keepGoing: false, shrink: false, now, signal, ...changes });
    return { result, tally };
  }

  it('runs exactly the given number of executions, on any number of workers', async () => {
    for (const jobs of [1, 3]) {
      const pool = poolOf(jobs, ({ executions }) => resultOf({ executions }));
      const { result, tally } = await run({ pool, executions: 101 });
      expect(result.ending).toBe('executions');
      expect(tally.sum('executions')).toBe(101);
      expect(tally.scenarios.every(({ executions }) => executions > 0)).toBe(true);
    }
  });

  it('ends when its time is up', async () => {
    let time = 0;
    const pool = poolOf(2, ({ seconds }) => {
      time += seconds * 1000;
      return resultOf({ executions: 3 });
    });
    const { result } = await run({ pool, seconds: 2, now: () => time });
    expect(result).toMatchObject({ ending: 'time' });
    expect(result.seconds).toBeCloseTo(2);
    expect(pool.slices.length).toBeGreaterThan(2);
  });

  it('stops at the first failure', async () => {
    const pool = poolOf(1, (_, number) => resultOf(number === 3 ? { failures: [failureOf('one')], seen: { one: 1 } } : {}));
    const { result, tally } = await run({ pool });
    expect(result.ending).toBe('failure');
    expect(pool.slices.length).toBe(3);
    expect(tally.failures.map(({ key }) => key)).toEqual(['one']);
  });

  it('continues after a failure if asked to, and reports each kind once', async () => {
    const told: string[] = [];
    const pool = poolOf(2, (slice, number) => {
      const key = number % 2 === 0 ? 'even' : 'odd';
      return resultOf({ executions: slice.executions, failures: slice.known.includes(key) ? [] : [failureOf(key)], seen: { [key]: 2 } });
    });
    const { result, tally } = await run({ pool, keepGoing: true, executions: 200, onFailure: ({ key }) => told.push(key) });
    expect(result.ending).toBe('executions');
    expect(told.toSorted()).toEqual(['even', 'odd']);
    expect(tally.failures.length).toBe(2);
    expect(pool.slices.at(-1)!.known.toSorted()).toEqual(['even', 'odd']);
    const seen = tally.scenarios.flatMap(({ failures }) => [...failures.values()]).reduce((a, b) => a + b);
    expect(seen).toBe(2 * pool.slices.length);
  });

  it('ends when a worker is lost, and keeps the results of the others', async () => {
    const pool = poolOf(2, (slice, number) => {
      if (number === 4) throw new WorkerLost('a worker died: oh');
      return resultOf({ executions: slice.executions });
    });
    const { result, tally } = await run({ pool, executions: 1000 });
    expect(result).toMatchObject({ ending: 'worker lost', lost: { error: { message: 'a worker died: oh', exitCode: 4 } } });
    expect(pool.slices.length).toBeLessThan(7);
    expect(tally.sum('executions')).toBe(pool.slices.filter((_, i) => i !== 3).reduce((sum, { executions }) => sum + executions, 0));
  });

  it('stops when it is interrupted', async () => {
    const stop = new AbortController();
    const pool = poolOf(2, (_, number) => {
      if (number === 5) stop.abort();
      return resultOf();
    });
    const { result } = await run({ pool, signal: stop.signal });
    expect(result.ending).toBe('interrupted');
    expect(pool.slices.length).toBeLessThan(8);
  });

  it('ends when there is nothing left to search', async () => {
    const pool = poolOf(1, () => resultOf({ exhausted: true, covered: 'all of it' }));
    const { result, tally } = await run({ pool });
    expect(result.ending).toBe('exhausted');
    expect(tally.scenarios.map(({ covered }) => covered)).toEqual(['all of it', 'all of it']);
  });
});

describe('a slice', () => {
  const runSlice = makeRunSlice(now);

  it('is the same executions each time, and counts their edges', async () => {
    const [one, other] = [await makeRunSlice(now)(sliceOf()), await makeRunSlice(now)(sliceOf())];
    expect(one.executions).toBe(10);
    expect(one.hashes).toEqual(other.hashes);
    expect(one.edges).toEqual(other.edges);
    expect(passed(Uint8Array.from(one.edges, (count) => Math.min(count, 1)))).toBeGreaterThan(3);
    const halves = [await makeRunSlice(now)(sliceOf({ executions: 5 })), await makeRunSlice(now)(sliceOf({ seed: 6, executions: 5 }))];
    expect(new Set(halves.flatMap(({ hashes }) => [...hashes]))).toHaveProperty('size', 10);
  });

  it('runs on the hooked variant if it has monitors', async () => {
    const { executions, failures } = await runSlice(sliceOf({ station: { ...STATION, monitors: ['races'] }, executions: 3 }));
    expect([executions, failures]).toEqual([3, []]);
  });

  const broken: Station = { ...STATION, knobs: { procs: 3 }, mutant: 'mark-load-or-store' };

  it('stops at a failure, which can be repeated, or continues and reports it once', async () => {
    const first = await runSlice(sliceOf({ station: broken, executions: 300 }));
    expect(first.executions).toBeLessThan(300);
    const [failure] = first.failures;
    expect(failure).toMatchObject({ key: 'mark-bits invariant LOST_OBJECT', verdict: 'invariant', shrunk: null });
    const again = await runSlice(sliceOf({ station: failure.station, seed: failure.seed, executions: 1 }));
    expect(again.failures[0]).toMatchObject({ key: failure.key, traceHash: failure.traceHash, facts: failure.facts });
    const on = await runSlice(sliceOf({ station: broken, executions: 60, keepGoing: true }));
    expect(on.executions).toBe(60);
    expect(on.failures.map(({ key }) => key)).toEqual(['mark-bits invariant LOST_OBJECT']);
    expect(on.seen['mark-bits invariant LOST_OBJECT']).toBeGreaterThan(1);
    expect((await runSlice(sliceOf({ station: broken, executions: 60, keepGoing: true, known: [failure.key] }))).failures).toEqual([]);
  });
});

describe('the pool of threads', () => {
  it('runs slices as this thread does', async () => {
    const pool = threadPool(1);
    try {
      const there = await pool.runSlice(sliceOf());
      expect(there.hashes).toEqual((await makeRunSlice(now)(sliceOf())).hashes);
    } finally {
      await pool.close();
    }
  });

  it('ends slices with their results so far when the user stops it', async () => {
    const controller = new AbortController();
    const pool = threadPool(1, { signal: controller.signal });
    try {
      // The worker has built its core, and is at work.
      await pool.runSlice(sliceOf());
      const slice = pool.runSlice(sliceOf({ executions: 1_000_000_000, seconds: 3600 }));
      controller.abort();
      expect((await slice).executions).toBeLessThan(1_000_000_000);
    } finally {
      await pool.close();
    }
  });

  it('reports which worker died, and what a slice threw', async () => {
    const dying = threadPool(1, { worker: join(ROOT, 'test/explore/fixtures/dying-worker.mjs') });
    await expect(dying.runSlice(sliceOf())).rejects.toThrow(WorkerLost);
    await dying.close();
    const pool = threadPool(1);
    const thrown = pool.runSlice(sliceOf({ station: { ...STATION, scenario: 'absent' } }));
    await expect(thrown).rejects.toThrow("there is no scenario 'absent'");
    await expect(thrown).rejects.not.toThrow(WorkerLost);
    await pool.close();
  });
});
