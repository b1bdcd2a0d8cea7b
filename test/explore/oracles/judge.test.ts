import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONSISTENCIES, type Call, type Consistency, type History } from '../../../src/explore/oracles/history.ts';
import { Judge } from '../../../src/explore/oracles/judge.ts';
import type { Spec } from '../../../src/explore/oracles/spec.ts';
import type { Operation } from '../../../src/explore/scenarios/operation.ts';
import { hasOrder } from './naive.ts';

const LEVELS = Object.keys(CONSISTENCIES) as Consistency[];
const NAMES = ['a', 'b', 'c', 'd', 'at the end'];
const STACK: Spec = {
  init: () => [],
  blocks: (model, name) => name === 'take' && (model as number[]).length === 0,
  push: (model: unknown, x: number) => void (model as number[]).push(x),
  pop: (model) => (model as number[]).pop() ?? 0,
  take: (model) => (model as number[]).pop(),
};
const REGISTER: Spec = {
  init: () => new Map([['value', 0n]]),
  write: (model: unknown, x: number) => void (model as Map<string, bigint>).set('value', BigInt(x)),
  read: (model) => Number((model as Map<string, bigint>).get('value')),
};

function judgeOf(spec: Spec, consistency: Consistency = 'linearizable', mostStates?: number): Judge {
  return new Judge({ spec, consistency, names: NAMES, joiner: NAMES.length - 1, mostStates });
}

function call(thread: number, operation: Operation, began: number, ended: number, returned?: unknown): Call {
  return { thread, operation, began, ended, returned };
}

/** Histories of up to six calls by up to three threads. With `pending`, last calls of threads may not end. */
function histories(operations: readonly Operation[], pending: boolean): fc.Arbitrary<History> {
  const one = fc.record({ thread: fc.nat({ max: 2 }), operation: fc.constantFrom(...operations), returned: fc.nat({ max: 2 }), gap: fc.nat({ max: 2 }), length: fc.nat({ max: 4 }), isPending: fc.boolean() });
  return fc.array(one, { maxLength: 6 }).map((drawn) => {
    const last = [0, 0, 0];
    return drawn.flatMap(({ thread, operation, returned, gap, length, isPending }): Call[] => {
      if (last[thread] === Infinity) return [];
      const began = last[thread] + 1 + gap;
      const ends = !(pending && isPending);
      last[thread] = ends ? began + length : Infinity;
      const gives = operation[0] !== 'push' && operation[0] !== 'write';
      return [call(thread, operation, began, last[thread], ends && gives ? returned : undefined)];
    });
  });
}

const CASES = [
  { what: 'a stack', spec: STACK, operations: [['push', 1], ['push', 2], ['pop'], ['take']] as const },
  { what: 'a register', spec: REGISTER, operations: [['write', 1], ['write', 2], ['read']] as const },
];

describe.each(LEVELS)('%s: the judge agrees with the definition', (level) => {
  it.each(CASES)('about random histories of $what', ({ spec, operations }) => {
    const judge = judgeOf(spec, level);
    let refused = 0;
    fc.assert(fc.property(histories(operations, false), (history) => {
      const expected = hasOrder(spec, history, level);
      if (!expected) refused++;
      expect(judge.judge(history).length === 0).toBe(expected);
    }), { numRuns: 400 });
    expect(refused).toBeGreaterThan(20);
  });
});

describe('threads that wait for ever', () => {
  it('are right to wait exactly if the definition says so', () => {
    const judge = judgeOf(STACK);
    let right = 0;
    fc.assert(fc.property(histories(CASES[0].operations, true), (history) => {
      const expected = hasOrder(STACK, history, 'linearizable', true);
      if (expected && history.some(({ ended }) => ended === Infinity)) right++;
      expect(judge.mayWait(history)).toBe(expected);
    }), { numRuns: 600 });
    expect(right).toBeGreaterThan(5);
  });

  it('may be right to if their operations have more orders than can be tried', () => {
    const judge = judgeOf(STACK, 'linearizable', 2);
    const history = [0, 1, 2].map((thread) => call(thread, ['push', thread], 1, 9)).concat(call(0, ['take'], 10, Infinity));
    expect(judge.mayWait(history)).toBeUndefined();
  });

  it('are never right to if the spec does not know waiting', () => {
    expect(judgeOf(REGISTER).mayWait([call(0, ['read'], 1, Infinity)])).toBe(false);
  });
});

