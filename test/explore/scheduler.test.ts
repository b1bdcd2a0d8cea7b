/** Waiting, waking, time and verdicts of an execution. */
import { beforeAll, describe, expect, it } from 'vitest';
import { runAlone } from '../../src/explore/alone.ts';
import { RandomWalk } from '../../src/explore/strategies/random-walk.ts';
import { Replay } from '../../src/explore/strategies/replay.ts';
import type { ExploreOptions } from '../../src/explore/explore-options.ts';
import { explore, Explorer } from '../../src/explore/scheduler.ts';
import { ACCESS } from '../../src/rewrite/sites.ts';
import type { Scene, Strategy } from '../../src/explore/strategy.ts';
import { loadText, type TextCore } from '../rewrite/compile.ts';

const TEXT = `
import { nanotime, unixtime } from '../src/base/clock.ts';
import { osyield, procyield, usleep } from '../src/sync/os.ts';
import { fatal } from '../src/base/fatal.ts';
export function sleepOn(m: Int32Array, word: number, value: number, ms?: number): string {
  return Atomics.wait(m, word, value, ms);
}
export function sleepers(m: Int32Array, word: number, order: number, name: number): void {
  Atomics.wait(m, word, 0);
  m[order + Atomics.add(m, order, 1) + 1] = name;
}
export function wakeAll(m: Int32Array, word: number, waiting: number): number {
  let woken = 0;
  while (woken < waiting) { woken += Atomics.notify(m, word, 1); osyield(m); }
  return woken;
}
export function wakeOnce(m: Int32Array, word: number, n?: number): number {
  return Atomics.notify(m, word, n);
}
export function wakeThenCount(m: Int32Array, word: number, n: number): void {
  Atomics.notify(m, word, 1);
  for (let i = 0; i < n; i++) m[9]++;
}
export function moves(m: Int32Array): void { m.fill(7, 10, 13); m.copyWithin(20, 10, 12); }
export function clocks(m: Int32Array): number[] {
  const start = nanotime();
  m[0] = 1;
  m[0] = 2;
  const worked = nanotime();
  usleep(m, 100);
  return [worked - start, nanotime() - worked, unixtime()];
}
export function spinUntil(m: Int32Array, word: number): number {
  let spins = 0;
  while (Atomics.load(m, word) === 0) { procyield(m, 10); spins++; }
  return spins;
}
export function spinCounting(m: Int32Array, word: number, counter: number): void {
  while (Atomics.load(m, word) === 0) { m[counter]++; procyield(m, 10); }
}
export function tryLock(m: Int32Array, word: number): void {
  while (Atomics.compareExchange(m, word, 0, 1) !== 0) procyield(m, 10);
}
export function holdForLong(m: Int32Array, word: number): void {
  tryLock(m, word);
  for (let i = 0; i < 300; i++) usleep(m, 100);
  Atomics.store(m, word, 0);
}
export function late(m: Int32Array, word: number): void {
  for (let i = 0; i < 300; i++) usleep(m, 100);
  Atomics.store(m, word, 1);
}
export function waitsForTime(m: Int32Array, ns: number): void {
  for (const end = nanotime() + ns; nanotime() < end; ) usleep(m, 20 + m[0]);
}
export function countThenSet(m: Int32Array, word: number, n: number, flag: number): void {
  count(m, word, n);
  set(m, flag);
}
export function handOver(m: Int32Array, flag: number, lock: number): void {
  Atomics.store(m, lock, 1);
  Atomics.store(m, flag, 1);
  Atomics.store(m, lock, 2);
  Atomics.store(m, lock, 0);
}
export function waitThenLock(m: Int32Array, flag: number, lock: number): void {
  spinUntil(m, flag);
  while (Atomics.compareExchange(m, lock, 0, 1) !== 0) if (Atomics.load(m, lock) !== 0) procyield(m, 10);
}
export function yieldUntil(m: Int32Array, word: number): void {
  while (Atomics.load(m, word) === 0) osyield(m);
}
export function set(m: Int32Array, word: number): void { Atomics.store(m, word, 1); }
export function forever(m: Int32Array): void { for (;;) m[0]++; }
export function breaks(m: Int32Array): void { m[1] = 1; fatal('BROKEN', { at: m[1] }); }
export function throws(m: Int32Array): void { m[1] = 1; (null as any).field; }
export function wild(m: Int32Array, index: number): void { Atomics.load(m, index); }
export function count(m: Int32Array, word: number, n: number): void { for (let i = 0; i < n; i++) m[word]++; }
`;

let core: TextCore;
let hooked: TextCore;
beforeAll(async () => {
  core = await loadText(TEXT);
  hooked = await loadText(TEXT, true);
});

