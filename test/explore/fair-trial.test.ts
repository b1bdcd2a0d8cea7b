/** An execution that reaches the limit is a livelock only if its threads keep each other in their loops. */
import { describe, expect, it } from 'vitest';
import { Explorer } from '../../src/explore/scheduler.ts';
import { outcomeOf } from '../../src/explore/failures/outcome.ts';
import type { Scene, Strategy } from '../../src/explore/strategy.ts';
import { loadText } from '../rewrite/compile.ts';

const TEXT = `
/** Withdraws if the other wants to enter, too. */
export function polite(m: Int32Array, me: number): void {
  for (;;) {
    Atomics.store(m, 10 + me, 1);
    if (Atomics.load(m, 11 - me) === 0) break;
    Atomics.store(m, 10 + me, 0);
  }
  m[12]++;
  Atomics.store(m, 10 + me, 0);
}
/** The same, and counts in the shared memory how often it has withdrawn. */
export function politeCounting(m: Int32Array, me: number): void {
  for (;;) {
    Atomics.store(m, 10 + me, 1);
    if (Atomics.load(m, 11 - me) === 0) break;
    Atomics.store(m, 10 + me, 0);
    m[14 + me]++;
  }
  Atomics.store(m, 10 + me, 0);
}
/** Waits for a flag that nobody sets, changes words meanwhile, and ends after so many laps, which it counts in the shared memory. */
export function patient(m: Int32Array, me: number, laps: number): void {
  while (Atomics.load(m, 5) === 0) {
    Atomics.store(m, 10 + me, 1);
    Atomics.store(m, 10 + me, 0);
    if (m[14 + me]++ === laps) break;
  }
}
/** As polite, twice. */
export function politeTwice(m: Int32Array, me: number): void {
  for (let i = 0; i < 2; i++) {
    for (;;) {
      Atomics.store(m, 10 + me, 1);
      if (Atomics.load(m, 11 - me) === 0) break;
      Atomics.store(m, 10 + me, 0);
    }
    Atomics.store(m, 10 + me, 0);
  }
}
export function toggle(m: Int32Array, me: number, times: number): void {
  for (let i = 0; i < times; i++) {
    Atomics.store(m, 10 + me, 1);
    Atomics.store(m, 10 + me, 0);
  }
}
/** A lock that spins, taken and released again and again. */
export function lockOften(m: Int32Array, times: number): void {
  for (let i = 0; i < times; i++) {
    while (Atomics.compareExchange(m, 3, 0, 1) !== 0);
    Atomics.store(m, 3, 0);
  }
}
/** Waits for a flag that nobody sets, and changes words meanwhile. */
export function restless(m: Int32Array, me: number): void {
  while (Atomics.load(m, 5) === 0) {
    Atomics.store(m, 10 + me, 1);
    Atomics.store(m, 10 + me, 0);
  }
}
export function sleeps(m: Int32Array): void { Atomics.wait(m, 6, 0); }
export function flag(m: Int32Array): void { Atomics.store(m, 5, 1); }
/** Each value is the square of a number. */
export function grows(m: Int32Array, times: number): void { for (let i = 0; i < times; i++) Atomics.store(m, 9, i * i); }
export function add(m: Int32Array, times: number): void { for (let i = 0; i < times; i++) Atomics.add(m, 9, 1); }
export function throws(m: Int32Array): void { for (let i = 0; i < 100; i++) m[9]++; throw new Error('late'); }
`;

const core = await loadText(TEXT);
const hooked = await loadText(TEXT, true);

type Call = readonly [name: string, ...args: number[]];
const LIMIT = 2_000;

/** Lets each thread make one access in turn. */
function inTurn(): Strategy {
  let turn = 0;
  return {
    name: 'in-turn',
    asksOnWake: false,
    budget: 1,
    begin: () => void (turn = 0),
    next: ({ runnable, runnableCount, sleeping }: Scene) => (runnableCount > 0 ? runnable[turn++ % runnableCount] : sleeping[0]),
  };
}

/** Runs the first thread as long as it can run. */
const stubborn: Strategy = { name: 'stubborn', asksOnWake: false, budget: 1, begin() {}, next: ({ runnable, runnableCount, sleeping }) => (runnableCount > 0 ? runnable[0] : sleeping[0]) };

function run(calls: readonly Call[], strategy = inTurn(), more: Partial<ConstructorParameters<typeof Explorer>[0]> = {}) {
  const explorer = new Explorer({
    core,
    template: new Int32Array(128),
    threads: calls.map(([name, ...args]) => (m) => core[name](m, ...(args as never[]))),
    strategy,
    stepLimit: LIMIT,
    ...more,
  });
  return { explorer, execution: explorer.run(1) };
}

