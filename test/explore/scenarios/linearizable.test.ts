import { describe, expect, it } from 'vitest';
import { explainStacks } from '../../../src/explore/scenarios/linearizable.ts';
import type { StackEvent } from '../../../src/explore/scenarios/programs/lfstack.ts';

function push(node: number, began: number, ended: number, stack = 0): StackEvent {
  return { pushes: true, stack, node, began, ended };
}

function pop(node: number, began: number, ended: number, stack = 0): StackEvent {
  return { pushes: false, stack, node, began, ended };
}

describe('a history of two stacks is accepted', () => {
  it('when it is right in the order in which things ended', () => {
    expect(explainStacks([[1, 2], []], [[1], [3, 2]], [[pop(2, 0, 1), push(2, 4, 5, 1)], [push(3, 2, 3, 1)]])).toBe('');
  });

  it('when another order, in which they overlap, is right', () => {
    expect(explainStacks([[1], []], [[1], []], [[push(2, 0, 9)], [pop(2, 1, 2)]])).toBe('');
  });

  it('of many overlapping events, soon', () => {
    const threads = [0, 1, 2].map((t) => Array.from({ length: 30 }, (_, i) => push(100 * t + i, 2 * i, 2 * i + 3)));
    const last = threads.flat().sort((a, b) => a.ended - b.ended).map(({ node }) => node);
    expect(explainStacks([[], []], [last, []], threads)).toBe('');
    expect(explainStacks([[], []], [[999, ...last.slice(1)], []], threads)).toContain('NOT_A_STACK');
    expect(explainStacks([[], []], [last.toReversed(), []], threads)).toContain('NOT_A_STACK');
    // The order in which they overlap, but not the one in which they ended.
    const other = last.map((_, i) => last[i - (i % 3) + [2, 0, 1][i % 3]]);
    expect(explainStacks([[], []], [other, []], threads)).toBe('');
  });
});

describe('a history is refused', () => {
  it.each([
    { what: 'a node that is popped twice', before: [1, 2], after: [1], threads: [[pop(2, 0, 2)], [pop(2, 1, 3)]] },
    { what: 'the oldest first', before: [1, 2], after: [2], threads: [[pop(1, 0, 1)]] },
    { what: 'nothing on a stack that was never empty', before: [1, 2], after: [1], threads: [[pop(2, 0, 5)], [pop(0, 1, 2)]] },
    { what: 'an order that only events apart would allow', before: [1], after: [], threads: [[pop(0, 0, 1)], [pop(1, 2, 3)]] },
    { what: 'a node that is left nowhere', before: [1], after: [1], threads: [[push(2, 0, 1)]] },
  ])('$what', ({ before, after, threads }) => {
    expect(explainStacks([before, []], [after, []], threads)).toMatch(/^NOT_A_STACK: /);
  });
});
