/** Scenarios made of operations: what they do, what they notice, and that any operation can be left out. */
import { describe, expect, it } from 'vitest';
import { loadCore } from '../../../../src/explore/load.ts';
import { RandomWalk } from '../../../../src/explore/strategies/random-walk.ts';
import { Explorer } from '../../../../src/explore/scheduler.ts';
import { SCENARIOS } from '../../../../src/explore/scenarios/catalog.ts';
import { checkHeld, exchangeCell, holdBlock, holdFromCell, holdTiny } from '../../../../src/explore/scenarios/programs/blocks.ts';
import { programPerM } from '../../../../src/explore/scenarios/program-per-m.ts';
import type { Operations } from '../../../../src/explore/scenarios/operation.ts';
import { settingOf, type Scenario } from '../../../../src/explore/scenarios/scenario.ts';
import { PAGE_WORDS } from '../../../../src/memory/address.ts';
import { CONFIG, Config } from '../../../../src/memory/config.ts';
import { ARENA_USED, SWEEPGEN } from '../../../../src/malloc/mheap.ts';
import { FIN, Fin } from '../../../../src/malloc/finq.ts';
import { Verifier } from '../../../../src/verify/verifier.ts';
import { sampled } from '../../../support/nightly.ts';

const { core } = await loadCore(false);

const HEAP = ['sweep-refill', 'refill-partial', 'free-beside', 'free-unswept', 'specials-sweep', 'reclaim', 'reuse', 'cache-flush', 'tiny-blocks', 'tiny-collected', 'heap-pages', 'arena-growth', 'stacks'];

function named(name: string): Scenario {
  return SCENARIOS.find((each) => each.name === name)!;
}

function explorerOf(scenario: Scenario, operations?: Operations): Explorer {
  const setting = settingOf(scenario);
  const prepared = scenario.prepare(core, { ...setting, operations: operations ?? setting.operations }, (m) => new Verifier(m));
  return new Explorer({ core, ...prepared, strategy: new RandomWalk(10) });
}

/** A scenario of two Ms that do these operations. */
function scenarioOf(operations: Operations): Scenario {
  return programPerM({ name: 'made here', summary: '', procs: [2], before: () => [], operations: () => operations });
}

describe('a single operation', () => {
  it.each(sampled(HEAP, 3))('is a program of %s by itself', (name) => {
    const scenario = named(name);
    const { operations } = settingOf(scenario);
    operations.forEach((list, index) => {
      for (const only of new Set([0, list.length >> 1, list.length - 1])) {
        const explorer = explorerOf(scenario, operations.map((all, i) => (i === index ? [list[only]] : all)));
        for (let seed = 1; seed <= 2; seed++) expect(explorer.run(seed)).toMatchObject({ verdict: 'ok', detail: '' });
      }
    });
  });
});

describe('the heap of a scenario', () => {
  it('is collected when the other Ms rest, and all spans are unswept then', () => {
    const explorer = explorerOf(named('cache-flush'));
    expect(explorer.run(1).verdict).toBe('ok');
    // One before the execution, two in it.
    expect(explorer.m[SWEEPGEN]).toBe(2 + 2 * 3);
  });

  it('lets two Ms continue that collect at the same time', () => {
    const explorer = explorerOf(scenarioOf([[['malloc', 0, 2048], ['collect'], ['collect']], [['malloc', 0, 2048], ['collect'], ['malloc', 1, 2048], ['collect']]]));
    const collections = new Set<number>();
    for (let seed = 1; seed <= 200; seed++) {
      expect(explorer.run(seed).verdict).toBe('ok');
      collections.add((explorer.m[SWEEPGEN] - 2) / 2);
    }
    // Each of the four collects, or two serve both.
    expect(collections).toContain(3);
    expect(collections).toContain(4);
  });

  it('has the finalizers of garbage queued by the sweeps of specials-sweep, and no others', () => {
    const explorer = explorerOf(named('specials-sweep'));
    expect(explorer.run(1).verdict).toBe('ok');
    expect(explorer.m[FIN + Fin.at.queued]).toBe(3);
  });

  it('grows beyond the bitmap that is mapped first, in arena-growth', () => {
    const explorer = explorerOf(named('arena-growth'));
    expect(explorer.run(1).verdict).toBe('ok');
    expect((explorer.m[ARENA_USED] - explorer.m[CONFIG + Config.at.arenaStart]) / PAGE_WORDS).toBeGreaterThan(16);
  });
});

describe('an error is reported', () => {
  const scenario = scenarioOf([[], []]);
  const { template } = scenario.prepare(core, settingOf(scenario), (m) => new Verifier(m));
  const block = template[CONFIG + Config.at.arenaStart];
  const words = PAGE_WORDS + 8;

  it.each([0, PAGE_WORDS, words - 1])('for word %i written by another M', (word) => {
    const m = template.slice();
    holdBlock(m, 1, 3, block, words * 4, true);
    expect(() => checkHeld(m, 1, 3)).not.toThrow();
    m[block + word] ^= 1;
    expect(() => checkHeld(m, 1, 3)).toThrow(/BLOCK_OF_TWO/);
  });

  it.each([0, 3, PAGE_WORDS - 1, PAGE_WORDS, words - 1])('for word %i that was not zero', (word) => {
    const m = template.slice();
    m[block + word] = 1;
    expect(() => holdBlock(m, 1, 3, block, words * 4, true)).toThrow(/BLOCK_NOT_CLEAR/);
  });

  it('for a block taken out of a cell that an M still holds', () => {
    const m = template.slice();
    holdBlock(m, 0, 0, block, words * 4, true);
    expect(exchangeCell(m, 0, 0, 2)).toBe(0);
    m.fill(0, block, block + words);
    holdBlock(m, 1, 1, block, words * 4, true);
    expect(() => holdFromCell(m, 0, 0, 2, block, words * 4)).toThrow(/BLOCK_OF_TWO/);
  });

  it('for a byte of a tiny object written by another M', () => {
    const m = template.slice();
    holdTiny(m, 0, 0, block * 4 + 5, 3);
    holdTiny(m, 0, 1, block * 4 + 8, 8);
    expect(() => checkHeld(m, 0, 0)).not.toThrow();
    expect(() => holdTiny(m, 1, 0, block * 4 + 7, 1)).toThrow(/TINY_NOT_CLEAR/);
    m[block + 1] = 0;
    expect(() => checkHeld(m, 0, 0)).toThrow(/TINY_OF_TWO/);
    expect(() => checkHeld(m, 0, 1)).not.toThrow();
  });

  it('for an unknown operation', () => {
    expect(explorerOf(scenarioOf([[['nonsense']], []])).run(1).detail).toMatch(/NO_SUCH_OPERATION/);
  });
});
