/** Where steps are on the lanes. */
import { describe, expect, it } from 'vitest';
import { GUTTER, leftOf, overviewStep, stepAtX, stepTicks, windowAround } from '../../../src/view/player/lane-layout.ts';

describe('the window of the lanes', () => {
  const width = GUTTER + 100;

  it('has the step in the middle, but for the ends of the execution', () => {
    expect(windowAround(500, 1000, width, 10)).toEqual({ first: 495, end: 505, stepWidth: 10 });
    expect(windowAround(2, 1000, width, 10)).toMatchObject({ first: 0, end: 10 });
    expect(windowAround(999, 1000, width, 10)).toMatchObject({ first: 990, end: 1000 });
    expect(windowAround(2, 4, width, 10)).toMatchObject({ first: 0, end: 4 });
  });

  it('finds the step where it was drawn', () => {
    const window = windowAround(500, 1000, width, 10);
    for (const step of [495, 500, 504]) expect([stepAtX(window, leftOf(window, step)), stepAtX(window, leftOf(window, step) + 9)]).toEqual([step, step]);
    expect(stepAtX(window, GUTTER - 1)).toBeUndefined();
    expect(stepAtX(windowAround(0, 3, width, 10), GUTTER + 31)).toBeUndefined();
  });

  it('marks round numbers, counted from 1 and with the steps left out', () => {
    const window = windowAround(500, 1000, GUTTER + 1000, 10);
    expect(stepTicks(window, 0).map((tick) => tick + 1)).toEqual([460, 470, 480, 490, 500, 510, 520, 530, 540, 550]);
    expect(stepTicks(window, 7).map((tick) => tick + 8)).toEqual([460, 470, 480, 490, 500, 510, 520, 530, 540, 550]);
  });
});

describe('the overview', () => {
  it('reaches from the first step to the last, and no further', () => {
    expect([0, GUTTER, GUTTER + 50, GUTTER + 99, 999].map((x) => overviewStep(x, GUTTER + 100, 1000))).toEqual([0, 0, 500, 990, 999]);
  });
});
