/** What the player shows at a step, without a browser. */
import { describe, expect, it } from 'vitest';
import { Execution } from '../../../src/view/player/execution.ts';
import { stateText, threadStates } from '../../../src/view/player/threads.ts';
import { WordHistory } from '../../../src/view/player/words.ts';
import { madeUp, type Row } from './made-up.ts';

const WORDS = { 10: 'COUNT', 11: 'own', 12: 'lock', 40: 'beyond' };

const ROWS: readonly Row[] = [
  [0, 'load', 10, 0, 0],
  [1, 'cas', 12, 1, 0],
  [1, 'load', 10, 0, 0],
  [1, 'store', 10, 1, 0],
  [0, 'casFailed', 12, 1, 1],
  [0, 'wait', 12, 1, 1],
  [1, 'rmw', 12, 0, 1],
  [1, 'notify', 12, 1, 0],
  [0, 'store', 10, 5, 1],
  [0, 'store', 11, 3, 0],
];

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

describe('the threads at a step', () => {
  const execution = new Execution(madeUp(ROWS, WORDS, {
    preemptions: { step: [1], from: [0] },
    locks: { step: [1, 6], holder: [1, -1], word: [2, 2] },
    waits: { step: [4, 5, 7], thread: [0, 0, 0], wait: [1, 2, 1], word: [2, 2, 2], by: [-1, -1, 1] },
  }));
  const at = (step: number) => threadStates(execution, step).map((each) => [stateText(each), each.locks.join()]);

  it('run, are preempted, want a lock, sleep, and end', () => {
    expect(at(0)).toEqual([['runs', ''], ['ready', '']]);
    expect(at(1)).toEqual([['preempted', ''], ['runs', 'lock']]);
    // It has run since.
    expect(at(4)).toEqual([['runs', ''], ['ready', 'lock']]);
    expect(at(5)).toEqual([['sleeps on lock, which M1 holds', ''], ['ready', 'lock']]);
    expect(at(6)).toEqual([['sleeps on lock', ''], ['runs', '']]);
    expect(at(7)).toEqual([['wants lock', ''], ['runs', '']]);
    const ended = new Execution(madeUp(ROWS, WORDS, { threads: [{ name: 'M0', ended: 10 }, { name: 'M1', ended: 8 }] }));
    expect(threadStates(ended, 6).map(stateText)).toEqual(['ready', 'runs']);
    expect(threadStates(ended, 8).map(stateText)).toEqual(['runs', 'has ended']);
  });
});

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
