/** What each strategy is made for. */
import { beforeAll, describe, expect, it } from 'vitest';
import { makeStrategy, STRATEGIES } from '../../../src/explore/strategies/catalog.ts';
import type { TextCore } from '../../rewrite/compile.ts';
import { loadPrograms, range, run, runSeeds, type Call, type Traced } from './harness.ts';

let core: TextCore;
beforeAll(async () => {
  core = await loadPrograms();
});

const SEEDED = ['portfolio', 'uniform', 'random:10', 'random:100', 'weighted', 'pct:2', 'pct:3', 'pct:20', 'pos', 'chaos'];
const MIXED: readonly Call[] = [['work', 9, 30], ['naps', 1, 4], ['sleepOn', 3], ['wake', 3], ['spinUntil', 3], ['work', 9, 60]];
const WINDOW: readonly Call[] = [['sees', 3, 2], ['shows', 3, 2]];

const words = ({ order }: Traced) => order.join('');

describe.each(SEEDED)('%s', (spec) => {
  it('makes the same execution from the same seed', () => {
    const seeds = range(40);
    const first = runSeeds(core, MIXED, makeStrategy(spec), seeds);
    expect(runSeeds(core, MIXED, makeStrategy(spec), seeds)).toEqual(first);
    expect(new Set(first.map(words)).size).toBeGreaterThan(15);
    expect(new Set(first.map(({ verdict }) => verdict))).toEqual(new Set(['ok']));
  });

  it('repeats any execution on its own, from its spec', () => {
    const strategy = makeStrategy(spec);
    const specs: string[] = [];
    const inner = strategy.end?.bind(strategy);
    // As a campaign does: asked after the execution.
    const watched = new Proxy(strategy, {
      get: (target, key) => {
        const value = Reflect.get(target, key, target) as unknown;
        return key === 'end' ? (scene: never) => (inner?.(scene), void specs.push(target.spec ?? target.name)) : typeof value === 'function' ? value.bind(target) : value;
      },
      set: (target, key, value) => Reflect.set(target, key, value, target),
    });
    const seeds = range(24);
    const executions = runSeeds(core, MIXED, watched, seeds);
    for (const [i, execution] of executions.entries()) {
      expect(runSeeds(core, MIXED, makeStrategy(specs[i]), [seeds[i]])).toEqual([execution]);
    }
  });

  it('lets every thread continue that waits for another, in whatever way it waits', () => {
    for (const wait of ['spinUntil', 'yieldUntil', 'lookUntil']) {
      const calls: readonly Call[] = [[wait, 3], [wait, 3], [wait, 3], ['work', 9, 40], ['set', 3]];
      for (const { verdict } of runSeeds(core, calls, makeStrategy(spec), range(40))) expect(verdict).toBe('ok');
    }
    for (const { verdict } of runSeeds(core, range(6).map(() => ['meet', 3, 6] as const), makeStrategy(spec), range(40))) expect(verdict).toBe('ok');
  });

  it('hits a window of one access', () => {
    const runs = runSeeds(core, WINDOW, makeStrategy(spec), range(4000));
    // It takes two preemptions, close together.
    expect(runs.some(({ verdict }) => verdict === 'exception')).toBe(spec !== 'random:100' && spec !== 'pct:2');
  });
});

/** How far the orders that came are from all being equally likely, as a share of all the runs. */
function unevenness(spec: string, calls: readonly Call[], orders: number): number {
  const strategy = makeStrategy(spec);
  runSeeds(core, calls, strategy, range(3));
  const runs = runSeeds(core, calls, strategy, range(6000));
  const counts = new Map<string, number>();
  for (const each of runs) counts.set(words(each), (counts.get(words(each)) ?? 0) + 1);
  const even = runs.length / orders;
  const off = [...counts.values()].reduce((sum, count) => sum + Math.abs(count - even), (orders - counts.size) * even);
  return off / (2 * runs.length);
}