describe('an execution that reaches the limit', () => {
  it('is a livelock if its threads keep each other in their loops, and it names the loops', () => {
    const { explorer, execution } = run([['polite', 0], ['polite', 1]]);
    expect(execution).toMatchObject({ verdict: 'livelock', steps: LIMIT, fair: { kind: 'livelock', lap: 6 } });
    expect(execution.blocked).toMatchObject([{ thread: 0, loops: true, words: [10, 11] }, { thread: 1, loops: true, words: [10, 11] }]);
    expect(execution.blocked.map(({ sites }) => sites!.length)).toEqual([3, 3]);
    const { facts } = outcomeOf(execution, { names: ['one', 'two'], nameOf: (_, at) => `w${at}`, placeOf: (site) => `site ${site}`, exploresModule: true }, explorer.m);
    expect(facts.slice(0, 3)).toEqual([
      'one loops over w10 and w11',
      'two loops over w10 and w11',
      'if every thread gets its turn they repeat the same 6 accesses exactly, lap after lap: and yet each would end if it made many accesses before the next thread makes one; the accesses are',
    ]);
    expect(facts.slice(3)).toHaveLength(6);
  });

  it('is a livelock with other threads that wait, too', () => {
    expect(run([['polite', 0], ['polite', 1], ['sleeps']]).execution).toMatchObject({ verdict: 'livelock', blocked: [{ thread: 0 }, { thread: 1 }, { thread: 2, loops: false, words: [6] }] });
  });

  it('is none if a loop counts its laps in a local variable', () => {
    expect(run([['toggle', 0, 1e6], ['toggle', 1, 1e6]]).execution).toMatchObject({ verdict: 'step-limit', fair: { kind: 'repeats', lap: 4 } });
    expect(run([['toggle', 0, 1e6]]).execution).toMatchObject({ verdict: 'step-limit', fair: { kind: 'repeats', lap: 2 } });
    expect(run([['lockOften', 1e6], ['lockOften', 1e6]]).execution).toMatchObject({ verdict: 'step-limit', fair: { kind: 'repeats' } });
    // A polite thread that a counting one keeps waiting.
    expect(run([['polite', 0], ['toggle', 1, 1e6]]).execution.verdict).toBe('step-limit');
  });

  it('is none if no schedule leads out, as far as is known', () => {
    expect(run([['restless', 0], ['restless', 1]]).execution).toMatchObject({ verdict: 'step-limit', fair: { kind: 'repeats', lap: 6 } });
  });

  it('is a livelock if words of theirs count meanwhile, and it names them', () => {
    const { explorer, execution } = run([['politeCounting', 0], ['politeCounting', 1]]);
    expect(execution).toMatchObject({ verdict: 'livelock', fair: { kind: 'livelock', lap: 10, counters: [14, 15] } });
    const { facts } = outcomeOf(execution, { names: ['one', 'two'], nameOf: (_, at) => `w${at}` }, explorer.m);
    expect(facts[2]).toMatch(/^if every thread gets its turn they repeat the same 10 accesses exactly, lap after lap, while w14 and w15 count: and yet each would end/);
  });

  it('is a livelock if the threads come to the same loop again', () => {
    expect(run([['politeTwice', 0], ['politeTwice', 1]]).execution.verdict).toBe('livelock');
  });

  it.each([
    ['in a local variable', 'toggle', 5_900, 7_500],
    ['in the shared memory', 'patient', 1_900, 3_900],
    ['in a local variable, with a lock', 'lockOften', 2_900, 6_900],
  ])('is none if the loops count their laps %s and end just after the laps were seen', (_, name, from, to) => {
    const ends = new Set<string>();
    for (let laps = from; laps < to; laps += 50) {
      const calls: readonly Call[] = name === 'lockOften' ? [[name, laps], [name, laps]] : [[name, 0, laps], [name, 1, laps]];
      const { verdict, fair } = run(calls).execution;
      expect([laps, verdict]).toEqual([laps, 'step-limit']);
      ends.add(fair?.kind ?? '');
    }
    // Some end before the laps are judged, and some only after.
    expect([...ends].sort()).toEqual(['ends', 'repeats']);
  });

  it('is none if the laps differ in another way', () => {
    expect(run([['add', 1e6]]).execution).toMatchObject({ verdict: 'step-limit', fair: { kind: 'repeats', lap: 1, counters: [9] } });
    expect(run([['grows', 1e6], ['grows', 1e6]]).execution).toMatchObject({ verdict: 'step-limit', fair: null });
  });

  it('is none if it ends once every thread gets its turn, or a thread throws', () => {
    expect(run([['restless', 0], ['flag']], stubborn).execution).toMatchObject({ verdict: 'step-limit', fair: { kind: 'ends' } });
    expect(run([['add', 1_500], ['add', 1_500]]).execution).toMatchObject({ verdict: 'step-limit', fair: { kind: 'ends', accesses: 1_000 } });
    expect(run([['add', 3_000], ['throws']], stubborn).execution).toMatchObject({ verdict: 'step-limit', error: null, fair: null });
  });

  it('is told as it was at the limit: memory, time, hash and monitors know nothing of the trial', () => {
    const accesses: number[] = [];
    const calls: readonly Call[] = [['polite', 0], ['polite', 1]];
    const more = { core: hooked, threads: calls.map(([name, ...args]) => (m: Int32Array) => hooked[name](m, ...(args as never[]))), monitors: [{ access: (thread: number) => void accesses.push(thread) }] };
    const { explorer, execution } = run(calls, inTurn(), more);
    expect(execution.verdict).toBe('livelock');
    // The first guard of each thread is passed before its first access.
    expect(accesses).toHaveLength(LIMIT - calls.length);
    expect(execution.time).toBe(LIMIT * 50);
    expect(explorer.m[12]).toBe(0);
    const again = explorer.run(1);
    expect(again).toMatchObject({ verdict: 'livelock', traceHash: execution.traceHash, time: execution.time });
  });

  it('is a livelock under a weak memory model, too', () => {
    const calls: readonly Call[] = [['polite', 0], ['polite', 1]];
    const threads = calls.map(([name, ...args]) => (m: Int32Array) => hooked[name](m, ...(args as never[])));
    for (const memory of ['tso', 'js'] as const) expect(run(calls, inTurn(), { core: hooked, threads, memory }).execution.verdict).toBe('livelock');
  });
});
