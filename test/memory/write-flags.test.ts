import { describe, expect, it } from 'vitest';
import { makeWriteFlags, UNRESTORED, UNVERIFIED, WRITE_SHIFT, WRITE_WORDS, WRITTEN } from '../../src/memory/write-flags.ts';

describe('write flags', () => {
  it('have one byte for each block of a memory, the last one included', () => {
    for (const words of [1, WRITE_WORDS - 1, WRITE_WORDS, WRITE_WORDS + 1, 10 * WRITE_WORDS]) {
      expect(makeWriteFlags(words).length).toBeGreaterThan((words - 1) >> WRITE_SHIFT);
    }
  });

  it('are set for every reader at once, and cleared by each alone', () => {
    expect(WRITTEN & ~UNRESTORED & ~UNVERIFIED).toBe(0);
    expect(UNRESTORED & UNVERIFIED).toBe(0);
  });
});
