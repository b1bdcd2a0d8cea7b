/** Where the collections of a timeline begin and end. */
import { describe, expect, it } from 'vitest';
import { collectionsOf, isMarking, isWaiting } from '../../src/report/collections.ts';
import { timelineOf } from '../support/timelines.ts';

describe('the collections of a timeline', () => {
  it('begin with a stop and end with the last slice of marking before the next', () => {
    const timeline = timelineOf([
      [['mutator', 0, 30], ['stop', 30, 40], ['collect', 40, 45], ['roots', 45, 70], ['root', 50, 60], ['collect', 70, 75], ['start', 75, 77], ['mutator', 77, 120], ['roots', 130, 150]],
      [['mutator', 0, 38], ['stopped', 38, 46], ['scan', 46, 69], ['getfull sleep', 69, 71], ['sweep', 77, 99], ['stop', 110, 125], ['roots', 125, 160]],
    ]);
    expect(collectionsOf(timeline)).toEqual([
      { lane: 0, fromNs: 30, markNs: 45, toNs: 71, isJoined: false },
      { lane: 1, fromNs: 110, markNs: 125, toNs: 160, isJoined: false },
    ]);
  });

  it('need no stop: the collecting thread is then the one that did not wait first', () => {
    const timeline = timelineOf([[['wait', 0, 7], ['roots', 7, 20]], [['wait', 0, 5], ['roots', 5, 22]], [['roots', 6, 21], ['stop', 40, 50], ['scan', 50, 60]]]);
    expect(collectionsOf(timeline)).toEqual([
      { lane: 2, fromNs: 0, markNs: 5, toNs: 22, isJoined: false },
      { lane: 2, fromNs: 40, markNs: 50, toNs: 60, isJoined: false },
    ]);
    expect(collectionsOf(timelineOf([[['wait', 1, 7], ['roots', 7, 20]]]))).toEqual([{ lane: 0, fromNs: 1, markNs: 7, toNs: 20, isJoined: false }]);
  });

  it('end when the collecting thread has waited for the last helper', () => {
    const timeline = timelineOf([[['stop', 0, 10], ['roots', 10, 20], ['wait', 20, 50]], [['wait', 0, 12], ['roots', 12, 40], ['wait', 45, 60]]]);
    expect(collectionsOf(timeline)).toEqual([{ lane: 0, fromNs: 0, markNs: 10, toNs: 50, isJoined: true }]);
  });

  it('are two if a pause has two marks', () => {
    const timeline = timelineOf([
      [['stop', 0, 10], ['roots', 10, 20], ['getfull spin', 20, 25], ['wait', 25, 30], ['collect', 30, 40], ['roots', 40, 60], ['collect', 60, 65]],
      [['roots', 12, 28], ['idle', 28, 38], ['roots', 38, 61]],
    ]);
    expect(collectionsOf(timeline)).toEqual([
      { lane: 0, fromNs: 0, markNs: 10, toNs: 30, isJoined: true },
      { lane: 0, fromNs: 30, markNs: 38, toNs: 61, isJoined: false },
    ]);
  });

  it('leave out a stop that no mark follows', () => {
    expect(collectionsOf(timelineOf([[['stop', 0, 10], ['mutator', 10, 20], ['stop', 20, 30], ['scan', 30, 40]]]))).toEqual([{ lane: 0, fromNs: 20, markNs: 30, toNs: 40, isJoined: false }]);
  });

  it('are the whole timeline if nothing marks', () => {
    expect(collectionsOf(timelineOf([[['mutator', 5, 10]]]))).toEqual([{ lane: 0, fromNs: 0, markNs: 0, toNs: 10, isJoined: false }]);
    expect(collectionsOf(timelineOf([]))).toEqual([{ lane: -1, fromNs: 0, markNs: 0, toNs: 0, isJoined: false }]);
  });
});

describe('a thread', () => {
  it.each(['getfull spin', 'getfull yield', 'getfull sleep', 'wait', 'idle', 'stopped', 'worldsema', 'schedule'])('waits in %s', (kind) => expect(isWaiting(kind)).toBe(true));
  it.each(['scan', 'steal', 'handoff', 'stop', 'flush', 'roots', 'collect', 'mutator', 'sweep'])('works in %s', (kind) => expect(isWaiting(kind)).toBe(false));
  it.each(['roots', 'root', 'scan', 'steal', 'handoff', 'getfull sleep'])('marks in %s', (kind) => expect(isMarking(kind)).toBe(true));
  it.each(['stop', 'stopped', 'flush', 'sweep', 'sweep rest', 'collect', 'wait', 'start', 'mutator'])('does not mark in %s', (kind) => expect(isMarking(kind)).toBe(false));
});