describe('weighted', () => {
  it('makes all interleavings of independent threads as likely, which uniform does not', () => {
    // 9 choose 2.
    const calls: readonly Call[] = [['work', 9, 7], ['work', 10, 2]];
    expect(unevenness('weighted', calls, 36)).toBeLessThan(0.05);
    expect(unevenness('uniform', calls, 36)).toBeGreaterThan(0.3);
  });

  it('is uniform before it has seen an execution', () => {
    const calls: readonly Call[] = [['work', 9, 7], ['work', 10, 2]];
    const first = range(2000).map((seed) => runSeeds(core, calls, makeStrategy('weighted'), [seed])[0]);
    const early = first.filter(({ order }) => order.slice(0, 2).join('') === '11').length;
    expect(early / first.length).toBeCloseTo(1 / 4, 1);
  });
});

/** Seeds until the strategy finds the failure, at most 5000. */
function seedsTo(spec: string, calls: readonly Call[]): number {
  const strategy = makeStrategy(spec);
  const found = runSeeds(core, calls, strategy, range(5000)).findIndex(({ verdict }) => verdict === 'exception');
  return found < 0 ? Infinity : found;
}

describe('pct', () => {
  // Of depth 2: one preemption at the right moment, and then all that the other has to do.
  const wide: readonly Call[] = [['looksAside', 9, 100, 20, 300], ['work', 9, 300]];
  // Of depth 3.
  const twice: readonly Call[] = [['sees', 3, 10], ['shows', 3, 10]];

  it('runs one thread after another except at its change points', () => {
    for (const depth of [2, 5, 20]) {
      for (const { order } of runSeeds(core, [['work', 9, 50], ['work', 10, 50], ['work', 11, 50]], makeStrategy(`pct:${depth}`), range(200))) {
        const switches = order.filter((thread, i) => i > 0 && thread !== order[i - 1]).length;
        expect(switches).toBeLessThanOrEqual(2 + depth - 1);
      }
    }
  });

  it('spreads its change points over the whole of an execution, once it knows how long that is', () => {
    const runs = runSeeds(core, [['work', 9, 300], ['work', 10, 300]], makeStrategy('pct:2'), range(400));
    const places = runs.slice(1).flatMap(({ order }) => order.slice(1).flatMap((thread, i) => (thread !== order[i] && i + 1 !== 300 ? [i] : [])));
    const quarters = range(4).map((quarter) => places.filter((at) => Math.floor(at / 150) === quarter).length);
    for (const count of quarters) expect(count).toBeGreaterThan(30);
  });

  it('finds in few executions what a walk does not find at all', () => {
    expect(seedsTo('pct:2', wide)).toBeLessThan(100);
    expect(seedsTo('uniform', wide)).toBe(Infinity);
    expect(seedsTo('random:10', wide)).toBe(Infinity);
  });

  it('finds with its depth what needs that many events in order', () => {
    expect(seedsTo('pct:2', twice)).toBe(Infinity);
    expect(seedsTo('pct:3', twice)).toBeLessThan(3000);
  });

  it('learns no length from the waiting that it made itself', () => {
    const strategy = makeStrategy('pct:3');
    runSeeds(core, [['lookUntil', 3], ['work', 9, 40], ['set', 3]], strategy, range(200));
    const length = Number(strategy.spec!.split(':')[2]);
    expect(length).toBeLessThan(1000);
  });
});

describe('pos', () => {
  it('gives either order of two conflicting accesses the same chance, however late one comes', () => {
    // 1 sets the word before 0 looks at it, or after: a uniform walk nearly always before.
    const late: readonly Call[] = [['sees', 3, 30], ['set', 3]];
    const share = (spec: string) => {
      const runs = runSeeds(core, late, makeStrategy(spec), range(400));
      return runs.filter(({ order }) => order.lastIndexOf(1) > 30).length / runs.length;
    };
    expect(share('uniform')).toBeLessThan(0.01);
    expect(share('pos')).toBeGreaterThan(0.02);
  });

  it('draws anew for what conflicts with the access made, and only for that', () => {
    // Of 1's only access and 4 of 0's, 1's is last if it has the lowest of 5 priorities: 1 in 5.
    // When they conflict each of 0's is a new draw between two: 1 in 16.
    const last = (word: number) => {
      const runs = runSeeds(core, [['work', 9, 4], ['work', word, 1]], makeStrategy('pos'), range(3000));
      return runs.filter((each) => words(each) === '00001').length / runs.length;
    };
    expect(last(10)).toBeCloseTo(1 / 5, 1);
    expect(last(9)).toBeLessThan(0.1);
    expect(last(9)).toBeCloseTo(1 / 16, 1);
  });
});

