import { afterEach, describe, expect, it } from 'vitest';
import { becomeM, thisM } from '../../src/base/this-m.ts';

afterEach(() => becomeM(0));

describe('the M of a thread', () => {
  it('is M 0 before the thread runs one, and then the one that it runs', () => {
    expect(thisM()).toBe(0);
    becomeM(3);
    expect(thisM()).toBe(3);
  });
});
