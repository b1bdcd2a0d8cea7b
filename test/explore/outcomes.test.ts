import { describe, expect, it } from 'vitest';
import { outcomesOf } from '../../src/explore/outcomes.ts';
import { loadUserScenario } from '../../src/explore/user-scenario.ts';
import { moduleOf, sharing } from './ordinary/modules.ts';

describe('all ends of a small program', () => {
  it('are what its threads return, each once', async () => {
    const loaded = await loadUserScenario(moduleOf(sharing('export const threads = [(a) => { a[0] = 1; }, (a) => [a[0]]];')), false);
    expect(outcomesOf(loaded, 'sc')).toMatchObject({ ends: new Set(['[null,[0]]', '[null,[1]]']), isComplete: true });
    expect(outcomesOf(loaded, 'sc', 1)).toMatchObject({ executions: 1, isComplete: false });
  });

  it('are verdicts, if it fails', async () => {
    const loaded = await loadUserScenario(moduleOf(sharing('export const threads = [(a) => { Atomics.wait(a, 0, 0); }];')), false);
    expect([...outcomesOf(loaded, 'sc').ends]).toEqual(['["lost-wakeup",""]']);
  });

  it('need the variant that reports accesses, under a weak model', async () => {
    const loaded = await loadUserScenario(moduleOf(sharing('export const threads = [(a) => { a[0] = 1; }];')), false);
    expect(() => outcomesOf(loaded, 'js')).toThrow('memory model js needs the hooked variant of the core');
  });
});