describe('a judge', () => {
  it.each([
    ['linearizable', false],
    ['sequential', true],
    ['quiescent', false],
  ] as const)('with %s knows that an old value was read: accepted %s', (level, isAccepted) => {
    const history = [call(0, ['write', 1], 1, 2), call(1, ['read'], 3, 4, 0)];
    expect(judgeOf(REGISTER, level).judge(history).length === 0).toBe(isAccepted);
  });

  it.each([
    ['linearizable', false],
    ['sequential', false],
    ['quiescent', true],
  ] as const)('with %s knows that a thread was overtaken by its own calls: accepted %s', (level, isAccepted) => {
    const history = [call(1, ['read'], 1, 9, 0), call(0, ['write', 1], 2, 3), call(0, ['write', 2], 4, 5), call(0, ['read'], 10, 11, 1)];
    expect(judgeOf(REGISTER, level).judge(history).length === 0).toBe(isAccepted);
  });

  it('puts the calls at the end after all others, whatever the consistency', () => {
    const history = [call(0, ['write', 1], 1, 2), call(4, ['read'], 3, 3, 0)];
    for (const level of LEVELS) expect(judgeOf(REGISTER, level).judge(history)).not.toEqual([]);
  });

  it('blames the first call that has no place, says what the spec returns there, and draws the history', () => {
    const history = [call(0, ['push', 1], 1, 2), call(0, ['push', 2], 3, 6), call(1, ['pop'], 4, 5, 7), call(1, ['pop'], 8, 9, 8)];
    expect(judgeOf(STACK).judge(history)).toEqual([
      'NOT_LINEARIZABLE: pop() of b returned 7, but by the spec it returns 1 or 2',
      'a  ├ push(1) ┤  ├─ push(2) ────────┤',
      'b                 ├ pop() → 7 ┤ ◀     ├ pop() → 8 ┤',
    ]);
  });

  it('says so if no value would do', () => {
    expect(judgeOf(STACK).judge([call(0, ['take'], 1, 2, 5)])[0]).toBe('NOT_LINEARIZABLE: take() of a returned 5, but by the spec it has no place');
  });

  it.each(['sequential', 'quiescent'] as const)('with %s blames a call whose other value would do', (level) => {
    const history = [call(0, ['write', 1], 1, 2), call(0, ['read'], 4, 5, 2)];
    expect(judgeOf(REGISTER, level).judge(history)[0]).toMatch(/: read\(\) of a returned 2, but by the spec it returns 1$/);
  });

  it('gives up after so many models, and says what to do', () => {
    const history = Array.from({ length: 12 }, (_, i) => call(i % 3, ['push', i], 1 + Math.floor(i / 3) * 2, 8, undefined));
    expect(judgeOf(STACK, 'quiescent', 50).judge([...history, call(4, ['pop'], 9, 9, 99)])).toEqual(['HISTORY_TOO_LONG: 13 operations have more orders than can be tried: give the threads fewer operations']);
  });

  it('judges a history as before if it has the same orders, and anew if it has others', () => {
    const judge = judgeOf(REGISTER);
    const overlapping = [call(0, ['write', 1], 1, 5), call(1, ['read'], 2, 3, 0)];
    expect(judge.judge(overlapping)).toEqual([]);
    expect(judge.judge(overlapping.map((each) => ({ ...each, began: each.began + 7, ended: each.ended + 7 })))).toEqual([]);
    expect(judge.judge([call(0, ['write', 1], 1, 2), call(1, ['read'], 3, 4, 0)])).toHaveLength(3);
  });
});
