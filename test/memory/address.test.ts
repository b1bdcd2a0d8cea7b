import { describe, expect, it } from 'vitest';
import { PTR_TAG, formatAddress, loadPointer, storePointer } from '../../src/memory/address.ts';

describe('an address', () => {
  it.each([1, 12345, 2 ** 28, 2 ** 29, 2 ** 29 + 1, 2 ** 30 - 1])('is read as it was stored, for ref %i', (ref) => {
    const m = new Int32Array(4);
    storePointer(m, 2, ref);
    expect([loadPointer(m, 2), m[3], m[0], m[1]]).toEqual([ref, PTR_TAG, 0, 0]);
  });

  it('has low word 0 if it is nil, and leaves the tag of the previous pointer', () => {
    const m = new Int32Array(4);
    storePointer(m, 0, 0);
    expect([m[0], m[1]]).toEqual([0, 0]);
    storePointer(m, 0, 99);
    storePointer(m, 0, 0);
    expect([loadPointer(m, 0), m[1]]).toEqual([0, PTR_TAG]);
  });

  it("is printed in Go's form", () => {
    expect([formatAddress(0), formatAddress(0x48d0), formatAddress(2 ** 30 - 1)]).toEqual(['nil', '0xc000012340', '0xc0fffffffc']);
  });
});
