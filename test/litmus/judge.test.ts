import { describe, expect, it } from 'vitest';
import { CATALOG } from '../../src/litmus/catalog.ts';
import { allowedBy, askModels, countAsked, disagreements, includesAsked, type ModelSays } from '../../src/litmus/judge.ts';

const named = (name: string) => CATALOG.find((test) => test.name === name)!;
const says = (results: readonly string[], allowed: readonly string[], isComplete = true): ModelSays => ({ memory: 'tso', allowed: new Set(allowed), inOrder: new Set(allowed), explored: { results: new Set(results), executions: 1, isComplete } });

describe('askModels', () => {
  it('asks each model, whose sides agree', async () => {
    const said = await askModels(named('SB'));
    expect(said.map(({ memory, allowed, explored }) => [memory, allowed.size, explored.results.size, explored.isComplete])).toEqual([['sc', 3, 3, true], ['tso', 4, 4, true], ['js', 4, 4, true]]);
    expect(disagreements(said, new Map([['0 0', 5]]), allowedBy(named('SB'), 'js'))).toEqual([]);
  });

  it('knows what the specification allows and no order gives', async () => {
    const [js] = await askModels(named('LB'), ['js']);
    expect([js.allowed.has('1 1'), js.inOrder.has('1 1'), js.explored.results.has('1 1')]).toEqual([true, false, false]);
  });
});

describe('disagreements', () => {
  it('are results seen that the specification forbids', () => {
    const test = named('SB+atomic');
    expect(disagreements([], new Map([['0 0', 1], ['1 1', 5]]), allowedBy(test, 'js'))).toEqual([{ kind: 'seen', memory: 'js', key: '0 0' }]);
  });

  it('are results reached that the axioms forbid, and results missed by a complete search', () => {
    expect(disagreements([says(['0', '1'], ['1', '2'])], new Map(), new Set())).toEqual([{ kind: 'explored', memory: 'tso', key: '0' }, { kind: 'missed', memory: 'tso', key: '2' }]);
    expect(disagreements([says(['1'], ['1', '2'], false)], new Map(), new Set())).toEqual([]);
  });
});

describe('the result in question', () => {
  it('is found among results, and counted', () => {
    const test = named('SB');
    expect([includesAsked(test, ['0 1', '0 0']), includesAsked(test, ['0 1'])]).toEqual([true, false]);
    expect(countAsked(test, new Map([['0 0', 3], ['0 1', 4]]))).toBe(3);
  });
});
