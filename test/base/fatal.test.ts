import { describe, expect, it } from 'vitest';
import { EXIT, UsageError, fatal, outOfMemory } from '../../src/base/fatal.ts';
import { fatalOf } from '../support/core-machine.ts';

describe('an error', () => {
  it('carries the facts of a violated invariant, and ends the process with 1', () => {
    const error = fatalOf(() => fatal('SPAN_SWEPT_BY_TWO', { span: 7, heap: 4 }));
    expect([error.code, error.facts, error.exitCode, error.message]).toEqual(['SPAN_SWEPT_BY_TWO', { span: 7, heap: 4 }, EXIT.invariant, 'SPAN_SWEPT_BY_TWO span=7 heap=4']);
  });

  it('ends the process with 3 if memory is exhausted', () => {
    const error = fatalOf(() => outOfMemory('arena', { size: 9 }));
    expect([error.code, error.exitCode, error.message]).toEqual(['OUT_OF_MEMORY', EXIT.memory, 'OUT_OF_MEMORY what=arena size=9']);
  });

  it('ends the process with 2 if the input is wrong', () => {
    expect(new UsageError('no').exitCode).toBe(EXIT.usage);
  });
});
