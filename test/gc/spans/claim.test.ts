/** A span is queued by the M that finds it unclaimed, and the release tells whether one block or several were marked. */
import { describe, expect, it } from 'vitest';
import { claimSpan, releaseSpan } from '../../../src/gc/spans/claim.ts';
import { BLOCK_SHIFT, QUEUED } from '../../../src/gc/spans/state.ts';

const STATE = 8 << BLOCK_SHIFT;

describe.each([true, false])('claiming a span, one M alone: %s', (alone) => {
  it('queues it once, until it is released', () => {
    const m = new Int32Array([STATE]);
    expect(claimSpan(m, 0, alone)).toBe(true);
    expect(claimSpan(m, 0, alone)).toBe(false);
    releaseSpan(m, 0, alone);
    expect(claimSpan(m, 0, alone)).toBe(true);
  });

  it('tells one block from several', () => {
    const m = new Int32Array([STATE]);
    claimSpan(m, 0, alone);
    expect(releaseSpan(m, 0, alone)).toBe(STATE | QUEUED.one);
    claimSpan(m, 0, alone);
    claimSpan(m, 0, alone);
    claimSpan(m, 0, alone);
    expect(releaseSpan(m, 0, alone)).toBe(STATE | QUEUED.one | QUEUED.many);
    expect(m[0]).toBe(STATE);
  });
});
