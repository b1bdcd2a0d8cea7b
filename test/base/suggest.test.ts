/** A slip of the pen is recognised, another word is not. */
import { describe, expect, it } from 'vitest';
import { hint, inWords, nearest } from '../../src/base/suggest.ts';

const KNOWN = ['churn', 'binary-trees', 'tree', 'list'];

describe('suggestions', () => {
  it('finds letters left out, added, changed, swapped or in capitals', () => {
    expect(['churm', 'chrun', 'chun', 'churnn', 'CHURN'].map((word) => nearest(word, KNOWN))).toEqual(Array(5).fill('churn'));
    expect(nearest('binarytrees', KNOWN)).toBe('binary-trees');
  });

  it('finds nothing for other words, and lists what there is', () => {
    expect(nearest('wobble', KNOWN)).toBeUndefined();
    expect(hint('wobble', KNOWN)).toBe('; there are churn, binary-trees, tree and list');
    expect(hint('wobble', ['churn'])).toBe('; there is churn');
    expect(hint('wobble', [])).toBe('');
    expect(hint('wobble', Array.from({ length: 61 }, (_, i) => `known ${i} of many`))).toBe('');
    expect(inWords(['1'])).toBe('1');
  });
});
