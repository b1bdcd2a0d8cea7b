/** Whether mark termination wakes helpers: only if grey blocks or stacks are left to scan. */
import { describe, expect, it } from 'vitest';
import { lowOf } from '../../../../src/memory/pointer.ts';
import { writePointer } from '../../../../src/heap/write-pointer.ts';
import { beginMark, endMark, markSome, wantsHelpers } from '../../../../src/gc/collector.ts';
import { PROGRESS } from '../../../../src/gc/collectors/descriptor.ts';
import { COLLECTOR } from '../../../../src/gc/collectors/registry.ts';
import { BARRIER, STACKS } from '../../../../src/gc/collectors/concurrent/state.ts';
import { mallocgc } from '../../../../src/malloc/malloc.ts';
import { bootCore, type CoreMachine } from '../../../support/core-machine.ts';

function marked(stacks: keyof typeof STACKS): CoreMachine & { readonly blocks: readonly number[] } {
  const booted = bootCore({ procs: 2, collector: COLLECTOR.concurrent, barrier: BARRIER.hybrid, stacks: STACKS[stacks], barrierBuffer: 8 }, -1);
  const { m, m0 } = booted;
  const blocks = [0, 1].map(() => mallocgc(m, m0, 64, 0));
  beginMark(m, m0);
  expect(wantsHelpers(m)).toBe(true);
  while (markSome(m, m0, 1000) === PROGRESS.some);
  return { ...booted, blocks };
}

describe('the helpers of mark termination', () => {
  it('are not wanted if no work is left', () => {
    expect(wantsHelpers(marked('once').m)).toBe(false);
  });

  it('are wanted for a block that a barrier has only recorded', () => {
    const { m, blocks: [holder, target] } = marked('once');
    writePointer(m, holder, lowOf(m, target));
    expect(wantsHelpers(m)).toBe(true);
  });

  it('are wanted to scan stacks again, and for a collection in one stopped world', () => {
    const { m, m0 } = marked('rescan');
    expect(wantsHelpers(m)).toBe(true);
    endMark(m, m0);
    expect(wantsHelpers(m)).toBe(true);
  });
});
