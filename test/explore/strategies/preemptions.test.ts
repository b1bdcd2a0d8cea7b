/** An execution written down as preemptions, and repeated from them. */
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCore } from '../../../src/explore/load.ts';
import type { ExploreOptions } from '../../../src/explore/explore-options.ts';
import { explore } from '../../../src/explore/scheduler.ts';
import { markBitsGo } from '../../../src/explore/scenarios/mark-bits.ts';
import { settingOf, type MakeOracle } from '../../../src/explore/scenarios/scenario.ts';
import { wholeCycleGo } from '../../../src/explore/scenarios/whole-cycle.ts';
import { formatDepartures, parseDepartures, RecordPreemptions, ReplayPreemptions, type Departure } from '../../../src/explore/strategies/preemptions.ts';
import { RandomWalk } from '../../../src/explore/strategies/random-walk.ts';
import type { Scene, Strategy } from '../../../src/explore/strategy.ts';
import { loadText, type TextCore } from '../../rewrite/compile.ts';

const TEXT = `
import { osyield, usleep } from '../src/sync/os.ts';
export function count(m: Int32Array, word: number, n: number): void { for (let i = 0; i < n; i++) m[word] = m[word] + 1; }
export function naps(m: Int32Array, us: number, n: number): void {
  for (let i = 0; i < n; i++) { usleep(m, us); Atomics.add(m, 5, 1); }
}
export function waitFor(m: Int32Array, word: number, ms: number, n: number): string {
  let ends = '';
  for (let i = 0; i < n; i++) ends += Atomics.wait(m, word, 0, ms) + ' ';
  return ends;
}
export function wakeAlways(m: Int32Array, word: number, n: number): number {
  let woken = 0;
  for (let i = 0; i < n; i++) woken += Atomics.notify(m, word, 1);
  return woken;
}
export function wakeLate(m: Int32Array, word: number, rounds: number): number {
  let woken = 0;
  for (let i = 0; i < rounds; i++) {
    for (let j = 0; j < 12; j++) m[20]++;
    woken += Atomics.notify(m, word, 1);
  }
  return woken;
}
export function spinUntil(m: Int32Array, word: number): void { while (Atomics.load(m, word) === 0) osyield(m); }
export function setAfter(m: Int32Array, word: number, n: number): void {
  for (let i = 0; i < n; i++) m[21]++;
  Atomics.store(m, word, 1);
}
export function set(m: Int32Array, word: number): void { Atomics.store(m, word, 1); }
export function endsAsleep(m: Int32Array, word: number): string { return Atomics.wait(m, word, 0, 0.002); }
`;

let core: TextCore;
beforeAll(async () => {
  core = await loadText(TEXT, true);
});

type Call = readonly [name: string, ...args: number[]];

/** Runs, and notes every access. */
function trace(strategy: Strategy, seed: number, options: Omit<ExploreOptions, 'strategy'>) {
  const accesses: number[][] = [];
  const monitors = [{ access: (...access: number[]) => void accesses.push(access) }];
  const { verdict, detail, steps, time, results, blocked } = explore({ ...options, strategy, seed, monitors });
  return { verdict, detail, steps, time, results, blocked, accesses };
}

function calls(list: readonly Call[]): Omit<ExploreOptions, 'strategy'> {
  return { core, template: new Int32Array(128), threads: list.map(([name, ...args]) => (m) => core[name](m, ...(args as never[]))), stepLimit: 5000 };
}

/** Repeats what `strategy` does with `seed` from its preemptions. */
function repeats(strategy: Strategy, seed: number, options: Omit<ExploreOptions, 'strategy'>): Departure[] {
  const recorder = new RecordPreemptions(strategy);
  const recorded = trace(recorder, seed, options);
  expect(trace(strategy, seed, options)).toEqual(recorded);
  const replay = new ReplayPreemptions(parseDepartures(formatDepartures(recorder.departures)));
  expect(trace(replay, 0, options)).toEqual(recorded);
  return recorder.departures;
}

const oftenAsked: Strategy = {
  name: 'often asked',
  asksOnWake: true,
  budget: 7,
  begin() {},
  next: (scene: Scene) => (scene.runnableCount > 0 ? scene.runnable[scene.runnableCount - 1] : scene.sleeping[scene.sleepingCount - 1]),
};

