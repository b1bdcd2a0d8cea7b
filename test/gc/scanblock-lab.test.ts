/** With each of its parameters, the lab's mark loop marks the same objects as go1.3's, and counts the same. */
import { describe, expect, it } from 'vitest';
import { xorshift32 } from '../../src/base/random.ts';
import { drainCycles } from '../../src/gc/cycle-log.ts';
import { POLICY } from '../../src/gc/policy.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { DIRECTION, MARK_BY, ORDER } from '../../src/memory/config.ts';
import type { MachineShape } from '../../src/memory/map.ts';
import { collect, newObject, setGlobal, setSlot, storeWord } from '../../src/runtime/mutator.ts';
import { runCore } from '../support/core-machine.ts';
import { runOnThreads } from '../support/core-threads.ts';

const GO: Partial<MachineShape> = { policy: POLICY['go1.3'] };
interface LabMeans {
  readonly mark: number;
  readonly order: number;
  readonly direction: number;
  readonly split: number;
  readonly prefetch: number;
}

const lab = ({ mark, order, direction, split, prefetch }: LabMeans): Partial<MachineShape> => (
  { policy: POLICY.lab, labMark: mark, labOrder: order, labDirection: direction, labSplit: split, labPrefetch: prefetch });

/** All combinations of parameters; the split is an odd number of heap words. */
const MEANS: readonly (LabMeans & { readonly name: string })[] = Object.entries(MARK_BY).flatMap(([by, mark]) =>
  Object.entries(ORDER).flatMap(([which, order]) =>
    Object.entries(DIRECTION).flatMap(([way, direction]) =>
      [0, 6].flatMap((split) => [0, 63].map((prefetch) => ({ name: `${by}, ${which}, ${way}, split ${split}, prefetch ${prefetch}`, mark, order, direction, split, prefetch }))))));

/** Returns the objects marked and the bytes scanned in a collection of a random graph. */
function countOnOneP(shape: Partial<MachineShape>): { readonly objectsMarked: number; readonly bytesScanned: number } {
  const sizes = [8, 16, 24, 32, 48, 112, 416, 2304, 33_000];
  let x = 4711;
  const draw = (n: number) => (x = xorshift32(x)) % n;
  const { m } = runCore({ ...shape, arenaPages: 2048 }, -1, (m, mp, gp) => {
    const objects = Array.from({ length: 600 }, () => {
      const size = sizes[draw(sizes.length)];
      const noscan = size >= 16 && draw(4) === 0;
      return { p: newObject(m, mp, gp, 0, size, noscan ? FLAG_NOSCAN : 0), words: noscan ? 0 : size / 8 };
    });
    for (const { p, words } of objects) {
      for (let k = 0; k < Math.min(words, 3); k++) storeWord(m, p, k === 2 ? words - 1 : k, objects[draw(objects.length)].p);
    }
    for (let i = 0; i < 8; i++) setGlobal(m, i, objects[draw(objects.length)].p);
    setSlot(m, gp, 0, 0);
    collect(m, mp, true);
  });
  const [{ threads: [{ objectsMarked, bytesScanned }] }] = drainCycles(m);
  return { objectsMarked, bytesScanned };
}

describe("the lab's mark loop on one P", () => {
  const go = countOnOneP(GO);

  it('has much to mark', () => {
    expect(go.objectsMarked).toBeGreaterThan(300);
    expect(go.bytesScanned).toBeGreaterThan(1e6);
  });

  it.each(MEANS)('marks as many objects and scans as many bytes as go1.3: $name', (means) => {
    expect(countOnOneP(lab(means))).toEqual(go);
    // Small buffers, which overflow often.
    expect(countOnOneP({ ...lab(means), workbufCap: 5, ptrBufCap: 5, maxWorkbufs: 16_384 })).toEqual(go);
  });
});

describe("the lab's mark loop on several Ps", () => {
  const [length, collections] = [3000, 6];
  const wide = (shape: Partial<MachineShape>, procs: number) =>
    runOnThreads('wideArray', { shape: { ...shape, procs, workbufCap: 40, ptrBufCap: 40, maxWorkbufs: 4096, arenaPages: 2048 }, gogc: -1, args: [length, collections] });
  const some = MEANS.filter((_, i) => i % 3 === 0);

  it.each(some)('marks each object once by CAS, at least once by byte: $name', async (means) => {
    const go = await wide(GO, 1);
    const { cycles } = await wide(lab(means), 3);
    expect(cycles.length).toBe(collections);
    const marks = (list: typeof cycles) => list.map(({ objectsMarked }) => objectsMarked);
    if (means.mark === MARK_BY.cas) expect(marks(cycles)).toEqual(marks(go.cycles));
    else for (const [i, n] of marks(cycles).entries()) expect(n >= marks(go.cycles)[i] && n <= 3 * marks(go.cycles)[i]).toBe(true);
  });

  it('splits a large object, so several Ms scan it', async () => {
    const shared = { mark: MARK_BY.cas, order: ORDER.lifo, direction: DIRECTION.forwards, split: 64, prefetch: 0 };
    const { cycles } = await runOnThreads('wideArray', { shape: { ...lab(shared), procs: 3, arenaPages: 8192 }, gogc: -1, args: [60_000, 4] });
    expect(cycles.some(({ nhandoff }) => nhandoff > 0)).toBe(true);
  });
});
