import { describe, expect, it } from 'vitest';
import { formatAddress, offsetOf, wordAt } from '../../src/memory/address.ts';

describe('an address', () => {
  it("is printed in Go's form", () => {
    expect([formatAddress(0), formatAddress(0x48d0), formatAddress(2 ** 30 - 1)]).toEqual(['nil', '0xc000012340', '0xc0fffffffc']);
  });

  it('carries on above 4 GB', () => {
    expect([formatAddress(2 ** 30), formatAddress(2 ** 31 - 1)]).toEqual(['0xc100000000', '0xc1fffffffc']);
  });

  it('of a byte is the same number with and without a sign', () => {
    for (const address of [0, 5, 2 ** 31 + 6, 2 ** 32 - 1]) expect([offsetOf(address | 0), wordAt(address | 0)]).toEqual([address, Math.floor(address / 4)]);
  });

  it('of a byte above 4 GB has no sign', () => {
    for (const address of [2 ** 32, 2 ** 32 + 7, 2 ** 33 - 1]) expect([offsetOf(address), wordAt(address)]).toEqual([address, Math.floor(address / 4)]);
  });
});
