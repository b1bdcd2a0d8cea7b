import { describe, expect, it } from 'vitest';
import { isBefore, putBefore, unordered } from '../../../src/litmus/axioms/before.ts';

describe('an order', () => {
  it('is transitive, whatever is put first', () => {
    const order = unordered(5);
    expect([putBefore(order, 2, 3), putBefore(order, 0, 1), putBefore(order, 1, 2)]).toEqual([true, true, true]);
    expect([isBefore(order, 0, 3), isBefore(order, 3, 0), isBefore(order, 0, 4)]).toEqual([true, false, false]);
  });

  it('refuses a circle and stays as it was', () => {
    const order = unordered(3);
    putBefore(order, 0, 1);
    putBefore(order, 1, 2);
    const before = order.slice();
    expect([putBefore(order, 2, 0), putBefore(order, 1, 1)]).toEqual([false, false]);
    expect(order).toEqual(before);
  });

  it('refuses more events than it has bits for', () => {
    expect(() => unordered(32)).toThrow('at most 31');
    const order = unordered(31);
    putBefore(order, 29, 30);
    expect(isBefore(order, 29, 30)).toBe(true);
  });
});
