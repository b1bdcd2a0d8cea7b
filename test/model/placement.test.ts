/** Threads take the places of a machine in the order of --pin, and each place once. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canPin, placeThreads, slowdowns, PINS, type Pin } from '../../src/model/placement.ts';
import { MACHINES } from '../../src/model/machines.ts';

/** Two sockets of four cores with two threads each. */
const TWO = { cores: 8, topology: { sockets: 2, threadsPerCore: 2, link: { missNs: 1, transferNs: 1, bytesPerSecond: null } } };

describe('placeThreads', () => {
  it.each<[number, Pin, { cores: number; sockets: number }]>([
    [4, 'compact', { cores: 4, sockets: 1 }],
    [8, 'compact', { cores: 4, sockets: 1 }],
    [9, 'compact', { cores: 5, sockets: 2 }],
    [2, 'scatter', { cores: 2, sockets: 2 }],
    [8, 'scatter', { cores: 8, sockets: 2 }],
    [16, 'compact', { cores: 8, sockets: 2 }],
    [16, 'scatter', { cores: 8, sockets: 2 }],
  ])('puts %i threads, %s, on %o', (threads, pin, places) => {
    expect(placeThreads(TWO, threads, pin)).toMatchObject(places);
  });

  it('fills the cores of a socket before their second hyper-threads', () => {
    expect([...placeThreads(TWO, 8, 'compact').coreOf]).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
  });

  it('takes the sockets in turn when it scatters', () => {
    const { coreOf, socketOf } = placeThreads(TWO, 10, 'scatter');
    expect([...coreOf].map((core) => socketOf[core])).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
  });

  it('gives each thread a core of one socket on a machine without topology', () => {
    expect([...placeThreads({ cores: 2 }, 5).coreOf]).toEqual([0, 1, 2, 3, 4]);
    expect([...placeThreads({ cores: 2 }, 5).socketOf]).toEqual([0, 0, 0, 0, 0]);
  });

  it('puts no more threads on a core than it has hyper-threads, and as few on one as it can', () => {
    const sockets = fc.integer({ min: 1, max: 4 });
    fc.assert(fc.property(sockets, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 128 }), fc.constantFrom(...PINS), (count, each, threadsPerCore, threads, pin) => {
      const { coreOf, socketOf, cores } = placeThreads({ cores: count * each, topology: { sockets: count, threadsPerCore } }, threads, pin);
      const onCore = new Uint8Array(cores);
      for (const core of coreOf) onCore[core]++;
      expect(Math.max(...onCore)).toBeLessThanOrEqual(threadsPerCore);
      expect(Math.min(...onCore)).toBeGreaterThan(0);
      expect(socketOf).toHaveLength(cores);
      if (pin === 'scatter') expect(Math.max(...onCore) - Math.min(...onCore)).toBeLessThanOrEqual(1);
    }));
  });
});

describe('slowdowns', () => {
  const clocked = { topology: { ...TWO.topology, ghz: [4, 4, 3] } };

  it('follow the clock of each socket, and its last entry beyond the list', () => {
    const three = placeThreads({ cores: 8, ...clocked }, 3, 'scatter');
    expect([...slowdowns(clocked, three)]).toEqual([1, 1, 1]);
    const five = placeThreads({ cores: 8, ...clocked }, 5, 'compact');
    expect([...slowdowns(clocked, five)]).toEqual([4 / 3, 4 / 3, 4 / 3, 4 / 3]);
  });

  it('count a core with two hyper-threads once', () => {
    expect([...slowdowns(clocked, placeThreads({ cores: 2, topology: clocked.topology }, 4, 'compact'))]).toEqual([1, 1]);
  });
});

describe('canPin', () => {
  it('holds for machines of several sockets alone', () => {
    expect(MACHINES.filter(canPin).map(({ name }) => name)).toEqual(['e5-2690x2']);
  });
});
