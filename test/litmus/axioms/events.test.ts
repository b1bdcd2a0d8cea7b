import { describe, expect, it } from 'vitest';
import { covers, equalRanges, eventsOf } from '../../../src/litmus/axioms/events.ts';
import { compareExchange, final, load, store } from '../../../src/litmus/program.ts';

describe('eventsOf', () => {
  it('has the initial write, all accesses and the reads at the end', () => {
    const [events] = eventsOf({ threads: [[store('x', 1)], [load('x', { bytes: 8 })]], finals: [final('x')] });
    expect(events.map(({ thread, reads, writes, noTear }) => [thread, reads, writes, noTear])).toEqual([[-1, false, true, true], [0, false, true, true], [1, true, false, false], [2, true, false, true]]);
    expect([covers(events[0], 31), covers(events[0], 32), covers(events[1], 3), covers(events[1], 4)]).toEqual([true, false, true, false]);
    expect([equalRanges(events[1], events[3]), equalRanges(events[1], events[2]), equalRanges(events[0], events[0])]).toEqual([true, false, false]);
  });

  it('lets each compare-exchange succeed or fail', () => {
    const ways = eventsOf({ threads: [[compareExchange('x', 0, 1)], [compareExchange('x', 0, 2)]], finals: [] });
    expect(ways.map((events) => events.slice(1).map(({ writes }) => writes))).toEqual([[true, true], [false, true], [true, false], [false, false]]);
  });
});
