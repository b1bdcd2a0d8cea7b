/** Barrier × treatment of stacks: which combinations are sound. test/explore/scenarios.test.ts explores each. */
import { describe, expect, it } from 'vitest';
import { CANARIES, SCENARIOS } from '../../../src/explore/scenarios/catalog.ts';
import { SOUND, UNSOUND, barrierScan, barrierUnsound } from '../../../src/explore/scenarios/concurrent-mark.ts';
import { BARRIER, STACKS } from '../../../src/gc/collectors/concurrent/state.ts';

describe('the combinations of a barrier and a treatment of stacks', () => {
  it('are each sound or unsound', () => {
    const all = Object.keys(BARRIER).flatMap((barrier) => Object.keys(STACKS).map((stacks) => `${barrier} ${stacks}`));
    expect([...SOUND, ...UNSOUND].map(([barrier, stacks]) => `${barrier} ${stacks}`).sort()).toEqual(all.sort());
  });

  it('are explored: the sound ones must survive, and each unsound one must lose an object', () => {
    expect(SCENARIOS).toContain(barrierScan);
    expect(barrierScan.knobs.find(({ name }) => name === 'combination')!.values).toHaveLength(SOUND.length);
    expect(barrierUnsound).toHaveLength(UNSOUND.length);
    for (const scenario of barrierUnsound) expect(CANARIES).toContain(scenario);
  });
});
