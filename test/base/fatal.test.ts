import { expect, test } from 'vitest';
import { EXIT, UsageError, fatal, outOfMemory } from '../../src/base/fatal.ts';
import { fatalOf } from '../support/core-machine.ts';

test('a broken invariant carries its facts, and ends the process with 1', () => {
  const error = fatalOf(() => fatal('SPAN_SWEPT_BY_TWO', { span: 7, heap: 4 }));
  expect([error.code, error.facts, error.exitCode, error.message]).toEqual(['SPAN_SWEPT_BY_TWO', { span: 7, heap: 4 }, EXIT.invariant, 'SPAN_SWEPT_BY_TWO span=7 heap=4']);
});

test('a full memory ends the process with 3', () => {
  const error = fatalOf(() => outOfMemory('arena', { size: 9 }));
  expect([error.code, error.exitCode, error.message]).toEqual(['OUT_OF_MEMORY', EXIT.memory, 'OUT_OF_MEMORY what=arena size=9']);
});

test('what the user gave wrong ends the process with 2', () => {
  expect(new UsageError('no').exitCode).toBe(EXIT.usage);
});
