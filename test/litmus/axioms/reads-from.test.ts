import { describe, expect, it } from 'vitest';
import { eventsOf } from '../../../src/litmus/axioms/events.ts';
import { sourcesOf } from '../../../src/litmus/axioms/reads-from.ts';
import { load, store, type Access } from '../../../src/litmus/program.ts';

/** The sources of the one read of a program of one thread for each access, as event numbers. */
function sources(read: Access, ...writes: readonly Access[]): string[] {
  const [events] = eventsOf({ threads: [[read], ...writes.map((write) => [write])], finals: [] });
  return sourcesOf(events[1], events).map((each) => each.map(({ id }) => id).join(''));
}

describe('sourcesOf', () => {
  it('takes a word from one write of that word', () => {
    expect(sources(load('x'), store('x', 0x01010101), store('x', 0x02020202))).toEqual(['0000', '2222', '3333']);
  });

  it('takes only what may tear from several', () => {
    expect(sources(load('x', { bytes: 2, dataView: true }), store('x', 0x0101, { bytes: 2 }))).toEqual(['00', '02', '20', '22']);
  });

  it('mixes writes of other ranges with one of its own', () => {
    expect(sources(load('x', { bytes: 2 }), store('x', 1, { bytes: 1 }), store('x', 0x0202, { bytes: 2 }))).toEqual(['00', '20', '23', '33']);
  });

  it('does not try bytes apart that all writes leave alike', () => {
    expect(sources(load('x', { bytes: 8 }), store('x', 2 ** 32 + 1, { bytes: 8 }))).toEqual(['00000000', '00002000', '22220222', '22222222']);
  });
});