/** Enough for the word that os.ts sleeps on. */
const WORDS = 128;

type Call = readonly [name: string, ...args: (number | undefined)[]];

function scenario(calls: readonly Call[], more: Partial<ExploreOptions> = {}): ExploreOptions {
  const of = (more.core ?? core) as TextCore;
  return {
    core: of,
    template: new Int32Array(WORDS),
    threads: calls.map(([name, ...args]) => (m) => of[name](m, ...(args as never[]))),
    strategy: new RandomWalk(1),
    stepLimit: 10_000,
    ...more,
  };
}

function run(calls: readonly Call[], seed = 1, more?: Partial<ExploreOptions>) {
  return explore({ ...scenario(calls, more), seed });
}

/** Runs the first thread that can run for as long as it can. */
const stubborn: Strategy = {
  name: 'stubborn',
  asksOnWake: false,
  budget: 1_000_000,
  begin() {},
  next: (scene) => (scene.runnableCount > 0 ? scene.runnable[0] : scene.sleeping[0]),
};

describe('waiting', () => {
  it('does not sleep when the word has another value', () => {
    expect(run([['sleepOn', 3, 7]]).results).toEqual(['not-equal']);
  });

  it('is over when somebody notifies', () => {
    expect(run([['sleepOn', 3, 0], ['wakeAll', 3, 1]]).results).toEqual(['ok', 1]);
  });

  it('times out when nobody does', () => {
    const { verdict, results, time } = run([['sleepOn', 3, 0, 5]]);
    expect([verdict, results]).toEqual(['ok', ['timed-out']]);
    expect(time).toBeGreaterThanOrEqual(5e6);
  });

  it('ends by notification or by timeout, whichever the strategy lets come first', () => {
    const ends = new Set<unknown>();
    for (let seed = 0; seed < 100; seed++) ends.add(run([['sleepOn', 3, 0, 1], ['wakeOnce', 3]], seed).results.join());
    expect([...ends].sort()).toEqual(['ok,1', 'timed-out,0']);
  });

  it('is first come, first woken', () => {
    for (let seed = 0; seed < 50; seed++) {
      const arrivals: number[] = [];
      const explorer = new Explorer(
        scenario([['sleepers', 3, 10, 0], ['sleepers', 3, 10, 1], ['sleepers', 3, 10, 2], ['wakeAll', 3, 3]], {
          core: hooked,
          monitors: [{ access: (thread, _site, kind) => void (kind === ACCESS.wait && thread < 3 && arrivals.push(thread)), woken: (thread) => woken.push(thread) }],
        }),
      );
      const woken: number[] = [];
      expect(explorer.run(seed).verdict).toBe('ok');
      expect(woken).toEqual(arrivals);
    }
  });

  it('wakes as many as asked for', () => {
    expect(run([['sleepOn', 3, 0], ['sleepOn', 3, 0], ['wakeAll', 3, 2]]).verdict).toBe('ok');
    const starved = new Set<string>();
    for (let seed = 0; seed < 50; seed++) starved.add(run([['sleepOn', 3, 0], ['sleepOn', 3, 0], ['wakeOnce', 3, 1]], seed).verdict);
    expect(starved).toEqual(new Set(['deadlock']));
    const all = new Set<string>();
    for (let seed = 0; seed < 50; seed++) all.add(run([['sleepOn', 3, 0], ['sleepOn', 3, 0], ['wakeOnce', 3]], seed).verdict);
    expect(all).toEqual(new Set(['ok', 'deadlock']));
  });
});

describe('time', () => {
  it('counts accesses and sleep, and no real time', () => {
    const { results } = run([['clocks']], 1, { accessNs: 10 });
    const [worked, slept, unix] = results[0] as number[];
    expect(worked).toBe(20);
    expect(slept).toBeGreaterThanOrEqual(100_000);
    expect(slept).toBeLessThan(100_100);
    expect(unix).toBe(0);
  });

  it('wakes a sleeper when enough accesses have passed', () => {
    const patient: Strategy = { ...stubborn, budget: 1 };
    const { schedule, time, steps } = run([['sleepOn', 3, 0, 0.001], ['count', 9, 100]], 1, { strategy: patient, accessNs: 50, record: true });
    // 1 µs is 20 accesses of the counter's 200: it is the counter that finishes last.
    expect(schedule.at(-2)).toBe(1);
    expect(time).toBe(steps * 50);
  });

  it('lets others run while a thread spins or yields', () => {
    for (const spinner of ['spinUntil', 'yieldUntil']) {
      for (let seed = 0; seed < 20; seed++) {
        expect(run([[spinner, 3], ['count', 9, 20], ['set', 3]], seed, { strategy: stubborn }).verdict).toBe('ok');
      }
    }
  });
});

