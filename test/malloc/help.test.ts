/** An M on malloc's slow path sweeps a span for the collector. */
import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { SPAN_STATE, Span, spanAt } from '../../src/heap/span.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { SWEEPGEN, nspan } from '../../src/malloc/mheap.ts';
import { collect, getSlot, newObject, setSlot, storeWord } from '../../src/runtime/mutator.ts';
import { runCore } from '../support/core-machine.ts';

function unswept(m: Mem): number {
  let n = 0;
  for (let i = 0; i < nspan(m); i++) {
    const s = spanAt(m, i);
    if (m[s + Span.at.state] === SPAN_STATE.inUse && m[s + Span.at.xsweepgen] === m[SWEEPGEN] - 2) n++;
  }
  return n;
}

describe('gchelpwork', () => {
  it('sweeps one span at each refill, and none on the fast path', () => {
    runCore({}, -1, (m, mp, gp) => {
      // Forty spans that stay, two blocks in each, and one of another class.
      for (let i = 0; i < 80; i++) {
        const obj = newObject(m, mp, gp, 0, 4096, 0);
        storeWord(m, obj, 0, getSlot(m, gp, 1));
        setSlot(m, gp, 1, obj);
      }
      newObject(m, mp, gp, 0, 48, 0);
      collect(m, mp, false);
      const before = unswept(m);
      const swept = [48, 48, 48].map((bytes) => {
        mallocgc(m, mp, bytes, FLAG_NOSCAN);
        return before - unswept(m);
      });
      // The first sweeps the span it takes, and another.
      expect([before, swept]).toEqual([41, [2, 2, 2]]);
      mallocgc(m, mp, 100_000, FLAG_NOSCAN);
      expect(unswept(m)).toBe(0);
    });
  });
});
