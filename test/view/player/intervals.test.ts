/** The stretches in which threads hold locks and wait. */
import { describe, expect, it } from 'vitest';
import { Execution } from '../../../src/view/player/execution.ts';
import { intervalsOf } from '../../../src/view/player/intervals.ts';
import { ROWS, WORDS, madeUp } from './made-up.ts';

describe('the intervals of a thread', () => {
  it('last from taking a lock to its release, and from each wait to the next change', () => {
    const execution = new Execution(madeUp(ROWS, WORDS, {
      locks: { step: [1, 6], holder: [1, -1], word: [2, 2] },
      waits: { step: [4, 5, 7, 8], thread: [0, 0, 0, 0], wait: [1, 2, 1, 0], word: [2, 2, 2, -1], by: [-1, -1, 1, -1] },
    }));
    expect(intervalsOf(execution)).toEqual([
      [{ from: 4, to: 5, kind: 'wants' }, { from: 5, to: 7, kind: 'sleeps' }, { from: 7, to: 8, kind: 'wants' }],
      [{ from: 1, to: 7, kind: 'holds' }],
    ]);
  });

  it('last to the end if nothing ends them', () => {
    const execution = new Execution(madeUp(ROWS, WORDS, { locks: { step: [2], holder: [0], word: [2] }, waits: { step: [3], thread: [1], wait: [2], word: [2], by: [-1] } }));
    expect(intervalsOf(execution)).toEqual([[{ from: 2, to: 10, kind: 'holds' }], [{ from: 3, to: 10, kind: 'sleeps' }]]);
  });
});
