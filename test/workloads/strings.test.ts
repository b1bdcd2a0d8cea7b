import { describe, expect, it } from 'vitest';
import { getSlotAddress } from '../../src/runtime/mutator.ts';
import { getByte, setFreshByte } from '../../src/workloads/bytes.ts';
import { strings } from '../../src/workloads/strings.ts';
import type { Workload } from '../../src/workloads/workload.ts';
import { fatalCode, runOnOneP } from '../support/machine.ts';

const GROW = 4;
const STRING_SLOT = 2;
const SMALL = { count: 20_000, threads: 3, lists: 40 };

/** Returns the workload with `change` applied after every step that makes strings. */
function afterGrow(change: (m: Int32Array, gp: number) => void): Workload {
  const steps = [...strings.steps];
  const grow = steps[GROW];
  steps[GROW] = (m, mp, gp, text) => {
    const next = grow(m, mp, gp, text);
    change(m, gp);
    return next;
  };
  return { ...strings, steps };
}

describe('strings', () => {
  it.each([1, 50, 400])('come back intact at GOGC=%i', (gogc) => {
    const { lines, memstats } = runOnOneP(strings, SMALL, { gogc, timeslice: 2 });
    expect(lines).toEqual(['60000 strings read back intact']);
    // Strings share blocks, so there are fewer blocks than strings.
    const blocks = memstats.BySize.find(({ Size }) => Size === 16)!.Mallocs;
    expect(memstats.Mallocs).toBe(60_000 * 2 + 3);
    expect(blocks).toBeGreaterThan(30_000);
    expect(blocks).toBeLessThan(43_500);
  });

  it('come back intact on the 32-bit machine', () => {
    expect(runOnOneP(strings, SMALL, { ptrWords: 1, gogc: 20 }).lines).toEqual(['60000 strings read back intact']);
  });

  it('are detected if one byte changes', () => {
    const flipped = afterGrow((m, gp) => {
      const address = getSlotAddress(m, gp, STRING_SLOT);
      const bit = getByte(m, address) & 64 ? 32 : 64;
      m[address >>> 2] ^= bit << ((address & 3) * 8);
    });
    expect(fatalCode(() => runOnOneP(flipped, SMALL))).toBe('STRING_DAMAGED');
  });

  it('are detected if their memory was not zero', () => {
    // The byte after the last string is that of the next string while the block has room.
    const dirty = afterGrow((m, gp) => {
      const address = getSlotAddress(m, gp, STRING_SLOT);
      for (let next = address + 1; (next & 15) !== 0; next++) setFreshByte(m, next, 1);
    });
    expect(fatalCode(() => runOnOneP(dirty, SMALL))).toMatch(/STRING_NOT_ZEROED|STRING_DAMAGED/);
  });

  it('are deterministic for a given seed', () => {
    const mallocs = (seed: number) => runOnOneP(strings, { count: 5000 }, { seed }).memstats.BySize.map(({ Mallocs }) => Mallocs);
    expect(mallocs(5)).toEqual(mallocs(5));
    expect(mallocs(5)).not.toEqual(mallocs(6));
  });
});
