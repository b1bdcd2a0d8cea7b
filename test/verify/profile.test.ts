/** What the oracle knows of the memory profile. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { CHECKPOINT } from '../../src/gc/doorbell.ts';
import { MPROF, MProf } from '../../src/malloc/buckets.ts';
import { Verifier, verifyHeap } from '../../src/verify/verifier.ts';
import { PROFILE_DAMAGES, profiledMemory } from '../support/profile-damages.ts';
import { runRandom } from '../support/verify-machine.ts';

vi.mock('../../src/gc/doorbell.ts', async (original) => (await import('../support/verify-hook.ts')).answered(await original()));

let memory: Mem;
beforeAll(() => (memory = profiledMemory()));

describe('the oracle', () => {
  it.each(PROFILE_DAMAGES.map((damage) => [damage.code, damage.what, damage] as const))('says %s when %s', (code, _, damage) => {
    const m = memory.slice();
    damage.apply(m);
    const { problems } = verifyHeap(m, CHECKPOINT.swept);
    const codes = new Set(problems.map((problem) => problem.code));
    expect(codes, JSON.stringify(problems)).toContain(code);
    expect([...codes].filter((found) => found !== code && !damage.with?.includes(found)), JSON.stringify(problems)).toEqual([]);
  });

  it('finds nothing in the memory that is damaged', () => {
    expect(verifyHeap(memory.slice(), CHECKPOINT.swept).problems).toEqual([]);
  });

  it.each([[1, 2], [1, 1], [300, 2], [5000, 1]] as const)('finds nothing wrong when one in %i bytes is sampled, with pointers of %i words', (memprofileRate, ptrWords) => {
    let verifier: Verifier | undefined;
    let checkpoints = 0;
    const m = runRandom({
      shape: { memprofileRate, ptrWords, persistentWords: 1 << 20 },
      seed: memprofileRate + ptrWords,
      steps: 160,
      gogc: 50,
      at(one, point) {
        verifier ??= new Verifier(one);
        expect(verifier.check(point).problems, `checkpoint ${checkpoints}`).toEqual([]);
        checkpoints++;
      },
    });
    expect(verifier?.check(CHECKPOINT.swept).problems).toEqual([]);
    expect(m[MPROF + MProf.at.buckets]).not.toBe(0);
    expect(checkpoints).toBeGreaterThan(15);
  });
});