describe('chaos', () => {
  it('starves one thread while the others run', () => {
    const runs = runSeeds(core, [['work', 9, 150], ['work', 10, 150], ['work', 11, 150]], makeStrategy('chaos'), range(100));
    const longest = runs.map(({ order }) => Math.max(...range(3).map((thread) => longestWithout(order, thread))));
    const walk = runSeeds(core, [['work', 9, 150], ['work', 10, 150], ['work', 11, 150]], makeStrategy('uniform'), range(100));
    const usual = walk.map(({ order }) => Math.max(...range(3).map((thread) => longestWithout(order, thread))));
    expect(longest.filter((length) => length >= 100).length).toBeGreaterThan(30);
    expect(usual.filter((length) => length >= 100).length).toBeLessThan(10);
  });

  it('lets an execution end in which the other threads only spin', () => {
    // The looks are not to be told from work, and cost the thread that works its stretches.
    const runs = runSeeds(core, [['lookUntil', 3], ['lookUntil', 3], ['shows', 3, 600]], makeStrategy('chaos'), range(60));
    expect(new Set(runs.map(({ verdict }) => verdict))).toEqual(new Set(['ok']));
  });

  it('stalls a thread that has just written', () => {
    const looks = 20;
    const runs = runSeeds(core, [['raises', 3, looks], ['looks', 3, 200], ['looks', 3, 200]], makeStrategy('chaos'), range(600));
    // By how many accesses 0 had made: how often it then waited for 60 of the others.
    const waits = range(2 * looks + 1).map((made) => runs.filter(({ order }) => gapAfter(order, made) >= 60).length);
    const [afterStore] = waits.splice(looks + 1, 1);
    expect(afterStore).toBeGreaterThan(2 * Math.max(...waits.slice(1)));
  });
});

/** How long the others run after access number `made` of thread 0 and before its next. */
function gapAfter(order: readonly number[], made: number): number {
  const own = order.flatMap((thread, i) => (thread === 0 ? [i] : []));
  return own[made] - (own[made - 1] ?? -1) - 1;
}

/** The longest stretch that others ran, before the last access of `thread`. */
function longestWithout(order: readonly number[], thread: number): number {
  let longest = 0;
  let last = -1;
  for (const [i, each] of order.entries()) {
    if (each !== thread) continue;
    longest = Math.max(longest, i - last - 1);
    last = i;
  }
  return longest;
}

describe('the portfolio', () => {
  it('takes its strategies in turn, by seed', () => {
    const strategy = makeStrategy('portfolio');
    const names = range(48).map((seed) => {
      run(core, MIXED, strategy, seed);
      return strategy.spec!.split(':')[0];
    });
    expect(new Set(names)).toEqual(new Set(['random', 'uniform', 'weighted', 'pct', 'pos', 'chaos']));
    run(core, MIXED, strategy, 7);
    expect(strategy.spec!.split(':')[0]).toBe(names[7]);
  });
});

describe('the catalog', () => {
  it('makes each strategy that it lists, under its name', () => {
    for (const { spec } of STRATEGIES) expect(makeStrategy(spec).name).toBe(spec);
    for (const spec of ['pct:3:1840', 'weighted:3,4', 'preemptions:']) expect(makeStrategy(spec).name).toBe(spec);
  });

  it.each([
    ['pst', "there is no strategy 'pst'; there are portfolio, uniform, random, weighted, pct, pos, chaos, dfs, dpor and preemptions"],
    ['uniform:3', "strategy uniform takes no parameters, not '3'"],
    ['random', "strategy random takes a whole number from 1 to 1000000, not ''"],
    ['pct:1', "strategy pct takes a whole number from 2 to 20, not '1'"],
    ['pct:3:9:9', "strategy pct takes a depth and a length, as pct:3:1840, not '3:9:9'"],
    ['weighted:3,x', "strategy weighted takes a whole number from 0 to 1000000000, not 'x'"],
    ['dfs:-1', "strategy dfs takes a whole number from 0 to 1000000000, not '-1'"],
  ])('refuses %s', (spec, sentence) => {
    expect(() => makeStrategy(spec)).toThrow(sentence);
  });
});
