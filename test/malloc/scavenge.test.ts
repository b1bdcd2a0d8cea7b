/** Memory that goes back to the operating system, and memory that must never be used again. */
import { describe, expect, it } from 'vitest';
import { PAGE_BYTES, PAGE_WORDS } from '../../src/memory/address.ts';
import { loadWide } from '../../src/memory/wide.ts';
import { spanListRemove } from '../../src/heap/span-list.ts';
import { SPAN_STATE, Span, spanOf } from '../../src/heap/span.ts';
import { unmarkSpan } from '../../src/heap/bitmap.ts';
import { mheapFault } from '../../src/malloc/fault.ts';
import { free } from '../../src/malloc/free.ts';
import { lookup } from '../../src/malloc/lookup.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { EVERYTHING, scavenge } from '../../src/malloc/scavenge.ts';
import { FAULT_PATTERN, SYS, Sys } from '../../src/malloc/sys.ts';
import { setClock } from '../../src/sync/clock.ts';
import { CHECKPOINT } from '../../src/gc/doorbell.ts';
import { updatememstats } from '../../src/gc/stats.ts';
import { freeOSMemory } from '../../src/runtime/scavenger.ts';
import { newObject, setSlot } from '../../src/runtime/mutator.ts';
import { verifyHeap } from '../../src/verify/verifier.ts';
import { bootCore, runCore } from '../support/core-machine.ts';

const RELEASED = MSTATS + MStats.at.heapReleased;

describe('scavenge', () => {
  it('releases free spans once, and counts them as used again when they are allocated', () => {
    const { m, m0 } = bootCore({ arenaPages: 256 });
    const kept = mallocgc(m, m0, 10 * PAGE_BYTES, 0);
    free(m, m0, mallocgc(m, m0, 20 * PAGE_BYTES, 0));
    // The heap has grown by 128 pages.
    expect(scavenge(m, m0, EVERYTHING)).toBe(118 * PAGE_BYTES);
    expect(scavenge(m, m0, EVERYTHING)).toBe(0);
    expect([loadWide(m, RELEASED), loadWide(m, SYS + Sys.at.unused)]).toEqual([118 * PAGE_BYTES, 118 * PAGE_BYTES]);
    free(m, m0, kept);
    // Joined with its neighbour: only the ten pages are new.
    expect(scavenge(m, m0, EVERYTHING)).toBe(10 * PAGE_BYTES);
    const p = mallocgc(m, m0, 30 * PAGE_BYTES, 0);
    expect(m.subarray(p, p + 30 * PAGE_WORDS).every((word) => word === 0)).toBe(true);
    expect([loadWide(m, RELEASED), loadWide(m, SYS + Sys.at.unused)]).toEqual([0, 0]);
    updatememstats(m, m0);
    expect(verifyHeap(m, CHECKPOINT.swept).problems).toEqual([]);
  });

  it('leaves the memory of a span that was freed a moment ago', () => {
    const { m, m0 } = bootCore({ arenaPages: 256 });
    const p = mallocgc(m, m0, 128 * PAGE_BYTES, 0);
    setClock(m, 5);
    free(m, m0, p);
    setClock(m, 5 + 1000);
    expect(scavenge(m, m0, 1000)).toBe(0);
    setClock(m, 5 + 1001);
    expect(scavenge(m, m0, 1000)).toBe(128 * PAGE_BYTES);
  });

  it('is preceded by a collection in FreeOSMemory', () => {
    runCore({ arenaPages: 256 }, -1, (m, mp, gp) => {
      newObject(m, mp, gp, 0, 100 * PAGE_BYTES, 0);
      expect(freeOSMemory(m, mp)).toBeLessThan(30 * PAGE_BYTES);
      setSlot(m, gp, 0, 0);
      expect(freeOSMemory(m, mp)).toBeGreaterThanOrEqual(100 * PAGE_BYTES);
    });
  });

  it('ignores a faulted span, which is not found, coalesced or used again', () => {
    const { m, m0 } = bootCore({ arenaPages: 256 });
    const [before, p, behind] = [0, 1, 2].map(() => mallocgc(m, m0, 10 * PAGE_BYTES, 0));
    const s = spanOf(m, p);
    spanListRemove(m, s);
    unmarkSpan(m, p, PAGE_BYTES);
    mheapFault(m, m0, s, true);
    free(m, m0, before);
    free(m, m0, behind);
    expect([m[s + Span.at.state], m[s + Span.at.npages], m[p], m[p + 10 * PAGE_WORDS - 1]]).toEqual([SPAN_STATE.faulted, 10, FAULT_PATTERN, FAULT_PATTERN]);
    expect(lookup(m, m0, p)).toEqual({ base: 0, size: 0 });
    for (let left = 118; left > 0; left -= left > 10 ? 10 : left) {
      const q = mallocgc(m, m0, Math.min(left, 10) * PAGE_BYTES, 0);
      expect(q + Math.min(left, 10) * PAGE_WORDS <= p || q >= p + 10 * PAGE_WORDS).toBe(true);
    }
    updatememstats(m, m0);
    expect(m[MSTATS + MStats.at.heapAllocQ] * 8).toBe(118 * PAGE_BYTES);
    expect(verifyHeap(m, CHECKPOINT.swept).problems).toEqual([]);
  });
});
