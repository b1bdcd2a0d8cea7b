/** The oracle's checks of the memory profile. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { CHECKPOINT } from '../../src/gc/doorbell.ts';
import { Bucket, MPROF, MProf } from '../../src/malloc/buckets.ts';
import { Verifier, verifyHeap } from '../../src/verify/verifier.ts';
import { seeds } from '../support/nightly.ts';
import { PROFILE_DAMAGES, profiledMemory } from '../support/profile-damages.ts';
import { Enough, runRandom } from '../support/verify-machine.ts';

vi.mock('../../src/gc/doorbell.ts', async (original) => (await import('../support/verify-hook.ts')).answered(await original()));

/** Publishes a block of the last cycle too early. Returns false if no bucket has two such blocks. */
function publishEarly(m: Mem): boolean {
  for (let b = m[MPROF + MProf.at.buckets]; b !== 0; b = m[b + Bucket.at.allnext]) {
    if (m[b + Bucket.at.prevAllocs] - m[b + Bucket.at.prevFrees] < 2) continue;
    m[b + Bucket.at.allocs]++;
    m[b + Bucket.at.prevAllocs]--;
    return true;
  }
  return false;
}

let memory: Mem;
beforeAll(() => (memory = profiledMemory()));

describe('the oracle', () => {
  it.each(PROFILE_DAMAGES.map((damage) => [damage.code, damage.what, damage] as const))('reports %s when %s', (code, _, damage) => {
    const m = memory.slice();
    damage.apply(m);
    const { problems } = verifyHeap(m, CHECKPOINT.swept);
    const codes = new Set(problems.map((problem) => problem.code));
    expect(codes, JSON.stringify(problems)).toContain(code);
    expect([...codes].filter((found) => found !== code && !damage.with?.includes(found)), JSON.stringify(problems)).toEqual([]);
  });

  it('finds no problem before the damage', () => {
    expect(verifyHeap(memory.slice(), CHECKPOINT.swept).problems).toEqual([]);
  });

  it('reports PROFILE_PUBLISHED when a bucket publishes the last cycle too early', () => {
    let verifier: Verifier | undefined;
    let swept = 0;
    let said: readonly string[] = [];
    runRandom({
      shape: { memprofileRate: 1, persistentWords: 1 << 20 },
      seed: 7,
      steps: 160,
      gogc: 50,
      at(one, point) {
        verifier ??= new Verifier(one);
        if (point === CHECKPOINT.swept && ++swept > 4 && publishEarly(one)) {
          said = verifier.check(point).problems.map(({ code }) => code);
          throw new Enough();
        }
        verifier.check(point);
      },
    });
    expect(new Set(said)).toEqual(new Set(['PROFILE_PUBLISHED']));
  });

  it.each([[1, 2], [1, 1], [300, 2], [5000, 1]] as const)('finds nothing wrong when one in %i bytes is sampled, with pointers of %i words', (memprofileRate, ptrWords) => {
    let verifier: Verifier | undefined;
    let checkpoints = 0;
    const m = runRandom({
      shape: { memprofileRate, ptrWords, persistentWords: 1 << 20 },
      seed: memprofileRate + ptrWords,
      steps: seeds(70, 160),
      gogc: 50,
      at(one, point) {
        verifier ??= new Verifier(one);
        expect(verifier.check(point).problems, `checkpoint ${checkpoints}`).toEqual([]);
        checkpoints++;
      },
    });
    expect(verifier?.check(CHECKPOINT.swept).problems).toEqual([]);
    expect(m[MPROF + MProf.at.buckets]).not.toBe(0);
    expect(checkpoints).toBeGreaterThan(12);
  });
});
