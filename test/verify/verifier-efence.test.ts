/** The oracle with efence: it reports pointers to freed objects and writes to them. */
import { describe, expect, it, vi } from 'vitest';
import { DEBUG } from '../../src/memory/config.ts';
import type { Mem } from '../../src/memory/struct.ts';
import { loadWide } from '../../src/memory/wide.ts';
import { SPAN_STATE, Span, spanOf } from '../../src/heap/span.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { free } from '../../src/malloc/free.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { updatememstats } from '../../src/gc/stats.ts';
import { enableGC, link, startMain } from '../../src/runtime/boot.ts';
import { GOEXIT, type Step } from '../../src/runtime/goroutine.ts';
import { collect, getSlot, newObject, setSlot, storeInt, storeWord } from '../../src/runtime/mutator.ts';
import { mstart } from '../../src/runtime/schedule.ts';
import { Verifier } from '../../src/verify/verifier.ts';
import { recount } from '../support/core-machine.ts';
import { POLICIES } from '../support/core-shape.ts';
import { hook } from '../support/verify-hook.ts';
import { bootSmall, runRandom } from '../support/verify-machine.ts';

vi.mock('../../src/gc/doorbell.ts', async (original) => (await import('../support/verify-hook.ts')).answered(await original()));

/** Runs `body` in the main goroutine. Returns the problems at all checkpoints. */
function problemsOf(body: (m: Mem, mp: number, gp: number) => void, shape = {}): string[] {
  const { m, m0 } = bootSmall({ debug: DEBUG.efence, ...shape });
  const found: string[] = [];
  const verifier = new Verifier(m);
  hook.at = (_, point) => void found.push(...verifier.check(point).problems.map(({ code, message }) => `${code}: ${message}`));
  const step: Step = (m, mp, gp) => {
    body(m, mp, gp);
    return GOEXIT;
  };
  startMain(m, m0, 0, 4);
  enableGC(m);
  mstart(m, m0, link([step]));
  hook.at = () => {};
  return found;
}

const hex = (ref: number) => `0xc0${(ref * 4).toString(16).padStart(8, '0')}`;

describe('efence', () => {
  it.each(POLICIES)('reports a dangling pointer in an object, with policy $name', ({ policy }) => {
    let freed = 0;
    const problems = problemsOf((m, mp, gp) => {
      const holder = newObject(m, mp, gp, 0, 32, 0);
      freed = newObject(m, mp, gp, 1, 24, 0);
      setSlot(m, gp, 1, 0);
      collect(m, mp, true);
      storeWord(m, holder, 2, freed + 2);
      collect(m, mp, true);
    }, { policy });
    expect(problems).toEqual([expect.stringMatching(`^FAULTED_REACHED: block 0xc0.*, word 2, points to ${hex(freed + 2)} in span \\d+, whose object was freed$`)]);
  });

  it('reports a dangling pointer in a slot', () => {
    const problems = problemsOf((m, mp, gp) => {
      const freed = newObject(m, mp, gp, 1, 40_000, 0);
      setSlot(m, gp, 1, 0);
      collect(m, mp, true);
      setSlot(m, gp, 2, freed);
      collect(m, mp, true);
    });
    expect(problems).toEqual([expect.stringMatching(/^FAULTED_REACHED: stack of goroutine 1/)]);
  });

  it('reports a pointer to an object that was freed explicitly', () => {
    const problems = problemsOf((m, mp, gp) => {
      free(m, mp, newObject(m, mp, gp, 1, 100, 0));
      collect(m, mp, true);
    });
    expect(problems).toEqual([expect.stringMatching(/^FAULTED_REACHED: stack of goroutine 1/)]);
  });

  it('reports a write to a freed object', () => {
    const problems = problemsOf((m, mp, gp) => {
      const freed = newObject(m, mp, gp, 1, 24, 0);
      setSlot(m, gp, 1, 0);
      collect(m, mp, true);
      storeInt(m, freed, 1, 77);
      collect(m, mp, true);
    });
    expect(problems).toEqual([expect.stringMatching(/^FAULTED_WRITTEN: 0xc0.* holds 77$/)]);
  });

  it('gives every object its own pages, tiny ones too, and never reuses those of freed ones', () => {
    const problems = problemsOf((m, mp, gp) => {
      const seen = new Set<number>();
      for (let i = 0; i < 40; i++) {
        const size = [3, 8, 12, 16, 100, 9000, 32_768, 33_000][i % 8];
        const p = newObject(m, mp, gp, i % 4, size, i % 2 === 0 || size < 8 ? FLAG_NOSCAN : 0);
        const s = spanOf(m, p);
        const { start, state, sizeclass, npages, limit } = Span.at;
        expect([m[s + start], m[s + state], m[s + sizeclass], m[s + npages]]).toEqual([p, SPAN_STATE.inUse, 0, Math.ceil(size / 8192)]);
        expect((m[s + limit] - p) * 4).toBe(Math.max(128, Math.ceil(size / 8) * 8));
        for (let page = 0; page < m[s + npages]; page++) {
          expect(seen.has(p + page * 2048)).toBe(false);
          seen.add(p + page * 2048);
        }
        if (i % 10 === 9) collect(m, mp, i % 20 === 9);
      }
    });
    expect(problems).toEqual([]);
  });

  it('keeps faulted spans in use, and counts their objects as freed', () => {
    problemsOf((m, mp, gp) => {
      for (let i = 0; i < 5; i++) newObject(m, mp, gp, 0, 24, 0);
      storeWord(m, getSlot(m, gp, 0), 0, newObject(m, mp, gp, 1, 5, FLAG_NOSCAN));
      setSlot(m, gp, 1, 0);
      collect(m, mp, true);
      updatememstats(m, mp);
      const of = (name: 'heapInuse' | 'stacksInuse' | 'nmalloc' | 'nfree') => loadWide(m, MSTATS + MStats.at[name]);
      expect([of('heapInuse') - of('stacksInuse'), of('nmalloc'), of('nfree')]).toEqual([6 * 8192, 6, 4]);
      expect(recount(m).objects).toBe(2);
      expect(m[MSTATS + MStats.at.heapAllocQ] * 8).toBe(2 * 8192);
    });
  });

  it.each([
    ['the 64-bit machine', { ptrWords: 2 }],
    ['the 64-bit machine with the tuned mark loop', { ptrWords: 2, policy: 1 }],
    ['the 32-bit machine', { ptrWords: 1 }],
  ] as const)('finds no problem in a correct program on %s', (_, shape) => {
    let checkpoints = 0;
    for (let seed = 1; seed <= 2; seed++) {
      let verifier: Verifier | undefined;
      runRandom({
        shape: { ...shape, debug: DEBUG.efence, arenaPages: 1 << 13 },
        seed,
        steps: 60,
        at(m, point) {
          verifier ??= new Verifier(m);
          expect(verifier.check(point).problems, `seed ${seed}, checkpoint ${checkpoints}`).toEqual([]);
          checkpoints++;
        },
      });
    }
    expect(checkpoints).toBeGreaterThan(20);
  });
});
