/** What threads do at a step. */
import { describe, expect, it } from 'vitest';
import { Execution } from '../../../src/view/player/execution.ts';
import { stateText, threadStates } from '../../../src/view/player/threads.ts';
import { ROWS, WORDS, madeUp } from './made-up.ts';

describe('the threads at a step', () => {
  const execution = new Execution(madeUp(ROWS, WORDS, {
    preemptions: { step: [1], from: [0] },
    locks: { step: [1, 6], holder: [1, -1], word: [2, 2] },
    waits: { step: [4, 5, 7, 8], thread: [0, 0, 0, 0], wait: [1, 2, 1, 0], word: [2, 2, 2, -1], by: [-1, -1, 1, -1] },
  }));
  const at = (step: number) => threadStates(execution, step).map((each) => [stateText(each), each.locks.join()]);

  it('run, are preempted, want a lock, sleep, and end', () => {
    expect(at(0)).toEqual([['runs', ''], ['ready', '']]);
    expect(at(1)).toEqual([['preempted', ''], ['runs', 'lock']]);
    // It has run since.
    expect(at(4)).toEqual([['runs', ''], ['ready', 'lock']]);
    expect(at(5)).toEqual([['sleeps on lock, which M1 holds', ''], ['ready', 'lock']]);
    expect(at(6)).toEqual([['sleeps on lock', ''], ['runs', '']]);
    expect(at(7)).toEqual([['wants lock, woken by M1', ''], ['runs', '']]);
    expect(at(8)).toEqual([['runs', ''], ['ready', '']]);
    const ended = new Execution(madeUp(ROWS, WORDS, { threads: [{ name: 'M0', ended: 10 }, { name: 'M1', ended: 8 }] }));
    expect(threadStates(ended, 6).map(stateText)).toEqual(['ready', 'runs']);
    expect(threadStates(ended, 8).map(stateText)).toEqual(['runs', 'has ended']);
  });
});