describe('a thread that only looks', () => {
  it('is asleep until one of its words changes, and then goes on', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const execution = run([['spinUntil', 4], ['countThenSet', 9, 4000, 4]], seed, { strategy: new RandomWalk(3) });
      expect(execution.verdict).toBe('ok');
      // Not after each fifty nanoseconds, which is as long as an access of the other takes.
      expect(execution.results[0] as number).toBeLessThan(600);
    }
  });
});

describe('verdicts', () => {
  it('deadlock: all that are left wait for good', () => {
    const execution = run([['sleepOn', 3, 0], ['count', 9, 5]]);
    expect(execution.verdict).toBe('deadlock');
    expect(execution.blocked).toMatchObject([{ thread: 0, words: [3], loops: false }]);
  });

  it('step-limit: exactly there', () => {
    expect(run([['forever']], 1, { stepLimit: 77 })).toMatchObject({ verdict: 'step-limit', steps: 77 });
    expect(run([['forever'], ['spinUntil', 5]], 1, { stepLimit: 500, strategy: new RandomWalk(100) })).toMatchObject({ verdict: 'step-limit', steps: 500 });
  });

  it('livelock: all that are left look at words that nobody will change', () => {
    expect(run([['yieldUntil', 3], ['spinUntil', 4]]).verdict).toBe('livelock');
    expect(run([['count', 9, 5], ['spinCounting', 4, 5]]).verdict).toBe('livelock');
    expect(run([['sleepOn', 3, 0], ['spinUntil', 4]]).verdict).toBe('livelock');
    expect(run([['tryLock', 4], ['tryLock', 4]]).verdict).toBe('livelock');
  });

  it('no livelock: a word changes late, or what is waited for is the time', () => {
    expect(run([['spinUntil', 4], ['yieldUntil', 4], ['late', 4]]).verdict).toBe('ok');
    expect(run([['waitsForTime', 5e6]]).verdict).toBe('ok');
    // A lock that is taken for long, by one who gives it back.
    for (let seed = 1; seed <= 10; seed++) expect(run([['holdForLong', 4], ['holdForLong', 4]], seed).verdict).toBe('ok');
  });

  it('no livelock: who has looked in vain for long has seen a word change at last, and now waits for another', () => {
    const [FLAG, LOCK] = [4, 5];
    let looks = 0;
    let tries = 0;
    // The looker is awake, and about to look, when the flag changes; then the lock changes between two looks at it.
    function next({ sleepingCount, runnableCount, sleeping, runnable, pendingIndex }: Scene): number {
      const { m } = explorer;
      if (m[FLAG] === 0 && sleepingCount > 0) looks++;
      if (m[FLAG] === 0) return looks < 100 || sleepingCount > 0 || pendingIndex[0] !== FLAG ? 0 : 1;
      if (m[LOCK] === 1) return pendingIndex[0] === LOCK && ++tries > 1 ? 1 : 0;
      if (m[LOCK] === 2) return sleepingCount > 0 ? 1 : 0;
      return runnableCount > 0 ? runnable[0] : sleeping[0];
    }
    const explorer: Explorer = new Explorer(scenario([['waitThenLock', FLAG, LOCK], ['handOver', FLAG, LOCK]], { strategy: { ...stubborn, budget: 1, next } }));
    expect(explorer.run(1).verdict).toBe('ok');
    expect([looks, tries]).toEqual([100, 2]);
  });

  it('fatal: the core objects', () => {
    const execution = run([['count', 9, 1], ['breaks']]);
    expect(execution).toMatchObject({ verdict: 'invariant', thread: 1, detail: 'BROKEN at=1', error: { code: 'BROKEN' } });
  });

  it('exception: anything else that is thrown, wild atomics among it', () => {
    expect(run([['throws']])).toMatchObject({ verdict: 'exception', thread: 0, error: { name: 'TypeError' } });
    for (const index of [-1, WORDS, 1.5]) expect(run([['wild', index]])).toMatchObject({ verdict: 'exception', error: { name: 'RangeError' } });
  });

  it('check: the end state is wrong', () => {
    const check = (m: Int32Array) => (m[9] === 3 ? '' : `count is ${m[9]}`);
    expect(run([['count', 9, 3]], 1, { check }).verdict).toBe('ok');
    expect(run([['count', 9, 4]], 1, { check })).toMatchObject({ verdict: 'invariant', detail: 'count is 4' });
  });

  it('a mistake in the strategy is not the scenario’s', () => {
    const strategy = { name: 'broken', asksOnWake: false, budget: 1, begin() {}, next: (): number => { throw new Error('strategy'); } };
    expect(() => run([['count', 9, 3]], 1, { strategy })).toThrow('strategy');
  });
});

