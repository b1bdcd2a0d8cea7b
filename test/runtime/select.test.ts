import { describe, expect, it } from 'vitest';
import { Hchan } from '../../src/heap/hchan.ts';
import { getGlobal } from '../../src/runtime/mutator.ts';
import { act, close, go, make, pause, recv, runScripts, selectOf, send, type Line, type Way } from '../support/chan-scripts.ts';
import { fatalCode } from '../support/machine.ts';

const { recvq: RECVQ, sendq: SENDQ } = Hchan.at;
const NIL = 15;
const FROM_A: Way = { name: 'a', recv: 0 };
const FROM_B: Way = { name: 'b', recv: 1 };

/** No goroutine is left in a queue of the channels. */
function queuesEmpty(...channels: readonly number[]): Line {
  return act((m) => {
    for (const c of channels) {
      const at = getGlobal(m, c);
      expect([0, 1].flatMap((i) => [m[at + RECVQ + i], m[at + SENDQ + i]])).toEqual([0, 0, 0, 0]);
    }
  });
}

function times(n: number, line: Line): Line[] {
  return Array<Line>(n).fill(line);
}

describe.each([
  ['on the 64-bit machine', { ptrWords: 2 }],
  ['on the 32-bit machine', { ptrWords: 1 }],
  ['under collections', { ptrWords: 2, gcEvery: 1 }],
] as const)('select %s', (_, options) => {
  it('takes the case that can proceed', () => {
    const log: unknown[] = [];
    runScripts({ main: [make(0, 1), make(1, 1), send(1, 5), selectOf([FROM_A, FROM_B], log), send(0, 6), selectOf([FROM_A, FROM_B], log), queuesEmpty(0, 1)] }, options);
    expect(log).toEqual(['b 5', 'a 6']);
  });

  it('waits on all channels and is removed from the others', () => {
    const log: unknown[] = [];
    runScripts({
      main: [
        make(0, 0), make(1, 2), go('selecting', 'selecting', 'selecting'), pause, pause,
        send(1, 1), send(0, 2), close(1), pause, pause, queuesEmpty(0, 1),
      ],
      selecting: [selectOf([FROM_A, FROM_B], log)],
    }, options);
    expect(log).toEqual(['b 1', 'a 2', 'b end']);
  });

  it('is removed from the middle and from the end of a queue', () => {
    const log: unknown[] = [];
    runScripts({
      main: [
        make(0, 0), make(1, 0),
        go('receiver'), pause, pause, go('selecting'), pause, pause, go('receiver'), pause, pause, go('selecting'), pause, pause,
        send(1, 1), pause, send(1, 2), pause, send(0, 3), pause, send(0, 4), pause, pause,
        queuesEmpty(0, 1),
      ],
      selecting: [selectOf([FROM_B, FROM_A], log)],
      receiver: [recv(0, log)],
    }, options);
    expect(log).toEqual(['b 1', 'b 2', 3, 4]);
  });

  it('sends and receives, on one channel or on two', () => {
    const log: unknown[] = [];
    const both: readonly Way[] = [{ name: 'sent', send: 0, value: 9 }, { name: 'got', recv: 0 }];
    runScripts({
      main: [make(0, 0), go('selecting'), pause, pause, recv(0, log), pause, pause, go('selecting'), pause, pause, send(0, 4), pause, pause, queuesEmpty(0)],
      selecting: [selectOf(both, log)],
    }, options);
    // Both go on after the first; which says so first is the scheduler's choice.
    expect([log.slice(0, 2).toSorted(), log[2]]).toEqual([[9, 'sent'], 'got 4']);
  });

  it('meets another select', () => {
    const log: unknown[] = [];
    runScripts({
      main: [make(0, 0), make(1, 0), go('taking'), pause, pause, go('giving'), pause, pause, pause, queuesEmpty(0, 1)],
      taking: [selectOf([FROM_A, FROM_B], log)],
      giving: [selectOf([{ name: 'gave', send: 1, value: 3 }], log)],
    }, options);
    expect(log.toSorted()).toEqual(['b 3', 'gave']);
  });

  it('continues at once with a default', () => {
    const log: unknown[] = [];
    runScripts({
      main: [make(0, 0), make(1, 1), selectOf([FROM_A, FROM_B], log, 'none'), send(1, 2), selectOf([FROM_A, FROM_B], log, 'none'), selectOf([], log, 'none'), queuesEmpty(0, 1)],
    }, options);
    expect(log).toEqual(['none', 'b 2', 'none']);
  });

  it('may name a channel twice', () => {
    const log: unknown[] = [];
    runScripts({
      main: [make(0, 0), go('selecting'), pause, pause, queueLength(0, 2), send(0, 8), pause, pause, queuesEmpty(0)],
      selecting: [selectOf([{ name: 'first', recv: 0 }, { name: 'second', recv: 0 }], log)],
    }, options);
    expect(log).toEqual(['first 8']);
  });

  it('ignores nil channels', () => {
    const log: unknown[] = [];
    runScripts({ main: [make(0, 1), send(0, 1), selectOf([{ name: 'nil', recv: NIL }, FROM_A], log), selectOf([{ name: 'nil', send: NIL }], log, 'none')] }, options);
    expect(log).toEqual(['a 1', 'none']);
  });
});

/** Goroutines that wait to receive on channel `c`. */
function queueLength(c: number, n: number): Line {
  return act((m) => {
    const q = getGlobal(m, c) + RECVQ;
    expect(m[q] !== m[q + 1]).toBe(n > 1);
  });
}

describe('select', () => {
  it('chooses at random among the cases that can proceed', () => {
    const log: unknown[] = [];
    const full = (c: number) => [make(c, 40), ...times(40, send(c, c))];
    runScripts({ main: [...full(0), ...full(1), ...full(2), ...times(60, selectOf([FROM_A, FROM_B, { name: 'c', recv: 2 }], log))] });
    for (const way of ['a 0', 'b 1', 'c 2']) expect(log.filter((each) => each === way).length).toBeGreaterThan(8);
  });

  it('waits for ever without a case', () => {
    expect(fatalCode(() => runScripts({ main: [selectOf([], [])] }))).toBe('DEADLOCK');
    expect(fatalCode(() => runScripts({ main: [selectOf([{ name: 'nil', recv: NIL }], [])] }))).toBe('DEADLOCK');
  });

  it('has at most eight cases', () => {
    const ways = Array.from({ length: 9 }, (_, i) => ({ name: `${i}`, recv: 0 }));
    const log: unknown[] = [];
    runScripts({ main: [make(0, 1), send(0, 1), selectOf(ways.slice(0, 8), log)] });
    expect(log).toHaveLength(1);
    expect(() => runScripts({ main: [make(0, 1), send(0, 1), selectOf(ways, [])] })).toThrow('a select of goroutine 1 has 9 cases; at most 8 are supported');
  });

  it('reports a send on a closed channel as an error', () => {
    expect(() => runScripts({ main: [make(0, 0), close(0), selectOf([{ name: 'x', send: 0 }], [])] })).toThrow(/^send on closed channel by goroutine 1; /);
  });
});
