import { describe, expect, it } from 'vitest';
import { coresOf, measureLink, placesOf, topologyOf } from '../../../src/model/calibrate/places.ts';
import type { SystemFacts } from '../../../src/model/calibrate/system.ts';

const system = (sockets: SystemFacts['sockets']): SystemFacts => ({ sockets, l1Bytes: undefined, l2Bytes: undefined });
const TWO_SOCKETS = system([[[0, 4], [1, 5]], [[2, 6], [3, 7]]]);
const HYPER_THREADS = system([[[0, 2], [1, 3]]]);
const PLAIN = system([[[0], [1]]]);

describe('places', () => {
  it('are two cores of the first socket, and a core of each', () => {
    expect(placesOf(TWO_SOCKETS)).toEqual({ near: [0, 1], far: [0, 2] });
    expect(placesOf(HYPER_THREADS)).toEqual({ near: [0, 1], far: undefined });
  });

  it('need no pinning on plain cores of one socket', () => {
    expect(placesOf(PLAIN)).toEqual({ near: undefined, far: undefined });
  });
});

describe('the topology of a system', () => {
  it('counts sockets, cores and hyper-threads', () => {
    const link = { missNs: 1, transferNs: 2, bytesPerSecond: null };
    expect(topologyOf(TWO_SOCKETS, link)).toEqual({ sockets: 2, threadsPerCore: 2, link });
    expect(topologyOf(HYPER_THREADS, undefined)).toEqual({ sockets: 1, threadsPerCore: 2 });
    expect([TWO_SOCKETS, HYPER_THREADS, PLAIN].map(coresOf)).toEqual([4, 2, 2]);
  });
});

describe('measureLink', () => {
  it('subtracts what a miss and a CAS take on one socket', async () => {
    const asked: unknown[] = [];
    const probes = {
      one: async () => 0,
      two: async (...args: unknown[]) => (asked.push(args), [130, 131]),
      chaseMemoryOf: async (...args: unknown[]) => (asked.push(args), 140),
      close: async () => {},
    };
    const link = await measureLink(probes, [0, 2], { bytes: 1 << 26, nearNs: 90, rmwNs: 10 }, (_, run) => run());
    expect(link).toEqual({ missNs: 50, transferNs: 120, bytesPerSecond: null });
    expect(asked).toEqual([[2, 0, 1 << 26], ['pingPong', 32 << 10, [0, 2]]]);
  });
});
