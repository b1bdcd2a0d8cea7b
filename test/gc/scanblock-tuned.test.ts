import { describe, expect, it } from 'vitest';
import { DEBUG } from '../../src/memory/config.ts';
import { drainCycles } from '../../src/gc/cycle-log.ts';
import { POLICY } from '../../src/gc/policy.ts';
import { collect, getSlot, newObject, setSlot, storeWord } from '../../src/runtime/mutator.ts';
import { runCore } from '../support/core-machine.ts';

describe('the tuned mark loop', () => {
  it.each([4, 16, 64])('empties each buffer of %d entries once for a large object that fills many', (workbufCap) => {
    const length = 5000;
    const { m } = runCore({ policy: POLICY.tuned, debug: DEBUG.collectstats, arenaPages: 2048, workbufCap, ptrBufCap: 4, maxWorkbufs: 16_384 }, -1, (m, mp, gp) => {
      newObject(m, mp, gp, 0, 8 * length, 0);
      for (let i = 0; i < length; i++) {
        const element = newObject(m, mp, gp, 1, 24, 0);
        // Each object has a pointer, so it must be scanned; none points at an unmarked object.
        storeWord(m, element, 0, element);
        storeWord(m, getSlot(m, gp, 0), i, element);
      }
      setSlot(m, gp, 1, 0);
      collect(m, mp, true);
    });
    const [{ objectsMarked, collectStats }] = drainCycles(m);
    expect(objectsMarked).toBeGreaterThan(length);
    // Each stashed buffer is at least half full.
    expect(collectStats!.putempty).toBeGreaterThanOrEqual(length / workbufCap);
    expect(collectStats!.putempty).toBeLessThan(10 + length / (workbufCap / 2));
  });
});
