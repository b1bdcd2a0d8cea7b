import { describe, expect, it } from 'vitest';
import { VERDICTS, verdictOn } from '../../src/litmus/verdict.ts';

describe('the word for what a model says', () => {
  it('depends on the axioms, on what exploration reaches, and on whether the search has ended', () => {
    const words = [true, false].flatMap((isAllowed) => [true, false].flatMap((isReached) => [true, false].map((isComplete) => verdictOn(isAllowed, isReached, isComplete))));
    expect(words).toEqual(['reached', 'reached', 'allowed', 'not found', 'WRONG', 'WRONG', '-', '-']);
    expect(new Set(words)).toEqual(new Set(Object.keys(VERDICTS)));
  });
});
