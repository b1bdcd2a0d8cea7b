/** Words that threads share, and their history. */
import { describe, expect, it } from 'vitest';
import { Execution } from '../../../src/view/player/execution.ts';
import { WordHistory } from '../../../src/view/player/words.ts';
import { ROWS, WORDS, madeUp } from './made-up.ts';

describe('the words of an execution', () => {
  it('are shared if threads touch them and one changes them', () => {
    const history = new WordHistory(new Execution(madeUp([...ROWS, [1, 'load', 40, 0, 0], [0, 'load', 40, 0, 0]], WORDS)));
    expect([0, 1, 2, 3].map((word) => history.isShared(word))).toEqual([true, false, true, false]);
  });

  it('changed lately, each once, the last first', () => {
    const history = new WordHistory(new Execution(madeUp(ROWS, WORDS)));
    expect(history.changedLately(9, 8)).toEqual([{ step: 8, word: 0 }, { step: 6, word: 2 }]);
    expect(history.changedLately(9, 1)).toEqual([{ step: 8, word: 0 }]);
    expect(history.changedLately(0, 8)).toEqual([]);
  });

  it('have the steps around one, also of ranges over them', () => {
    const history = new WordHistory(new Execution(madeUp([[0, 'store', 11, 1, 0], [1, 'fill', 10, 2, 0], [0, 'load', 11, 0, 0], [0, 'load', 10, 0, 0]], WORDS)));
    expect(history.around(2, 1, 1)).toEqual([1, 2]);
    expect(history.around(0, 5, 5)).toEqual([0, 1, 2]);
    expect(history.isShared(1)).toBe(true);
  });
});
