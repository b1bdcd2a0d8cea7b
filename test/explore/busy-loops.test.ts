/** A busy loop starves no other thread under any strategy, and a thread that works is never suspended. */
import { describe, expect, it } from 'vitest';
import { explore } from '../../src/explore/scheduler.ts';
import { RecordPreemptions, ReplayPreemptions } from '../../src/explore/strategies/preemptions.ts';
import { RandomWalk } from '../../src/explore/strategies/random-walk.ts';
import { Replay } from '../../src/explore/strategies/replay.ts';
import type { Scene, Strategy } from '../../src/explore/strategy.ts';
import { loadText } from '../rewrite/compile.ts';

const TEXT = `
import { osyield } from '../src/sync/os.ts';
export function spin(m: Int32Array, words: number): void {
  for (;;) {
    let sum = 0;
    for (let i = 0; i < words; i++) sum += Atomics.load(m, 100 + i);
    if (sum > 0) return;
  }
}
export function spinYielding(m: Int32Array, words: number): void {
  for (;;) {
    let sum = 0;
    for (let i = 0; i < words; i++) sum += m[100 + i];
    if (sum > 0) return;
    osyield(m);
  }
}
export function spinUnderLock(m: Int32Array): void {
  for (;;) {
    while (Atomics.exchange(m, 3, 1) !== 0);
    const isSet = m[100] !== 0;
    Atomics.store(m, 3, 0);
    if (isSet) return;
  }
}
export function takeTurn(m: Int32Array, me: number, others: number): void {
  while (Atomics.load(m, 4) !== me) if (Atomics.load(m, 5) === 1) return;
  Atomics.store(m, 4, me + 1 === others ? 0 : me + 1);
}
export function spinCounting(m: Int32Array, n: number): number {
  let spins = 0;
  while (Atomics.load(m, 6) === 0 && spins < n) spins++;
  return spins;
}
export function add(m: Int32Array, word: number, n: number): void { for (let i = 0; i < n; i++) Atomics.add(m, word, 1); }
export function setAfter(m: Int32Array, word: number, n: number): void {
  for (let i = 0; i < n; i++) Atomics.add(m, 9, 1);
  Atomics.store(m, word, 1);
}
`;

const core = await loadText(TEXT, true);

type Call = readonly [name: string, ...args: number[]];

function run(calls: readonly Call[], strategy: Strategy, { seed = 1, stepLimit = 50_000 } = {}) {
  const accesses: number[][] = [];
  const execution = explore({
    core,
    template: new Int32Array(400),
    threads: calls.map(([name, ...args]) => (m) => core[name](m, ...(args as never[]))),
    strategy,
    seed,
    stepLimit,
    record: true,
    monitors: [{ access: (...access) => void accesses.push(access) }],
  });
  return { ...execution, accesses };
}

/** Prefers the first thread that can run, `budget` accesses at a time: it starves all others for as long as it can. */
function stubborn(budget: number): Strategy {
  return {
    name: 'stubborn',
    asksOnWake: false,
    budget,
    begin() {},
    next: ({ runnable, runnableCount, sleeping }: Scene) => (runnableCount > 0 ? runnable[0] : sleeping[0]),
  };
}

const SPINS: readonly (readonly [what: string, calls: readonly Call[]])[] = [
  ['over one word', [['spin', 1], ['setAfter', 100, 5]]],
  ['over two words', [['spin', 2], ['setAfter', 101, 700]]],
  ['over more words than are looked at in one probe', [['spin', 90], ['setAfter', 130, 20]]],
  ['over many words, with a pause', [['spinYielding', 60], ['setAfter', 130, 20]]],
  ['under a lock', [['spinUnderLock'], ['setAfter', 100, 5]]],
  ['two threads, for a third', [['spin', 3], ['spin', 2], ['setAfter', 100, 30]]],
  ['for its turn', [['takeTurn', 2, 3], ['takeTurn', 1, 3], ['takeTurn', 0, 3]]],
];

describe('a thread that spins without a pause', () => {
  it.each(SPINS)('lets the others end: %s', (_, calls) => {
    for (const budget of [1, 7, 1e9]) expect(run(calls, stubborn(budget)).verdict).toBe('ok');
  });

  it('continues as soon as a word of its loop changes', () => {
    const { verdict, accesses } = run([['spin', 2], ['setAfter', 100, 1], ['add', 9, 3000]], stubborn(1));
    expect(verdict).toBe('ok');
    const set = accesses.findIndex(([thread, , , index]) => thread === 1 && index === 100);
    expect(accesses.slice(set + 1).findIndex(([thread]) => thread === 0)).toBeLessThan(3);
  });

  it('comes to the end of a loop that counts, while no other thread runs', () => {
    expect(run([['spinCounting', 9000]], stubborn(1))).toMatchObject({ verdict: 'ok', results: [9000] });
    expect(run([['spinCounting', 3000], ['spin', 1], ['add', 100, 1]], stubborn(50))).toMatchObject({ verdict: 'ok' });
  });

  it('is in a livelock if no thread changes its words, which are reported', () => {
    const { verdict, blocked } = run([['spin', 2], ['add', 9, 5], ['takeTurn', 2, 3]], stubborn(1), { stepLimit: 20_000 });
    expect(verdict).toBe('livelock');
    expect(blocked).toMatchObject([{ thread: 0, loops: true, words: [100, 101] }, { thread: 2, loops: true, words: [4, 5] }]);
  });

  it('is in no livelock while another thread works without end', () => {
    expect(run([['spin', 2], ['add', 9, 1e9]], stubborn(1), { stepLimit: 20_000 }).verdict).toBe('step-limit');
  });
});

describe('an execution with busy loops', () => {
  it.each(SPINS)('repeats from its preemptions, and from its schedule: %s', (_, calls) => {
    for (const [distance, seed] of [[1, 1], [3, 2], [40, 3], [900, 4]]) {
      const recorder = new RecordPreemptions(new RandomWalk(distance));
      const recorded = run(calls, recorder, { seed });
      expect(run(calls, new ReplayPreemptions(recorder.departures)).accesses).toEqual(recorded.accesses);
      expect(run(calls, new Replay(recorded.schedule)).accesses).toEqual(recorded.accesses);
    }
  });
});

describe('a thread that works', () => {
  it('is not suspended, however often it does the same', () => {
    const { accesses } = run([['add', 9, 5000], ['add', 10, 5]], stubborn(1e9));
    expect(accesses.findIndex(([thread]) => thread === 1)).toBe(5000);
  });
});