describe('an execution is a function of its seed', () => {
  const calls: readonly Call[] = [['count', 9, 20], ['count', 9, 20], ['sleepOn', 3, 0, 1], ['wakeOnce', 3]];

  for (const distance of [1, 10]) {
    it(`same seed, same trace; another seed, another trace (distance ${distance})`, () => {
      const explorer = new Explorer(scenario(calls, { strategy: new RandomWalk(distance) }));
      const traces = new Set<number>();
      for (let seed = 0; seed < 200; seed++) {
        const first = explorer.run(seed);
        const memory = explorer.m.slice();
        explorer.run(seed + 1000);
        expect(explorer.run(seed)).toEqual(first);
        expect(explorer.m).toEqual(memory);
        traces.add(first.traceHash);
      }
      expect(traces.size).toBeGreaterThan(distance === 1 ? 198 : 150);
    });
  }

  it('the hooked variant goes the same way', () => {
    for (let seed = 0; seed < 20; seed++) {
      const plain = run(calls, seed);
      let accesses = 0;
      const watched = run(calls, seed, { core: hooked, monitors: [{ access: () => void accesses++ }] });
      expect(watched).toEqual(plain);
      expect(accesses).toBe(plain.steps);
    }
  });

  it('a recorded schedule replays to the same trace', () => {
    for (let seed = 0; seed < 50; seed++) {
      const recorded = run(calls, seed, { record: true, strategy: new RandomWalk(3) });
      const replayed = run(calls, 0, { record: true, strategy: new Replay(recorded.schedule) });
      expect({ ...replayed, seed }).toEqual(recorded);
    }
  });

  it('a thread that wakes can interrupt, if the strategy asks for it', () => {
    const seen: string[] = [];
    const strategy = {
      name: 'highest',
      asksOnWake: true,
      budget: 1_000_000,
      begin() {},
      next(scene: Scene) {
        seen.push(`${scene.runnable.subarray(0, scene.runnableCount).join()}`);
        return scene.runnable[scene.runnableCount - 1];
      },
    };
    // Thread 2 runs first and sleeps; thread 1 wakes it and is interrupted.
    const wakers = scenario([['count', 9, 1], ['wakeThenCount', 3, 50], ['sleepOn', 3, 0]], { strategy });
    expect(explore({ ...wakers, seed: 0 }).verdict).toBe('ok');
    expect(seen).toEqual(['0,1,2', '0,1', '0,1,2', '0,1', '0']);
  });
});

describe('hook', () => {
  it('sees what each access read and wrote', () => {
    const seen: number[][] = [];
    run([['count', 9, 1], ['set', 5]], 1, {
      core: hooked,
      strategy: new RandomWalk(100),
      monitors: [{ access: (thread, _site, kind, index, value, old) => void seen.push([thread, kind, index, value, old]) }],
    });
    expect(seen.sort((a, b) => a[0] - b[0])).toEqual([
      [0, ACCESS.load, 9, 0, 0],
      [0, ACCESS.store, 9, 1, 0],
      [1, ACCESS.atomicStore, 5, 1, 0],
    ]);
  });

  it('sees ranges: where, how long, what or from where', () => {
    const seen: number[][] = [];
    run([['moves']], 1, { core: hooked, monitors: [{ access: (_thread, _site, kind, ...what) => void seen.push([kind, ...what]) }] });
    expect(seen).toEqual([
      [ACCESS.fill, 10, 3, 7],
      [ACCESS.copy, 20, 2, 10],
    ]);
  });

  it('needs the hooked variant', () => {
    expect(() => run([['set', 3]], 1, { monitors: [{ access() {} }] })).toThrow('hooked variant');
  });
});

describe('running alone', () => {
  it('prepares memory for a scenario', () => {
    const m = new Int32Array(WORDS);
    runAlone(core, core.count(m, 9 as never, 5 as never));
    expect(m[9]).toBe(5);
    expect(runAlone(hooked, hooked.sleepOn(m, 9 as never, 0 as never))).toBe('not-equal');
  });

  it('must end', () => {
    expect(() => runAlone(core, core.count(new Int32Array(WORDS), 9 as never, 500 as never), 100)).toThrow('a coroutine that runs alone does not end within 100 accesses');
  });

  it('may not sleep', () => {
    expect(() => runAlone(core, core.sleepOn(new Int32Array(WORDS), 3 as never, 0 as never))).toThrow('sleeps on m[3]');
  });
});
