/** The feedback of Go 1.5, by hand. */
import { describe, expect, it } from 'vitest';
import { FIRST_TRIGGER, GOAL_UTILIZATION, boundedTrigger, nextTriggerRatio } from '../../../src/gc/pacer/feedback.ts';

describe('nextTriggerRatio', () => {
  it.each([
    // A mark that ends at the goal with the right utilization changes nothing.
    [0.875, 1, 1, 0.25, 0.875],
    // The heap ended at 0.95: there is 0.05 to gain, and half of it is taken.
    [0.85, 1, 0.95, 0.25, 0.875],
    // The heap overshot by 0.2: begin 0.1 earlier.
    [0.8, 1, 1.2, 0.25, 0.7],
    // The program assisted, so that marking took half of the processors.
    [0.8, 1, 1, 0.5, 0.7],
    // Bounds, also for another GOGC.
    [0.9, 1, 3, 0.5, 0.6],
    [0.9, 1, 0.9, 0.25, 0.95],
    [1.2, 2, 6, 0.25, 1.2],
    [0, 0, 0, 0.25, 0],
  ])('from %f with growth %f, ended at %f and utilization %f, is %f', (ratio, growth, actual, utilization, expected) => {
    expect(nextTriggerRatio(ratio, growth, actual, utilization)).toBeCloseTo(expected, 9);
  });

  it('settles where a program that allocates a fixed amount during each mark ends it at the goal', () => {
    let ratio = FIRST_TRIGGER;
    for (let i = 0; i < 40; i++) ratio = nextTriggerRatio(ratio, 1, ratio + 0.3, GOAL_UTILIZATION);
    expect(ratio).toBeCloseTo(0.7, 6);
  });
});

describe('boundedTrigger', () => {
  it.each([[0.1, 1, 0.6], [0.7, 1, 0.7], [2, 1, 0.95], [1, 2, 1.2]])('of %f with growth %f is %f', (ratio, growth, expected) => {
    expect(boundedTrigger(ratio, growth)).toBeCloseTo(expected, 9);
  });
});
