import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadWide } from '../../src/memory/wide.ts';
import { ADDR_HASH_BITS, AddrEntry, AddrHash, getaddrbucket, setaddrbucket } from '../../src/malloc/addr-buckets.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { bootCore } from '../support/core-machine.ts';

const ROOM = { persistentWords: 1 << 22 };

describe('the map of addresses', () => {
  it.each([1, 2] as const)('returns the bucket of an address once, with pointers of %i words', (ptrWords) => {
    // Clustered, so that chains of all three levels meet.
    const address = fc.tuple(fc.constantFrom(0, 1, 2, 4095, 4094), fc.constantFrom(0, 1, 8191), fc.integer({ min: 0, max: 15 })).map(([mb, dense, low]) => mb * 2 ** 20 + dense * 128 + low * 8);
    fc.assert(
      fc.property(fc.array(fc.tuple(address, fc.boolean(), fc.integer({ min: 1, max: 1000 })), { maxLength: 300 }), (calls) => {
        const { m, m0 } = bootCore({ ...ROOM, ptrWords, arenaPages: 128 });
        const known = new Map<number, number>();
        for (const [at, isSet, bucket] of calls) {
          if (isSet && !known.has(at)) {
            setaddrbucket(m, m0, at | 0, bucket);
            known.set(at, bucket);
          } else {
            expect(getaddrbucket(m, m0, at | 0)).toBe(known.get(at) ?? 0);
            known.delete(at);
          }
        }
        for (const [at, bucket] of known) expect(getaddrbucket(m, m0, at | 0)).toBe(bucket);
      }),
      { numRuns: 60 },
    );
  });

  it('carves 64 entries at a time, reuses them, and has one table for a megabyte', () => {
    const { m, m0 } = bootCore(ROOM);
    const words = () => loadWide(m, MSTATS + MStats.at.buckhashSys) / 4;
    expect(words()).toBe(0);
    for (let round = 0; round < 10; round++) {
      for (let i = 0; i < 64; i++) setaddrbucket(m, m0, i * 8, 1 + i);
      for (let i = 63; i >= 0; i--) expect(getaddrbucket(m, m0, i * 8)).toBe(1 + i);
    }
    const one = (1 << ADDR_HASH_BITS) + AddrHash.words + 64 * AddrEntry.words;
    expect(words()).toBe(one);
    setaddrbucket(m, m0, 2 ** 20 - 8, 7);
    expect(words()).toBe(one);
    setaddrbucket(m, m0, 2 ** 20, 7);
    expect(words()).toBe(one + AddrHash.words);
  });
});
