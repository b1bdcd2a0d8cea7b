import { describe, expect, it } from 'vitest';
import { add, compareExchange, exchange, load } from '../../src/litmus/program.ts';
import { written } from '../../src/litmus/written.ts';

describe('written', () => {
  it('is what each kind stores', () => {
    expect([load('x'), exchange('x', 3), compareExchange('x', 7, 3), compareExchange('x', 6, 3), add('x', 3)].map((access) => written(access, 7))).toEqual([undefined, 3, 3, undefined, 10]);
  });

  it('wraps a sum at the size of the access', () => {
    expect([written(add('x', 3, { bytes: 1 }), 255), written(add('x', 3), 2 ** 32 - 1), written(add('x', 3, { bytes: 8 }), 2n ** 64n - 1n)]).toEqual([2, 2, 2]);
  });
});