describe('preemptions', () => {
  it.each<[string, readonly Call[]]>([
    ['threads that never wait', [['count', 9, 10], ['count', 9, 10], ['count', 10, 5]]],
    ['sleepers whose time comes while others run', [['naps', 1, 4], ['naps', 2, 3], ['count', 9, 60]]],
    ['waits that end by time or by a wake-up', [['waitFor', 3, 0.001, 3], ['waitFor', 3, 0.0015, 3], ['wakeAlways', 3, 40]]],
    ['waits that were over when the wake-up came', [['waitFor', 3, 0.001, 3], ['wakeLate', 3, 4]]],
    ['the same next to a thread that spins', [['spinUntil', 4], ['waitFor', 3, 0.001, 3], ['wakeLate', 3, 8], ['setAfter', 4, 100]]],
    ['sleeps that take no time', [['naps', 0, 5], ['naps', 0, 5], ['waitFor', 3, 0, 4], ['count', 9, 10]]],
    ['spinning', [['spinUntil', 3], ['spinUntil', 4], ['count', 9, 20], ['set', 3], ['set', 4]]],
    ['a thread that ends where it slept', [['endsAsleep', 3], ['endsAsleep', 3], ['count', 9, 60], ['wakeAlways', 3, 20]]],
    ['a deadlock', [['waitFor', 3, Infinity, 2], ['wakeAlways', 3, 2], ['count', 9, 5]]],
    ['one that does nothing', [['count', 9, 0], ['count', 9, 3], ['naps', 1, 0], ['waitFor', 3, 0.001, 2]]],
  ])('repeat %s', (_, list) => {
    for (let seed = 0; seed < 60; seed++) {
      for (const distance of [1, 3, 10]) repeats(new RandomWalk(distance), seed, calls(list));
    }
    repeats(oftenAsked, 0, calls(list));
  });

  it('repeat whole collections', async () => {
    const { core: hooked } = await loadCore(true);
    const oracle: MakeOracle = () => ({ forget() {}, check: () => ({ problems: [] }) });
    for (const scenario of [wholeCycleGo, markBitsGo]) {
      for (const distance of [1, 10, 100]) repeats(new RandomWalk(distance), distance, { core: hooked, ...scenario.prepare(hooked, settingOf(scenario), oracle) });
    }
  });

  it('are none if every thread runs until it ends or sleeps, in order', () => {
    expect(repeats(new ReplayPreemptions([]), 0, calls([['count', 9, 5], ['naps', 1, 2], ['count', 9, 50]]))).toEqual([]);
  });

  it('leave the order of wake-ups to the clock', () => {
    const { accesses } = trace(new ReplayPreemptions([]), 0, calls([['naps', 30, 1], ['naps', 10, 1], ['naps', 20, 1]]));
    expect(accesses.map(([thread]) => thread)).toEqual([0, 1, 2, 1, 2, 0]);
  });

  it('are numbered by the pending access', () => {
    const { accesses } = trace(new ReplayPreemptions([{ thread: 0, at: 3, to: 2 }, { thread: 2, at: 2, to: 0 }]), 0, calls([['count', 9, 2], ['count', 10, 1], ['count', 11, 1]]));
    expect(accesses.map(([thread, , , index]) => `${thread}:${index}`)).toEqual(['0:9', '0:9', '2:11', '0:9', '0:9', '1:10', '1:10', '2:11']);
  });

  it('choose the first thread', () => {
    const list = calls([['count', 9, 1], ['count', 9, 1], ['count', 9, 1]]);
    expect(trace(new ReplayPreemptions([{ thread: -1, at: 0, to: 1 }]), 0, list).accesses.map(([thread]) => thread)).toEqual([1, 1, 2, 2, 0, 0]);
  });

  it('are skipped if the thread has ended, or the step has passed', () => {
    const list = calls([['count', 9, 2], ['count', 10, 1]]);
    const plain = trace(new ReplayPreemptions([]), 0, list);
    const none = [{ thread: 0, at: 2, to: 7 }, { thread: 0, at: 0, to: 1 }, { thread: 5, at: 1, to: 0 }, { thread: 1, at: 2, to: 0 }];
    expect(trace(new ReplayPreemptions(none), 0, list)).toEqual(plain);
  });

  it('are refused in a wrong format', () => {
    expect(parseDepartures('-1.0.2,0.57.1')).toEqual([{ thread: -1, at: 0, to: 2 }, { thread: 0, at: 57, to: 1 }]);
    for (const text of ['1.2', '-2.1.1', '1.2.3,', 'x']) expect(() => parseDepartures(text)).toThrow('thread.step.thread');
  });
});
