/** Shading: what each barrier marks and lists. */
import { describe, expect, it } from 'vitest';
import type { Ref } from '../../../../src/memory/address.ts';
import { lowOf, storePointer } from '../../../../src/memory/pointer.ts';
import type { Mem } from '../../../../src/memory/struct.ts';
import { BIT_MARKED, bitsShift, bitsWord, markShift } from '../../../../src/heap/bitmap.ts';
import { writeFrame, writePointer } from '../../../../src/heap/write-pointer.ts';
import { COLLECTOR } from '../../../../src/gc/collectors/registry.ts';
import { flushBarrier, grey, nextShaded, noneShaded, resetBarriers, takeShaded } from '../../../../src/gc/collectors/concurrent/shade.ts';
import { BARRIER } from '../../../../src/gc/collectors/concurrent/state.ts';
import { beginMark, endMark } from '../../../../src/gc/collector.ts';
import { FLAG_NOSCAN } from '../../../../src/malloc/flags.ts';
import { mallocgc } from '../../../../src/malloc/malloc.ts';
import { bootCore, type CoreMachine } from '../../../support/core-machine.ts';

function machine(barrier: keyof typeof BARRIER): CoreMachine {
  return bootCore({ collector: COLLECTOR.concurrent, barrier: BARRIER[barrier] }, -1);
}

function isMarked(m: Mem, p: Ref): boolean {
  return (m[bitsWord(m, p) + 1] & (BIT_MARKED << markShift(bitsShift(m, p)))) !== 0;
}

/** Takes the list of shaded blocks. */
function shaded(m: Mem): Ref[] {
  const blocks: Ref[] = [];
  for (let p = takeShaded(m); p !== 0; p = nextShaded(m, p)) blocks.push(p);
  return blocks;
}

describe('grey', () => {
  it('returns a block to the first caller alone, from a pointer to any word of it', () => {
    const { m, m0 } = machine('dijkstra');
    for (const size of [8, 16, 48, 256, 5000, 100_000]) {
      const p = mallocgc(m, m0, size, 0);
      const words = Math.ceil(size / 4);
      expect(grey(m, lowOf(m, p + (words - 1)))).toBe(p);
      expect(isMarked(m, p)).toBe(true);
      expect(grey(m, lowOf(m, p))).toBe(0);
    }
  });

  it('marks a block without pointers, and returns none: it needs no scan', () => {
    const { m, m0 } = machine('dijkstra');
    const p = mallocgc(m, m0, 64, FLAG_NOSCAN);
    expect(grey(m, lowOf(m, p))).toBe(0);
    expect(isMarked(m, p)).toBe(true);
  });

  it('ignores what is no block', () => {
    const { m, m0 } = machine('dijkstra');
    mallocgc(m, m0, 64, 0);
    for (const low of [0, 4, 1 << 20, -4]) expect(grey(m, low)).toBe(0);
  });
});

describe('the barrier', () => {
  it.each<[keyof typeof BARRIER, readonly string[]]>([
    ['none', []],
    ['dijkstra', ['new']],
    ['yuasa', ['old']],
    ['hybrid', ['new', 'old']],
  ])('%s shades %j', (barrier, expected) => {
    const { m, m0 } = machine(barrier);
    const [holder, old, young] = [0, 1, 2].map(() => mallocgc(m, m0, 64, 0));
    storePointer(m, holder, old);
    beginMark(m, m0);
    writePointer(m, holder, lowOf(m, young));
    const names = new Map([[old, 'old'], [young, 'new']]);
    expect(shaded(m).map((p) => names.get(p)).sort()).toEqual(expected);
    expect(noneShaded(m)).toBe(true);
  });

  it('is off between marks, and for a slot of the own frame', () => {
    const { m, m0 } = machine('hybrid');
    const [holder, target] = [0, 1].map(() => mallocgc(m, m0, 64, 0));
    writePointer(m, holder, lowOf(m, target));
    expect(isMarked(m, target)).toBe(false);
    beginMark(m, m0);
    writeFrame(m, holder + 2, lowOf(m, target));
    expect(shaded(m)).toEqual([]);
    endMark(m, m0);
    writePointer(m, holder, lowOf(m, target));
    expect(isMarked(m, target)).toBe(false);
  });
});

describe('a barrier with a buffer', () => {
  function buffered(cap: number): CoreMachine & { readonly holder: Ref; readonly targets: readonly Ref[] } {
    const booted = bootCore({ collector: COLLECTOR.concurrent, barrier: BARRIER.dijkstra, barrierBuffer: cap }, -1);
    const [holder, ...targets] = [0, 1, 2, 3].map(() => mallocgc(booted.m, booted.m0, 64, 0));
    beginMark(booted.m, booted.m0);
    return { ...booted, holder, targets };
  }

  it('records pointers, and shades them when it is full', () => {
    const { m, holder, targets } = buffered(3);
    for (const target of targets.slice(0, 2)) writePointer(m, holder, lowOf(m, target));
    expect(noneShaded(m)).toBe(true);
    expect(targets.map((p) => isMarked(m, p))).toEqual([false, false, false]);
    writePointer(m, holder, lowOf(m, targets[2]));
    expect(shaded(m).sort()).toEqual([...targets].sort());
  });

  it('shades what it has recorded when it is flushed, each block once', () => {
    const { m, m0, holder, targets } = buffered(8);
    for (const target of [targets[0], targets[1], targets[0]]) writePointer(m, holder, lowOf(m, target));
    flushBarrier(m, m0);
    expect(shaded(m).sort()).toEqual(targets.slice(0, 2).sort());
    flushBarrier(m, m0);
    expect(shaded(m)).toEqual([]);
  });

  it('forgets what it has recorded when a mark is given up', () => {
    const { m, m0, holder, targets } = buffered(8);
    writePointer(m, holder, lowOf(m, targets[0]));
    resetBarriers(m);
    flushBarrier(m, m0);
    expect(shaded(m)).toEqual([]);
  });
});

describe('allocation during a mark', () => {
  it('is black, for blocks of every kind', () => {
    const { m, m0 } = machine('dijkstra');
    const before = mallocgc(m, m0, 64, 0);
    beginMark(m, m0);
    const during = [8, 12, 64, 5000, 100_000].map((size) => mallocgc(m, m0, size, size === 12 ? FLAG_NOSCAN : 0));
    expect(isMarked(m, before)).toBe(false);
    for (const p of during) expect(isMarked(m, p)).toBe(true);
    endMark(m, m0);
    expect(isMarked(m, mallocgc(m, m0, 64, 0))).toBe(false);
    expect(noneShaded(m)).toBe(true);
  });
});
