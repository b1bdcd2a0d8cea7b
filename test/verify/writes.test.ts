import { describe, expect, it } from 'vitest';
import { makeWriteFlags, UNRESTORED, WRITE_SHIFT, WRITTEN } from '../../src/memory/write-flags.ts';
import { Writes } from '../../src/verify/writes.ts';

const WORDS = 8192;
/** Words of a group. */
const GROUP = 2048;

describe('Writes', () => {
  const m = new Int32Array(WORDS);
  const flags = makeWriteFlags(WORDS);

  function write(word: number, value: number): void {
    m[word] = value;
    flags[word >> WRITE_SHIFT] = WRITTEN;
  }

  it('takes every word as written before the first check', () => {
    const writes = new Writes(flags);
    writes.begin();
    expect(writes.since(0, 0, 1)).toBe(true);
    expect(writes.since(writes.now, 0, WORDS)).toBe(false);
  });

  it('knows whether a block of a range was written since a check, and leaves the bit of the other reader', () => {
    const writes = new Writes(flags);
    writes.begin();
    const { now } = writes;
    write(3000, 0);
    writes.begin();
    expect(writes.since(now, 0, WORDS)).toBe(true);
    expect(writes.since(now, 3000, 3001)).toBe(true);
    expect(writes.since(now, 0, GROUP)).toBe(false);
    expect(writes.since(now, 3064, WORDS)).toBe(false);
    expect(writes.since(writes.now, 0, WORDS)).toBe(false);
    expect(flags[3000 >> WRITE_SHIFT]).toBe(UNRESTORED);
  });

  it('finds the first word that is not 0, and looks at zeros again only after a write', () => {
    const writes = new Writes(flags);
    writes.begin();
    expect(writes.firstNonZero(m, 10, WORDS)).toBe(-1);
    m[5000] = 7;
    writes.begin();
    expect(writes.firstNonZero(m, 10, WORDS)).toBe(-1);
    write(5001, 8);
    writes.begin();
    expect(writes.firstNonZero(m, 10, WORDS)).toBe(5000);
    expect(writes.firstNonZero(m, 5001, WORDS)).toBe(5001);
    expect(writes.firstNonZero(m, 10, 5000)).toBe(-1);
  });

  it('takes every word as written at any time without flags', () => {
    const writes = new Writes();
    writes.begin();
    expect(writes.since(writes.now, 0, 1)).toBe(true);
    expect(writes.firstNonZero(Int32Array.of(0, 0, 5), 0, 3)).toBe(2);
  });
});
