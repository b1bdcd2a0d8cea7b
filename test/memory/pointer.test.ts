import { describe, expect, it } from 'vitest';
import { LARGE_SHIFT, PTR_TAG, SMALL_SHIFT } from '../../src/memory/address.ts';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { addInner, addressAt, addressOf, isTag, loadPointer, lowOf, lowOfByte, refOf, storePointer, tagMask } from '../../src/memory/pointer.ts';

/** A memory of which only the form of the pointers is known. */
function memoryOf(ptrShift: number): Int32Array {
  const m = new Int32Array(CONFIG + Config.words + 16);
  m[CONFIG + Config.at.ptrShift] = ptrShift;
  return m;
}

const SLOT = CONFIG + Config.words;

describe.each([
  ['a machine of up to 4 GB', SMALL_SHIFT, [1, 12345, 2 ** 28, 2 ** 29, 2 ** 29 + 1, 2 ** 30 - 1]],
  ['a larger machine', LARGE_SHIFT, [1, 12345, 2 ** 29 + 1, 2 ** 30 - 1, 2 ** 30, 2 ** 30 + 1, 2 ** 31 - 1]],
])('a pointer of %s', (_, shift, refs) => {
  it.each(refs)('is read as it was stored, for ref %i', (ref) => {
    const m = memoryOf(shift);
    storePointer(m, SLOT, ref);
    expect([loadPointer(m, SLOT), m[SLOT + 1], m[SLOT - 1], m[SLOT + 2]]).toEqual([ref, PTR_TAG, 0, 0]);
    expect([m[SLOT], refOf(m, m[SLOT])]).toEqual([lowOf(m, ref), ref]);
  });

  it('has low word 0 if it is nil, and leaves the tag of the previous pointer', () => {
    const m = memoryOf(shift);
    storePointer(m, SLOT, 0);
    expect([m[SLOT], m[SLOT + 1]]).toEqual([0, 0]);
    storePointer(m, SLOT, 99);
    storePointer(m, SLOT, 0);
    expect([loadPointer(m, SLOT), m[SLOT + 1]]).toEqual([0, PTR_TAG]);
  });

  it.each(refs)('points to each byte of a word, for ref %i', (ref) => {
    const m = memoryOf(shift);
    for (let inner = 0; inner < 4; inner++) {
      const address = ref * 4 + inner;
      storePointer(m, SLOT, ref);
      addInner(m, SLOT, inner);
      expect([addressAt(m, SLOT) % 2 ** 32 >>> 0, loadPointer(m, SLOT)]).toEqual([address % 2 ** 32, ref]);
      expect(isTag(m, m[SLOT + 1])).toBe(true);
      expect(lowOfByte(m, address)).toBe(m[SLOT]);
      expect(refOf(m, lowOfByte(m, address))).toBe(ref);
    }
    expect(addressOf(m, lowOf(m, ref)) % 2 ** 32 >>> 0).toBe((ref * 4) % 2 ** 32);
  });

  it('is told from an integer by its high word', () => {
    const m = memoryOf(shift);
    const tags = [PTR_TAG - 1, PTR_TAG, PTR_TAG + 1, PTR_TAG + 2, 0, PTR_TAG << 8, PTR_TAG | (1 << 31)].filter((high) => isTag(m, high));
    expect(tags).toEqual(shift === SMALL_SHIFT ? [PTR_TAG] : [PTR_TAG, PTR_TAG + 1]);
    expect(tags.map((high) => high & tagMask(m))).toEqual(tags.map(() => PTR_TAG));
  });
});

describe('a pointer of a larger machine', () => {
  it('has the address of its byte as a number without a sign', () => {
    const m = memoryOf(LARGE_SHIFT);
    for (const ref of [5, 2 ** 30 + 5, 2 ** 31 - 1]) {
      storePointer(m, SLOT, ref);
      addInner(m, SLOT, 3);
      expect(addressAt(m, SLOT)).toBe(ref * 4 + 3);
    }
  });
});
