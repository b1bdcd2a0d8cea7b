/** Depth-first search runs every interleaving of a bound, and says so. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Explorer } from '../../../src/explore/scheduler.ts';
import { makeStrategy } from '../../../src/explore/strategies/catalog.ts';
import { DepthFirst } from '../../../src/explore/strategies/depth-first.ts';
import type { TextCore } from '../../rewrite/compile.ts';
import { loadPrograms, options, range, runSeeds, type Call } from './harness.ts';

let core: TextCore;
beforeAll(async () => {
  core = await loadPrograms();
});

/** All different orders of accesses until the strategy is exhausted, and in how many executions. */
function search(calls: readonly Call[], strategy: DepthFirst) {
  const orders = new Set<string>();
  let order: number[] = [];
  const explorer = new Explorer({ ...options(core, calls, strategy), monitors: [{ access: (thread) => void order.push(thread) }] });
  let executions = 0;
  const verdicts = new Set<string>();
  while (!strategy.exhausted) {
    order = [];
    verdicts.add(explorer.run(0).verdict);
    orders.add(order.join(''));
    if (++executions > 20_000) throw new Error('it goes on for ever');
  }
  return { orders, executions, verdicts: [...verdicts].sort(), covered: strategy.covered };
}

function choose(n: number, k: number): number {
  return k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k;
}

/**
 * Interleavings of two threads of n accesses with exactly p preemptions. They are p + 2 runs in
 * turn, for the last switch is away from a thread that has ended; either thread begins.
 */
function exactly(n: number, p: number): number {
  const runs = p + 2;
  return 2 * choose(n - 1, Math.ceil(runs / 2) - 1) * choose(n - 1, Math.floor(runs / 2) - 1);
}

describe('depth-first search', () => {
  it.each(range(4))('runs each interleaving of two independent threads with up to %i preemptions', (p) => {
    const n = 6;
    const { orders, covered } = search([['work', 9, n], ['work', 10, n]], new DepthFirst(p));
    expect(orders.size).toBe(range(p + 1).reduce((sum, q) => sum + exactly(n, q), 0));
    expect(covered).toBe(['every interleaving without preemptions', 'every interleaving with at most 1 preemption', 'every interleaving with at most 2 preemptions', 'every interleaving with at most 3 preemptions'][p]);
  });

  it('ends when there are no more, however high the bound', () => {
    const { orders, covered } = search([['work', 9, 4], ['work', 10, 4]], new DepthFirst(1000));
    expect(orders.size).toBe(choose(8, 4));
    expect(covered).toBe('every interleaving');
  });

  it('covers three threads as well', () => {
    expect(search([['work', 9, 2], ['work', 10, 2], ['work', 11, 2]], new DepthFirst(1000)).orders.size).toBe(90);
    expect(search([['work', 9, 2], ['work', 10, 2], ['work', 11, 2]], new DepthFirst(0)).orders.size).toBe(6);
  });

  it('makes no execution twice at a bound', () => {
    const { executions } = search([['work', 9, 5], ['work', 10, 5]], new DepthFirst(2));
    // At bound p all those with up to p preemptions.
    expect(executions).toBe(range(3).reduce((sum, p) => sum + range(p + 1).reduce((inner, q) => inner + exactly(5, q), 0), 0));
  });

  it('counts a switch at a sleep as free', () => {
    const { orders, verdicts, covered } = search([['sleepOn', 3], ['work', 9, 1], ['wake', 3]], new DepthFirst(0));
    // 0 looks and waits, to look again when 2 has stored and notified; or it comes after that.
    expect([...orders].sort()).toEqual(['001220', '002201', '002210', '100220', '1220', '2201', '2210']);
    expect(verdicts).toEqual(['ok']);
    expect(covered).toBe('every interleaving without preemptions');
  });

  it('finds the one interleaving that fails, with as few preemptions as it needs', () => {
    const strategy = makeStrategy('dfs:5');
    const explorer = new Explorer(options(core, [['sees', 3, 2], ['shows', 3, 2]], strategy));
    let failed;
    for (let i = 0; i < 500 && failed === undefined; i++) {
      const { verdict } = explorer.run(i);
      if (verdict !== 'ok') failed = { verdict, spec: strategy.spec, covered: strategy.covered };
    }
    // 1 shows; 0 looks; 1 shows again; 0 looks again: two preemptions.
    expect(failed).toMatchObject({ verdict: 'exception', covered: 'every interleaving with at most 1 preemption' });
    expect(failed!.spec).toMatch(/^preemptions:\S+$/);
    expect(runSeeds(core, [['sees', 3, 2], ['shows', 3, 2]], makeStrategy(failed!.spec!), [0])[0].verdict).toBe('exception');
  });

  it('ends with spinners too', () => {
    for (const spinner of ['spinUntil', 'yieldUntil']) {
      const { verdicts, covered } = search([[spinner, 3], ['work', 9, 2], ['set', 3]], new DepthFirst(1));
      expect(verdicts).toEqual(['ok']);
      expect(covered).toBe('every interleaving with at most 1 preemption');
    }
  });

  it('keeps no more choices than its limit, and reports that', () => {
    const { orders, covered } = search([['work', 9, 6], ['work', 10, 6]], new DepthFirst(1000, 5));
    expect(orders.size).toBe(2 ** 5);
    expect(covered).toBe('every interleaving of the first 5 choices');
  });
});
