/** A step in words, at its place. */
import { describe, expect, it } from 'vitest';
import { Execution } from '../../../src/view/player/execution.ts';
import { ROWS, WORDS, madeUp } from './made-up.ts';

describe('a step', () => {
  it('is an access in words, at a place, after calls', () => {
    const execution = new Execution(madeUp(ROWS, WORDS));
    expect(execution.operation(3)).toBe('store COUNT 0 → 1');
    expect(execution.operation(4)).toBe('cas lock failed, is 1');
    expect(execution.placeAt(3)).toMatchObject({ fileName: 'src/a.ts', line: 2, fn: 'f' });
    expect(execution.callPath(3).map(({ fn }) => fn)).toEqual(['main', 'f']);
  });

  it('has values in the form of their word', () => {
    const player = madeUp([[0, 'store', 10, 6, 4], [0, 'store', 11, 1, 0]], WORDS, { valueNames: [[null, 'in use']] });
    const execution = new Execution({ ...player, words: { ...player.words, form: [1, 2, 0, 0] } });
    expect(execution.operation(0)).toBe('store COUNT 0x4 → 0x6');
    expect(execution.operation(1)).toBe('store own 0 → in use');
  });

  it('changes its word if it writes another value', () => {
    const execution = new Execution(madeUp([[0, 'store', 10, 1, 1], [0, 'store', 10, 2, 1], [0, 'fill', 10, 2, 0], [0, 'notify', 10, 1, 0], [0, 'casFailed', 10, 1, 2]], WORDS));
    expect([0, 1, 2, 3, 4].map((step) => execution.changes(step))).toEqual([false, true, true, false, false]);
  });

  it('leads to the next and the one before', () => {
    expect([Execution.next([3, 9], 3, 1), Execution.next([3, 9], 9, 1), Execution.next([3, 9], 9, -1), Execution.next([3, 9], 3, -1)]).toEqual([9, undefined, 3, undefined]);
  });
});
