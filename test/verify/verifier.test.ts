import { describe, expect, it, vi } from 'vitest';
import { sampled, seeds } from '../support/nightly.ts';
import { COLLECTOR } from '../../src/gc/collectors/registry.ts';
import { CHECKPOINT } from '../../src/gc/doorbell.ts';
import { Span, spanAt } from '../../src/heap/span.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { nspan } from '../../src/malloc/page-runs.ts';
import { PAGE_WORDS } from '../../src/memory/address.ts';
import { setGlobal, storeWord } from '../../src/runtime/mutator.ts';
import { Verifier, verifyHeap } from '../../src/verify/verifier.ts';
import { bootSmall, runCollect, runRandom } from '../support/verify-machine.ts';

vi.mock('../../src/gc/doorbell.ts', async (original) => (await import('../support/verify-hook.ts')).answered(await original()));

/** First word of an arena of which the 40th page begins at 4 GB. */
const ACROSS = 2 ** 30 - 40 * PAGE_WORDS;

const MACHINES = [
  ['the 64-bit machine', { ptrWords: 2 }],
  ['the 64-bit machine with the tuned mark loop', { ptrWords: 2, policy: 1 }],
  ['the 32-bit machine', { ptrWords: 1 }],
  [
    'the 32-bit machine with holes in its arena',
    { ptrWords: 1, chunkPages: 4, osHoles: [{ offset: 64 * 8192, bytes: 12288 }, { offset: 70 * 8192, bytes: 8192 }, { offset: 200 * 8192, bytes: 4096 }] },
  ],
  ['a machine with tiny chunks and workbufs', { ptrWords: 2, chunkPages: 1, workbufCap: 64, abaBits: 3 }],
  ['a machine with an idle P', { ptrWords: 2, procs: 2 }],
  ['a machine with the collector of 2011', { collector: COLLECTOR.bitmap }],
  ['a machine with the collector of 2010', { collector: COLLECTOR.refword }],
  ['a machine with an arena of 3 GB, mostly unused', { arenaPages: 3 * 2 ** 17 }],
  ['a small machine with the pointers of a large one', { hasLargePointers: true }],
  ['a machine with its arena on both sides of 4 GB', { arenaFrom: ACROSS }],
  ['such a machine with the tuned mark loop', { arenaFrom: ACROSS, policy: 1 }],
  ['such a machine with the lab mark loop', { arenaFrom: ACROSS, policy: 2 }],
  ['such a machine with the collector of 2011', { arenaFrom: ACROSS, collector: COLLECTOR.bitmap }],
  ['such a machine with the collector of 2010', { arenaFrom: ACROSS, collector: COLLECTOR.refword }],
  ['a 32-bit machine with the collector of 2011 and tiny workbufs', { collector: COLLECTOR.bitmap, ptrWords: 1, workbufCap: 64 }],
  ['a 32-bit machine with the collector of 2010 and tiny workbufs', { collector: COLLECTOR.refword, ptrWords: 1, workbufCap: 64 }],
] as const;

/** Returns the number of spans in use before 4 GB and behind it. */
function sidesOf(m: Int32Array): [before: number, behind: number] {
  let before = 0;
  const n = nspan(m);
  for (let i = 0; i < n; i++) if (m[spanAt(m, i) + Span.at.start] < 2 ** 30) before++;
  return [before, n - before];
}

describe('an undamaged heap has no problem', () => {
  it.each(MACHINES)('at any checkpoint of a random program on %s', (_, shape) => {
    let checkpoints = 0;
    for (let seed = 1; seed <= seeds(1, 4); seed++) {
      let verifier: Verifier | undefined;
      const m = runRandom({
        shape,
        seed,
        steps: seeds(60, 250),
        gogc: [100, 20, 300][seed % 3],
        at(memory, point) {
          verifier ??= new Verifier(memory);
          expect(verifier.check(point).problems, `seed ${seed}, checkpoint ${checkpoints}`).toEqual([]);
          checkpoints++;
        },
      });
      if ('arenaFrom' in shape) expect(Math.min(...sidesOf(m))).toBeGreaterThan(10);
      // Check once more when all goroutines have ended and all spans are swept.
      expect(verifier?.check(CHECKPOINT.swept).problems).toEqual([]);
      expect(verifyHeap(m, CHECKPOINT.swept).problems).toEqual([]);
    }
    expect(checkpoints).toBeGreaterThan(15);
  });

  it.each(MACHINES)('when a pointer points to any word of a block, on %s', (_, shape) => {
    for (const size of [8, 16, 24, 64, 200, 1000, 40_000]) {
      const words = size / 4;
      const inners = Array.from({ length: words }, (_, word) => word).filter((word) => word % Math.max(1, words >> 5) === 0);
      for (const inner of sampled(inners, inners.length > 8 ? 5 : 1)) {
        const seen: number[] = [];
        runCollect({
          shape,
          build(m, m0) {
            const target = mallocgc(m, m0, 48, 0);
            const block = mallocgc(m, m0, size, 0);
            storeWord(m, block, 0, target);
            setGlobal(m, 1, block + inner);
          },
          at(m, point) {
            const { problems } = verifyHeap(m, point);
            expect(problems, `a pointer to byte ${inner * 4} of a block of ${size}`).toEqual([]);
            seen.push(point);
          },
        });
        expect(seen).toEqual([CHECKPOINT.swept, CHECKPOINT.marked]);
      }
    }
  });

  it('right after boot', () => {
    const { m } = bootSmall();
    expect(verifyHeap(m, CHECKPOINT.swept)).toMatchObject({ problems: [], unlisted: 0 });
  });
});
