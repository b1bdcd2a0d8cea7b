/** Partial-order reduction finds what all interleavings find, in as few executions as theory allows. */
import { beforeAll, describe, expect, it } from 'vitest';
import { explore } from '../../../../src/explore/scheduler.ts';
import { makeStrategy } from '../../../../src/explore/strategies/catalog.ts';
import type { SearchProgress } from '../../../../src/explore/strategy.ts';
import { Dpor } from '../../../../src/explore/strategies/dpor/dpor.ts';
import type { TextCore } from '../../../rewrite/compile.ts';
import { ADD, callsOf, CAS, draw, Everything, FILL, loadPrograms, LOAD, NOTIFY, search, STORE, WAIT, type Call, type Operation } from './programs.ts';

let core: TextCore;
beforeAll(async () => {
  core = await loadPrograms();
});

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

function reduced(calls: readonly Call[], memory: 'sc' | 'tso' | 'js' = 'sc') {
  const strategy = new Dpor();
  const found = search(core, calls, strategy, memory);
  return { ...found, executions: strategy.executions - strategy.redundant, covered: strategy.covered };
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

describe('partial-order reduction', () => {
  it.each([
    { threads: 2, operations: 4, words: 2, kinds: [LOAD, STORE, ADD, CAS], programs: 120 },
    { threads: 3, operations: 2, words: 2, kinds: [LOAD, STORE, ADD, CAS], programs: 120 },
    { threads: 2, operations: 4, words: 2, kinds: [LOAD, STORE, WAIT, NOTIFY], programs: 120 },
    { threads: 3, operations: 2, words: 1, kinds: [STORE, WAIT, NOTIFY, NOTIFY], programs: 80 },
    { threads: 3, operations: 3, words: 2, kinds: [STORE, LOAD, WAIT, NOTIFY, NOTIFY], programs: 40 },
    { threads: 3, operations: 2, words: 3, kinds: [LOAD, STORE, CAS, FILL], programs: 80 },
    { threads: 3, operations: 3, words: 3, kinds: [LOAD, STORE, ADD, CAS, WAIT, NOTIFY], programs: 12 },
    { threads: 4, operations: 2, words: 3, kinds: [LOAD, STORE, ADD, CAS], programs: 6 },
  ])('finds every end and every order of $programs random programs: $threads threads, $operations operations, $words words', ({ threads, operations, words, kinds, programs }) => {
    for (const seed of range(programs)) {
      const drawn = draw(seed, threads, operations, words, kinds);
      const calls = callsOf(drawn);
      const every = search(core, calls, new Everything());
      const found = reduced(calls);
      const program = JSON.stringify(drawn);
      expect({ program, ends: [...found.ends].sort() }).toEqual({ program, ends: [...every.ends].sort() });
      expect({ program, classes: [...found.classes].sort() }).toEqual({ program, classes: [...every.classes].sort() });
      // Each class has one execution; without pauses, whose step touches nothing.
      expect({ program, executions: found.executions }).toEqual({ program, executions: every.classes.size });
    }
  });

  it.each(range(5))('runs %i! orders of writers to one word', (n) => {
    expect(reduced(range(n).map(() => ['work', 3, 1])).executions).toBe(factorial(n));
  });

  it('runs threads on words of their own once', () => {
    expect(reduced(range(6).map((i) => ['work', i, 5]))).toMatchObject({ executions: 1, covered: 'every interleaving up to the order of independent accesses' });
  });

  it('runs readers of one word once', () => {
    const looks: Operation[] = [[LOAD, 1], [LOAD, 1]];
    expect(reduced(callsOf([looks, looks, looks])).executions).toBe(1);
  });

  it.each(range(4).map((i) => i + 1))('runs lastzero with %i writers in as many executions as it has classes', (n) => {
    const calls: Call[] = [['lastZero', n], ...range(n).map((i): Call => ['raise', i + 1])];
    const { executions, classes } = reduced(calls);
    expect(executions).toBe(classes.size);
    if (n <= 2) expect([...classes].sort()).toEqual([...search(core, calls, new Everything()).classes].sort());
  });

  it.each<[string, readonly Call[]]>([
    ['one thread sometimes throws', [['throwsIf', 1], ['set', 1], ['set', 2], ['work', 2, 2]]],
    ['one thread always throws, before the others have begun or after', [['fails', 1], ['set', 2], ['work', 3, 2]]],
  ])('finds the end of every order in which %s', (_, calls) => {
    expect([...reduced(calls).ends].sort()).toEqual([...search(core, calls, new Everything()).ends].sort());
  });

  it('finds what older values a load may return', () => {
    const calls: Call[] = [['storeThenLoad', 1, 2], ['storeThenLoad', 2, 1]];
    for (const memory of ['tso', 'js'] as const) {
      const found = reduced(calls, memory);
      expect([...found.ends].sort()).toEqual([...search(core, calls, new Everything(), memory).ends].sort());
      expect(found.ends).toContain('ok 0,1,1,0,0,0,0,0,0,0 0,0');
    }
    expect(reduced(calls).ends).not.toContain('ok 0,1,1,0,0,0,0,0,0,0 0,0');
  });

  it('ends with threads that spin, and says what it left out', () => {
    const { verdicts, covered } = reduced([['spin', 1], ['set', 2], ['set', 1]]);
    expect([...verdicts]).toEqual(['ok']);
    expect(covered).toContain('with loops over unchanged words followed for 3 laps');
    expect([...reduced([['spin', 1], ['set', 2]]).verdicts]).toEqual(['livelock']);
  });

  it('says that sleeping threads wake at few moments', () => {
    expect(reduced([['naps', 1], ['naps', 1], ['set', 2]]).covered).toContain('with few of the moments at which a sleeping thread may wake');
  });

  it('says how much is done', () => {
    const strategy = new Dpor();
    expect([strategy.covered, strategy.progress]).toEqual(['', undefined]);
    const watched: string[] = [];
    const parts: SearchProgress[] = [];
    const end = strategy.end.bind(strategy);
    strategy.end = (scene) => {
      end(scene);
      watched.push(strategy.covered);
      parts.push(strategy.progress!);
    };
    search(core, range(3).map(() => ['work', 3, 2]), strategy);
    expect(watched.at(-1)).toBe('every interleaving up to the order of independent accesses');
    for (const each of watched.slice(0, -1)) expect(each).toMatch(/^about [\d.]+% of an estimated [\d,]+ interleavings up to the order of independent accesses$/);
    // 6 accesses of 3 threads to one word.
    expect(watched).toHaveLength(90);
    expect(watched.at(-2)).toMatch(/^about 9\d%/);
    expect(parts.at(-1)).toEqual({ estimate: 90, done: 1 });
    for (const [i, { estimate, done }] of parts.entries()) expect([done > 0 && done <= 1, Math.round(estimate * done)]).toEqual([true, i + 1]);
  });

  it('keeps no more steps than its limit, and says so', () => {
    const strategy = new Dpor(4);
    search(core, [['work', 3, 4], ['work', 3, 4]], strategy);
    expect(strategy.covered).toContain('of the first 4 steps');
  });

  it('repeats a failure from its preemptions', () => {
    const strategy = makeStrategy('dpor');
    const options = { core, template: new Int32Array(64), threads: [(m: Int32Array) => core.throwsIf(m, 1 as never), (m: Int32Array) => core.set(m, 1 as never)] };
    let failed = '';
    while (strategy.exhausted !== true) if (explore({ ...options, strategy, seed: 0 }).verdict === 'exception') failed = strategy.spec!;
    expect(failed).toMatch(/^preemptions:/);
    expect(explore({ ...options, strategy: makeStrategy(failed), seed: 0 }).verdict).toBe('exception');
  });
});
